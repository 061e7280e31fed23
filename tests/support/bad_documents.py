"""The bad-input corpus, documents and values: what can be read as a request, and what is wrong with it.

A case is (codes, body): the codes that its errors may have, None among them where the answer may have none.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from plain_http import request

JSON = {"content-type": "application/json", "accept": "application/graphql-response+json"}
Case = tuple[set[str | None], bytes]
PARSE, INVALID, LARGE = "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "TOO_LARGE"
INPUT, MISSING = "BAD_USER_INPUT", "NOT_FOUND"
SURROGATE, NUL, BIDI, UNSEEN = "\ud800", "\x00", "\u202e擂台\u2066", "\u200b\u200d\ufeff\u2060"
ELSEWHERE = base64.urlsafe_b64encode(b"Member:01890a5d-ac96-774b-bcce-b302099a8057").decode().rstrip("=")


def posted(query: str, variables: Any = None, name: str | None = None) -> bytes:
    body: dict[str, Any] = {"query": query, "variables": variables, "operationName": name}
    written = json.dumps({key: value for key, value in body.items() if value is not None})
    return request("POST", "/graphql", written.encode(), JSON)


UNPARSED = {
    "a brace": "{",
    "closed only": "}",
    "nothing": " ",
    "commas": ",,,,",
    "a comment": "# nothing",
    "an open text": '{ node(id: "',
    "an open block text": '{ node(id: """',
    "a bad escape": r'{ node(id: "\q") { id } }',
    "a bad Unicode escape": r'{ node(id: "\uD8") { id } }',
    "a lone surrogate's escape": r'{ node(id: "\uD800") { id } }',
    "an escape beyond Unicode": r'{ node(id: "\u{110000}") { id } }',
    "an escape of 3,000 digits": r'{ node(id: "\u{' + "0" * 3000 + r'}") { id } }',
    "a lone surrogate": "{ " + SURROGATE + " }",
    "a NUL": "{ viewer" + NUL + " }",
    "Chinese names": "{ 擂台 }",
    "full-width braces": "｛ viewer ｝",
    "bidi": "{ " + BIDI + " }",
    "zero width": "{ view" + UNSEEN + "er { __typename } }",
    "a number with a leading zero": "{ organizations(first: 01) { totalCount } }",
    "a number that ends with e": "{ organizations(first: 1e) { totalCount } }",
    "a number with a letter": "{ organizations(first: 1a) { totalCount } }",
    "two dots": "{ ..F }",
    "a spread of nothing": "{ ... }",
    "an alias of nothing": "{ a: }",
    "a variable outside": "{ $a }",
    "an unknown keyword": "quarry { viewer }",
    "on as a fragment's name": "fragment on on Query { viewer }",
    "a default that is a variable": "query ($a: Int = $b) { viewer { __typename } }",
    "SDL without an end": "type Query {",
    "a description alone": '"""what"""',
    "JSON": '{"query": "{ viewer }"}',
    "SQL": "SELECT * FROM members; --",
    "brackets of a kind": "{ viewer ( }",
}
UNKNOWN = {
    "a field": "{ nothing }",
    "a field of 100,000 letters": "{ " + "a" * 100_000 + " }",
    "500 fields": "{ " + " ".join(f"a{n}" for n in range(500)) + " }",
    "an argument": "{ viewer(a: 1) { __typename } }",
    "a type": "query ($a: Nothing) { viewer { __typename } }",
    "a directive": "{ viewer @nothing { __typename } }",
    "a fragment": "{ ...Nothing }",
    "a variable": "{ node(id: $a) { id } }",
    "an unused variable": "query ($a: Int) { viewer { __typename } }",
    "an unused fragment": "{ viewer { __typename } } fragment F on Query { viewer { __typename } }",
    "a cycle of fragments": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "a fragment of itself": "{ ...A } fragment A on Query { ...A }",
    "a fragment on a scalar": "{ ...A } fragment A on String { length }",
    "a fragment elsewhere": "{ viewer { ... on PageInfo { endCursor } } }",
    "an empty selection": "{ viewer { } }",
    "no selection of an object": "{ viewer }",
    "a selection of a scalar": "{ __typename { a } }",
    "two names alike": "query A { __typename } query A { __typename }",
    "two fragments alike": "{...A} fragment A on Query { __typename } fragment A on Query { __typename }",
    "a nameless one beside another": "{ __typename } query A { __typename }",
    "an argument twice": '{ node(id: "a", id: "b") { id } }',
    "a variable twice": "query ($a: Int, $a: Int) { organizations(first: $a) { totalCount } }",
    "an input field twice": '{ leaderboard(input: {organizationId: "a", organizationId: "b", period: DAY}) { id } }',
    "fields in conflict": '{ a: node(id: "a") { id } a: node(id: "b") { id } }',
    "an enum as text": '{ leaderboard(input: {organizationId: "a", period: "DAY"}) { id } }',
    "an enum in lower case": '{ leaderboard(input: {organizationId: "a", period: day}) { id } }',
    "an enum as a number": '{ leaderboard(input: {organizationId: "a", period: 1}) { id } }',
    "a missing input field": "{ leaderboard(input: {period: DAY}) { id } }",
    "an unknown input field": '{ leaderboard(input: {organizationId: "a", period: DAY, x: 1}) { id } }',
    "an integer too large": "{ organizations(first: 2147483648) { totalCount } }",
    "an integer of 1,000 digits": "{ organizations(first: " + "9" * 1000 + ") { totalCount } }",
    "an integer of 5,000 digits": "{ organizations(first: " + "9" * 5000 + ") { totalCount } }",
    "a fraction for an integer": "{ organizations(first: 1.5) { totalCount } }",
    "1e999 for an integer": "{ organizations(first: 1e999) { totalCount } }",
    "a list for an id": "{ node(id: [1]) { id } }",
    "an object for an id": "{ node(id: {a: 1}) { id } }",
    "an id that is null": "{ node(id: null) { id } }",
    "a type definition": "type A { b: Int } { __typename }",
    "a type definition alone": "type A { b: Int }",
    "a schema extension": "extend type Query { a: Int } { __typename }",
    "introspection too deep": "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    "a subscription of two fields": "subscription { displayUpdated { id } b: displayUpdated { id } }",
    "a time without a zone": '{ leaderboard(input: {organizationId: "a", period: DAY}, at: "2026-03-01T08:00") { id } }',
    "skip without if": "{ viewer @skip { __typename } }",
    "include twice": "{ viewer @include(if: true) @include(if: true) { __typename } }",
    "defer": "{ ... @defer { viewer { __typename } } }",
    "mutation of nothing": "mutation { nothing }",
}
TOO_LARGE = {
    "2,000 tokens and one": "{" + " viewer" * 2000 + "}",
    "2,000 aliases": "{" + " ".join(f"a{n}:__typename" for n in range(2000)) + "}",
    "500 directives": "{ viewer" + " @skip(if: false)" * 500 + " { __typename } }",
    "150 deep": "{ a" * 150 + " }" * 150,
    "30 deep": "{ a" * 30 + " }" * 30,
    "20,000 deep": "{ a" * 20_000 + " }" * 20_000,
    "a list 5,000 deep": "{ a(b: " + "[" * 5000 + "]" * 5000 + ") }",
    "an object 100 deep": "{ a(b: " + "{c:" * 100 + "1" + "}" * 100 + ") }",
    "duplicates": "{" + " viewer{__typename}" * 300 + "}",
    "inline fragments": "{" + "...{a}" * 2000 + "}",
    "nested inline fragments": "{" + "...{" * 600 + "a" + "}" * 600 + "}",
    "doubling fragments": "{...F0}"
    + "".join(f"fragment F{n} on Query{{...F{n + 1} ...F{n + 1}}}" for n in range(28))
    + "fragment F28 on Query{viewer{__typename}}",
    "fragments": "{a}" + "".join(f"fragment F{n} on Query{{a}}" for n in range(100)),
    "200,000 brackets": "{" * 200_000,
    "variables": "query (" + " ".join(f"$a{n}: Int" for n in range(600)) + ") { viewer { __typename } }",
    "pages of pages": "{ organizations(first: 100) { edges { node { children(first: 100) { edges { node { members(first:"
    " 100) { edges { node { id } } } } } } } } } }",
    "three sign-ins fifty times": "mutation {"
    + " ".join(f'a{n}: signIn(input: {{login: "a", password: "b"}}) {{ __typename }}' for n in range(50))
    + "}",
}
UNNAMED: dict[str, tuple[str, str | None]] = {
    "several": ("query A { __typename } query B { __typename }", None),
    "another": ("query A { __typename }", "B"),
    "a long one": ("query A { __typename }", "B" * 10_000),
    "a surrogate": ("query A { __typename }", SURROGATE),
    "only a fragment": ("fragment F on Query { __typename }", None),
    "none of two": ("query A { __typename } query B { __typename }", "a"),
}

TEXTS: dict[str, Any] = {
    "empty": "",
    "a space": " ",
    "a surrogate": SURROGATE,
    "two surrogates the wrong way": "\udc00\ud800",
    "a NUL": NUL,
    "a NUL within": f"a{NUL}b",
    "a code with a surrogate": f"BBBBB{SURROGATE}",
    "a code with a NUL": f"BBBBB{NUL}",
    "bidi": BIDI,
    "zero width": UNSEEN,
    "100,000 letters": "a" * 100_000,
    "combining marks": "a" + "\u0300" * 5000,
    "an emoji": "👩‍👩‍👧‍👦" * 500,
    "SQL": "'; DROP TABLE members; --",
    "a number": 5,
    "a fraction": 1.5,
    "true": True,
    "a list": ["a"],
    "a list of 10,000": ["a"] * 10_000,
    "an object": {"a": 1},
    "deep": json.loads('{"a":' * 60 + "1" + "}" * 60),
    "900 deep": json.loads("[" * 900 + "]" * 900),
}
IDS = {
    "of another type": ELSEWHERE,
    "of no type": base64.urlsafe_b64encode(b"Nothing:1").decode().rstrip("="),
    "of no key": base64.urlsafe_b64encode(b"Member:").decode().rstrip("="),
    "of bytes": base64.urlsafe_b64encode(b"\xff\xfe:\x00").decode(),
    "of a board": base64.urlsafe_b64encode(b"Leaderboard:a:b:c:d:e").decode(),
    "not base64": "%%%%",
    "padded": ELSEWHERE + "====",
    "plain": "Member:01890a5d-ac96-774b-bcce-b302099a8057",
    "nobody's": base64.urlsafe_b64encode(b"Organization:" + b"0" * 8 + b"-0000-0000-0000-000000000000")
    .decode()
    .rstrip("="),
    "a huge number": 10**40,
    "below zero": -1,
}
INSTANTS = (
    *("soon", "2026-03-01", "2026-03-01T08:00:00", "20260301T080000Z", "2026-W10-1T08:00:00Z", "2026-02-30T08:00:00Z"),
    *("0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59"),
    *("9999-12-31T23:59:59-23:59", "2026-03-01T25:00:00Z", "2026-03-01T08:00:00+99:99", "2026-03-01T08:61:00Z"),
    *("２０２６-03-01T08:00:00Z", "2026-03-01T08:00:00Z ", "1e999", "now", "2026-03-01T08:00:00.1234567890123Z\x00"),
)
EDGES_OF_TIME = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-02T00:00:00+08:00", "1969-12-31T23:59:59Z")
DATES = (
    *(
        "",
        "soon",
        "2026-3-1",
        "2026-02-30",
        "0000-01-01",
        "10000-01-01",
        "2026-03-01T00:00:00Z",
        "20260301",
        "2026-W10-1",
    ),
    *("2026-060", "99999-9-99", "２０２６-03-01", "2026/03/01", "-026-03-01", "2026-03-0\x00"),
)
EDGES_OF_DAYS = ("0001-01-01", "9999-12-31", "0001-01-02", "9999-01-01", "1582-10-10")
NUMBERS: dict[str, Any] = {
    "-1": -1,
    "301": 301,
    "2³¹": 2**31,
    "-2³¹-1": -(2**31) - 1,
    "2⁶³": 2**63,
    "10⁴⁰": 10**40,
    "10¹⁰⁰⁰": 10**1000,
    "1.5": 1.5,
    "1e308": 1e308,
    "1e999": float("inf"),  # written as 1e999: JSON has no infinity
    "a text": "1",
    "true": True,
    "[]": [],
    "{}": {},
}
CURSORS: dict[str, Any] = {
    name: base64.urlsafe_b64encode(raw).decode().rstrip("=")
    for name, raw in {
        "[]": b"[]",
        "null": b"null",
        "{}": b"{}",
        "one": b'["a"]',
        "nulls": b"[null,null]",
        "numbers": b"[1,2]",
        "texts": b'["a","b"]',
        "lists": b"[[],[]]",
        "true": b"[true,true]",
        "three": b"[1,2,3]",
        "NaN": b"[NaN,NaN]",
        "1e999": b"[1e999,1e999]",
        "5,000 digits": b"[" + b"9" * 5000 + b",1]",
        "huge": b"[" + b"9" * 50 + b"," + b"9" * 50 + b"]",
        "30 digits": b"[" + b"9" * 30 + b"]",
        "30 digits as text": b'["' + b"9" * 30 + b'","1"]',
        "2⁴⁰": b"[1099511627776]",
        "seconds": b'[1000000000000000000,"01890a5d-ac96-774b-bcce-b302099a8057"]',
        "deep": b"[" * 5000 + b"]" * 5000,
        "a NUL": b'["\\u0000","01890a5d-ac96-774b-bcce-b302099a8057"]',
        "a surrogate": b'["\\ud800","01890a5d-ac96-774b-bcce-b302099a8057"]',
        "no UUID": b'["2026-03-01T08:00:00+00:00","nope"]',
        "no time": b'["9999-99-99","01890a5d-ac96-774b-bcce-b302099a8057"]',
        "year 1": b'["0001-01-01T00:00:00+23:59","01890a5d-ac96-774b-bcce-b302099a8057"]',
        "no zone": b'["2026-03-01T08:00:00","01890a5d-ac96-774b-bcce-b302099a8057"]',
        "bytes": b"\xff\xfe",
    }.items()
} | {"not base64": "%%%", "Chinese": "擂台", "of 50,000 letters": "A" * 50_000, "one letter": "A"}


def cases() -> dict[str, Case]:
    found: dict[str, Case] = {f"unparsed: {name}": ({PARSE}, posted(text)) for name, text in UNPARSED.items()}
    found |= {f"unknown: {name}": ({INVALID, "TOO_MANY_ERRORS"}, posted(text)) for name, text in UNKNOWN.items()}
    found |= {f"too large: {name}": ({LARGE}, posted(text)) for name, text in TOO_LARGE.items()}
    found |= {
        f"unnamed: {name}": ({"NO_SUCH_OPERATION", INVALID}, posted(one[0], name=one[1]))
        for name, one in UNNAMED.items()
    }
    return found
