"""A document and variables for any field of the root types, with ids of what is there."""

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from schema import schema

GRAPHQL = schema._schema
# Lists that may not be null, as they are for who sees nothing.
LISTS = {"organizations": {"edges": [], "totalCount": 0}}


def fields(operation: str) -> dict[str, GraphQLField]:
    parent = GRAPHQL.type_map[operation]
    assert isinstance(parent, GraphQLObjectType)
    return parent.fields


def value(of: Any, known: dict[str, str], name: str) -> Any:
    if isinstance(of, GraphQLNonNull):
        return value(of.of_type, known, name)
    if isinstance(of, GraphQLList):
        return [value(of.of_type, known, name)]
    if isinstance(of, GraphQLInputObjectType):
        return {key: value(one.type, known, key) for key, one in of.fields.items() if is_required_input_field(one)}
    if isinstance(of, GraphQLEnumType):
        return next(iter(of.values))
    given = {"Int": 1, "Float": 1.0, "Boolean": True, "Date": "2026-03-10", "DateTime": "2026-03-10T02:00:00Z"}
    return known.get(name, "x") if of.name == "ID" else given.get(of.name, "文字")


def asked(operation: str, name: str, known: dict[str, str]) -> tuple[str, dict[str, Any]]:
    field = fields(operation)[name]
    taken = {key: one for key, one in field.args.items() if is_required_argument(one)}
    below = get_named_type(field.type)
    selection = " { __typename }"
    if is_leaf_type(below):
        selection = ""
    elif isinstance(below, GraphQLUnionType) and any(one.name == "NotAllowed" for one in below.types):
        selection = " { __typename ... on NotAllowed { message } }"
    elif name in LISTS:
        selection = " { edges { node { id } } totalCount }"
    declared = ", ".join(f"${key}: {one.type}" for key, one in taken.items())
    passed = ", ".join(f"{key}: ${key}" for key in taken)
    head = f"{operation.lower()} ({declared})" if taken else operation.lower()
    text = f"{head} {{ found: {name}{f'({passed})' if taken else ''}{selection} }}"
    return text, {key: value(one.type, known, key) for key, one in taken.items()}
