"""Who sends no token: told so by every field that is never for strangers, before anything is looked for.

A field that may be null is null, with an error; a change is refused. What can be neither answers as it did, empty, and
the answer's `extensions.signedIn` is false.
"""

from collections.abc import Iterable
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLFieldResolver,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)

from rules.refusals import NotSignedIn
from schema.audiences_of_changes import ANYONE, CALLERS
from schema.errors import NotAllowed

# Mutations that nobody needs a token for, and `viewer`, which is null for a stranger and no error.
OPEN = frozenset({"viewer", *(name for name, (who, _) in CALLERS.items() if who == ANYONE)})


def turned_away(*roots: GraphQLObjectType | None) -> None:
    """Each field of these that is never for strangers says so to them."""
    for root in roots:
        assert root is not None
        for name, field in root.fields.items():
            if name not in OPEN and (refusal := _refusal(field.type)):
                assert field.resolve is not None
                field.resolve = _guarding(refusal, field.resolve)


class _Refusal:
    """How a field of one type tells a stranger: as its answer's union can, or as an error."""

    def __init__(self, *, in_union: bool, listed: bool) -> None:
        self._in_union, self._listed = in_union, listed

    def made(self, given: dict[str, Any]) -> Any:
        refusal = NotSignedIn()
        if not self._in_union:
            raise refusal
        if not self._listed:
            return NotAllowed(message=refusal.message)
        [inputs] = given.values()
        return [NotAllowed(message=refusal.message) for _ in inputs]


def _refusal(of: GraphQLOutputType) -> _Refusal | None:
    """None: the type has no way to say so."""
    named = get_named_type(of)
    bare = of.of_type if isinstance(of, GraphQLNonNull) else of
    in_union = isinstance(named, GraphQLUnionType) and any(one.name == "NotAllowed" for one in named.types)
    if in_union or not isinstance(of, GraphQLNonNull):
        return _Refusal(in_union=in_union, listed=isinstance(bare, GraphQLList))
    return None


def _guarding(refusal: _Refusal, resolve: GraphQLFieldResolver) -> GraphQLFieldResolver:
    def guarding(source: Any, info: GraphQLResolveInfo, **given: Any) -> Any:
        if info.context.session.viewer is None:
            return refusal.made(given)
        return resolve(source, info, **given)

    return guarding


def need_a_token(document: DocumentNode, operation: OperationDefinitionNode) -> bool:
    """Whether it asks for anything that depends on who asks."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    return any(
        not one.startswith("__") and (one == "viewer" or one not in OPEN) for one in _names(operation, fragments)
    )


def _names(operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]) -> Iterable[str]:
    waiting: list[SelectionSetNode] = [operation.selection_set]
    seen: set[str] = set()
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                yield node.name.value
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                waiting.append(fragments[node.name.value].selection_set)
