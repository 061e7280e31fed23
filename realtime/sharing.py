"""Whether an operation's frames may be shared: every field it selects has to be declared so."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)
from graphql.execution.values import get_argument_values

# type name → field name → whether it may be shared, given its arguments
Shareable = Mapping[str, Mapping[str, Callable[[Mapping[str, Any]], bool]]]


def may_share(schema: GraphQLSchema, shareable: Shareable, parts: Sequence[Node], root_type: str, root: str) -> bool:
    """parts: an operation and its fragments, with values where variables stood. root: its field, which needs none."""
    info = TypeInfo(schema)
    check = _SharingCheck(info, shareable, root_type, root)
    for part in parts:
        visit(part, TypeInfoVisitor(info, check))
    return check.holds


class _SharingCheck(Visitor):
    def __init__(self, info: TypeInfo, shareable: Shareable, root_type: str, root_field: str) -> None:
        super().__init__()
        self.holds = True
        self._info, self._shareable = info, shareable
        self._root = (root_type, root_field)

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self._info.get_parent_type()
        field = self._info.get_field_def()
        if parent is None or field is None:
            self.holds = False
            return
        name = node.name.value
        if name == "__typename" or (get_named_type(parent).name, name) == self._root:
            return
        allowed = self._shareable.get(parent.name, {}).get(name)
        if allowed is None:
            self.holds = False
            return
        try:
            self.holds &= allowed(get_argument_values(field, node))
        except GraphQLError:
            self.holds = False
