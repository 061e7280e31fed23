"""A document's tokens, counted before it is parsed: parsing makes objects of them all, this only looks at them.

One pass of one expression that never looks back, at a quarter of a microsecond a token.
"""

import re

from graphql import GraphQLError

from realtime.graphql_errors import beyond

MOST_TOKENS = 2_000  # the screens' largest document has 530, tools' introspection 190
MOST_ALIASES = 100  # a page that asks one field for each of a company's branches and groups
MOST_DIRECTIVES = 100  # clients write one where a part is optional; validation looks at all of one place together
MOST_NESTING = 64  # brackets within brackets, of whatever kind: a fourth of what Python's stack takes
COUNTED = 10 * MOST_TOKENS  # what is more than that is counted no further

# What is never closed ends where its line, or the text, ends: an alternative that fails would be tried again from
# each quotation mark on.
TOKEN = re.compile(
    r"""
      [\s,]++ | \#[^\n\r]*+
    | (?P<token> \"{3} (?: [^"\\] | \\(?:\"{3})?+ | \"(?!\"\") )*+ (?:\"{3})?+
      | " (?: [^"\\\n\r] | \\. )*+ "?+
      | \.\.\. | [A-Za-z_][A-Za-z_0-9]*+ | -?[0-9]++(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+ | [!$&()\[\]{}=|] )
    | (?P<colon> : ) | (?P<at> @ )
    | [^\x00-\x7f]++ | [-\\/*+%<>?;~^'`]++
    """,
    re.VERBOSE,
)


def check(query: str) -> GraphQLError | None:
    """What there is too much of, in a sentence: the closest limit of several."""
    tokens = aliases = directives = parentheses = nesting = deepest = 0
    for found in TOKEN.finditer(query):
        kind = found.lastgroup
        if kind is None:  # space, or a comment
            continue
        tokens += 1
        if kind == "at":
            directives += 1
        elif kind == "colon":
            aliases += parentheses == 0  # within parentheses it stands before a value or a type
        elif (letter := found[0]) in "({[":
            parentheses += letter == "("
            nesting += 1
            deepest = max(deepest, nesting)
        elif letter in ")}]":
            parentheses -= letter == ")"
            nesting -= 1
        if tokens > COUNTED:
            break
    more = " or more" if tokens > COUNTED else ""
    for name, words, asked, most in (
        ("aliases", "aliases", aliases, MOST_ALIASES),
        ("directives", "directives", directives, MOST_DIRECTIVES),
        ("nesting", "brackets within brackets", deepest, MOST_NESTING),
        ("tokens", "tokens", tokens, MOST_TOKENS),
    ):
        if asked > most:
            return beyond(name, asked, most, f"The document has {asked}{more} {words}; {most} are allowed.")
    return None
