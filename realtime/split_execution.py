"""A frame that says something of its viewer says much that it does not: the ten rows, and one's own place.

Such an operation's selection is taken apart at its first level: what may be shared is executed once for all, the rest
for each viewer, and both are put together in the order that was asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graphql import FieldNode, OperationDefinitionNode, SelectionNode, SelectionSetNode


@dataclass(frozen=True, slots=True)
class Parts:
    """The same operation with only some of its root field's selections. names: of all of them, in order."""

    shared: OperationDefinitionNode
    own: OperationDefinitionNode
    names: tuple[str, ...]


def parts(
    operation: OperationDefinitionNode, literal: OperationDefinitionNode, may: Callable[[OperationDefinitionNode], bool]
) -> Parts | None:
    """None: it can't be taken apart. literal: the same with values where variables stand, for `may` to look at."""
    whole, known = _selected(operation), _selected(literal)
    names = [_name(one) for one in whole]
    if None in names or len(set(names)) != len(names):
        return None
    free = [may(_with(literal, [one])) for one in known]
    if not any(free) or all(free):
        return None
    return Parts(
        _with(operation, [one for one, is_free in zip(whole, free, strict=True) if is_free]),
        _with(operation, [one for one, is_free in zip(whole, free, strict=True) if not is_free]),
        tuple(name for name in names if name is not None),
    )


def _root(operation: OperationDefinitionNode) -> FieldNode:
    return next(one for one in operation.selection_set.selections if isinstance(one, FieldNode))


def _selected(operation: OperationDefinitionNode) -> Sequence[SelectionNode]:
    found = _root(operation).selection_set
    return found.selections if found else ()


def _name(selection: SelectionNode) -> str | None:
    """What it is called in the answer; None for a fragment, and for what may be left out."""
    if not isinstance(selection, FieldNode) or selection.directives:
        return None
    return (selection.alias or selection.name).value


def _with(operation: OperationDefinitionNode, selections: Sequence[SelectionNode]) -> OperationDefinitionNode:
    root = _root(operation)
    field = FieldNode(
        name=root.name,
        alias=root.alias,
        arguments=root.arguments,
        directives=root.directives,
        selection_set=SelectionSetNode(selections=tuple(selections)),
    )
    return OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=operation.directives,
        selection_set=SelectionSetNode(selections=(field,)),
    )
