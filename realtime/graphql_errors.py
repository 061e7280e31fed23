"""GraphQL errors that say which kind they are, and of a limit how much was asked and how much is allowed."""

import re
from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError

from rules.error_codes import Code

MOST_MESSAGE = 300  # characters
SUGGESTION = re.compile(r" Did you mean [^?]*\?", re.DOTALL)


class Refused(Exception):
    """What was asked for can't be executed; `errors` says why, as GraphQL errors."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


def fault(code: Code, message: str, **facts: Any) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code.value, **facts})


def coded(code: Code, error: GraphQLError) -> GraphQLError:
    """GraphQL's own error with our code, unless it has one, and no longer than it need be: it repeats what was sent."""
    found = dict(error.extensions or {})
    return GraphQLError(  # with places instead of nodes, which would hold the whole document
        clipped(error.message),
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code.value, **found},
    )


def unsuggestive(errors: Iterable[GraphQLError]) -> list[GraphQLError]:
    """The same without what is perhaps meant: the library leaves some in that were not asked for."""
    return [_without_suggestion(one) for one in errors]


def _without_suggestion(error: GraphQLError) -> GraphQLError:
    message = SUGGESTION.sub("", error.message)
    if message == error.message:
        return error
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        original_error=error.original_error,
        extensions=error.extensions,
    )


def clipped(message: str) -> str:
    return message if len(message) <= MOST_MESSAGE else f"{message[: MOST_MESSAGE - 1]}…"


def beyond(limit: str, asked: int, allowed: int, message: str, code: Code = Code.TOO_LARGE) -> GraphQLError:
    """limit: its name in docs/errors.md."""
    return fault(code, message, limit=limit, asked=asked, allowed=allowed)
