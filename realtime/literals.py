"""An operation with its values where variables stood: so are two compared, and so is it seen what may be shared."""

from collections.abc import Mapping
from typing import Any, cast

from graphql import (
    ArgumentNode,
    DocumentNode,
    FragmentDefinitionNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.language import ast as nodes


def _literal(value: Any) -> nodes.ValueNode:
    """A coerced value as a literal. Its exact spelling matters only for comparing."""
    match value:
        case None:
            return nodes.NullValueNode()
        case bool():
            return nodes.BooleanValueNode(value=value)
        case int():
            return nodes.IntValueNode(value=str(value))
        case float():
            return nodes.FloatValueNode(value=repr(value))
        case list():
            return nodes.ListValueNode(values=tuple(_literal(one) for one in cast(list[Any], value)))
        case dict():
            items = sorted(cast(dict[str, Any], value).items())
            return nodes.ObjectValueNode(
                fields=tuple(
                    nodes.ObjectFieldNode(name=nodes.NameNode(value=key), value=_literal(one)) for key, one in items
                )
            )
        case str() if not hasattr(value, "name"):
            return nodes.StringValueNode(value=value)
        case _ if hasattr(value, "name"):
            return nodes.EnumValueNode(value=str(value.name))
        case _:
            return nodes.StringValueNode(value=str(value))


class _Literals(Visitor):
    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__()
        self._values = values

    def enter_variable_definition(self, *_: Any) -> Any:
        return self.SKIP

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        """A variable that was not given leaves the argument to its default, as if it were not written."""
        missing = isinstance(node.value, VariableNode) and node.value.name.value not in self._values
        return self.REMOVE if missing else None

    def enter_variable(self, node: VariableNode, *_: Any) -> Any:
        return _literal(self._values.get(node.name.value))


def with_literals(operation: OperationDefinitionNode, document: DocumentNode, values: Mapping[str, Any]) -> list[Node]:
    """The operation and its fragments, by name, with values where variables stood."""
    fragments = sorted(
        (one for one in document.definitions if isinstance(one, FragmentDefinitionNode)),
        key=lambda one: one.name.value,
    )
    return [visit(one, _Literals(values)) for one in (operation, *fragments)]
