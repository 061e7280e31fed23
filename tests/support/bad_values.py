"""The bad-input corpus, values: whatever an argument or an input field takes, with each thing put there that it may not be.

Made from the schema, so that a new argument is tried too.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from bad_documents import CURSORS, DATES, EDGES_OF_DAYS, EDGES_OF_TIME, IDS, INSTANTS, NUMBERS, TEXTS
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
)

LEFT_OUT = ("signOut", "revokeSession", "endSession", "endOtherSessions")  # they would end the session that asks
ENUMS: dict[str, Any] = {"in lower case": "day", "empty": "", "a number": 1, "null in a list": [None], "a NUL": "\x00"}
BAD: dict[str, dict[str, Any]] = {
    "ID": {**TEXTS, **IDS},
    "String": TEXTS,
    "Int": NUMBERS,
    "Float": NUMBERS,
    "Long": NUMBERS,
    "Boolean": {"a text": "true", "0": 0, "a list": [], "an object": {}},
    "DateTime": {**{one[:30]: one for one in (*INSTANTS, *EDGES_OF_TIME)}, "5": 5, "true": True, "a list": []},
    "Date": {**{one[:30]: one for one in (*DATES, *EDGES_OF_DAYS)}, "20260301": 20260301, "[]": []},
}


class Tried:
    """One root field with one value replaced: its document and its variables."""

    def __init__(self, name: str, document: str, variables: Mapping[str, Any]) -> None:
        self.name, self.document, self.variables = name, document, variables


def tried(schema: GraphQLSchema, known: Mapping[str, str]) -> Iterator[list[Tried]]:
    """For each value that a root field takes, all that may be wrong with it. known: good values by name."""
    for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        assert root is not None
        for name in root.fields:
            if name.startswith(LEFT_OUT) or not root.fields[name].args:
                continue
            yield from _of_field(kind, root, name, known)


def _of_field(kind: str, root: GraphQLObjectType, name: str, known: Mapping[str, str]) -> Iterator[list[Tried]]:
    field = root.fields[name]
    selection = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
    heads = ", ".join(f"${one}: {argument.type}" for one, argument in field.args.items())
    passed = ", ".join(f"{one}: ${one}" for one in field.args)
    document = f"{kind} ({heads}) {{ {name}({passed}){selection} }}"
    good = {one: _good(argument.type, one, known) for one, argument in field.args.items()}
    for path, leaf in _leaves(good, {one: argument.type for one, argument in field.args.items()}):
        bad = CURSORS if path[-1] == "after" else ENUMS if isinstance(leaf, GraphQLEnumType) else BAD[leaf.name]
        yield [
            Tried(f"{name} {'.'.join(map(str, path))}: {what}", document, _with(good, path, value))
            for what, value in bad.items()
        ]


def _good(kind: GraphQLInputType, name: str, known: Mapping[str, str]) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return _good(kind.of_type, name, known)
    if isinstance(kind, GraphQLList):
        return [_good(kind.of_type, name, known)]
    if isinstance(kind, GraphQLInputObjectType):
        return {one: _good(field.type, one, known) for one, field in kind.fields.items()}
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if name == "idempotencyKey":
        return uuid4().hex
    if name in known:
        return known[name]
    return {"Int": 1, "Float": 1.0, "Long": 1, "Boolean": False, "ID": known["memberId"], "String": "abc"}.get(
        kind.name
    )


def _leaves(
    values: Any, kind: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], GraphQLScalarType | GraphQLEnumType]]:
    if isinstance(kind, Mapping):
        for name, inner in kind.items():
            yield from _leaves(values[name], inner, (*path, name))
    elif isinstance(kind, GraphQLNonNull):
        yield from _leaves(values, kind.of_type, path)
    elif isinstance(kind, GraphQLList):
        yield from _leaves(values[0], kind.of_type, (*path, 0))
    elif isinstance(kind, GraphQLInputObjectType):
        yield from _leaves(values, {name: field.type for name, field in kind.fields.items()}, path)
    else:
        yield path, kind


def _with(values: Any, path: tuple[str | int, ...], value: Any) -> Any:
    changed = copy.deepcopy(values)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    if "idempotencyKey" in str(path[:1]) or not isinstance(changed, dict):
        return changed
    given = changed.get("input")
    if isinstance(given, dict) and "idempotencyKey" in given and path[-1] != "idempotencyKey":
        given["idempotencyKey"] = uuid4().hex
    return changed
