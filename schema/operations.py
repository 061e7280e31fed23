"""What a session is told of the mutation that runs: the audit log names acts as the API does."""

from typing import Any

from graphql import GraphQLFieldResolver, GraphQLObjectType, GraphQLResolveInfo


def named(mutations: GraphQLObjectType | None) -> None:
    """Each of these fields says its name to the session before it runs; mutations run one after the other."""
    assert mutations is not None
    for name, field in mutations.fields.items():
        assert field.resolve is not None
        field.resolve = _naming(name, field.resolve)


def _naming(name: str, resolve: GraphQLFieldResolver) -> GraphQLFieldResolver:
    def naming(source: Any, info: GraphQLResolveInfo, **given: Any) -> Any:
        info.context.session.operation = name
        return resolve(source, info, **given)

    return naming
