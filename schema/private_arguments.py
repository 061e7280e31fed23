"""Arguments of queries that may hold a name or a phone number: they belong in no address, which proxies log."""

from collections.abc import Mapping
from typing import Any

from graphql import ArgumentNode, DocumentNode, NullValueNode, OperationDefinitionNode, VariableNode, Visitor, visit

PRIVATE = frozenset({"search", "phone", "login", "password"})


class _Given(Visitor):
    def __init__(self, variables: Mapping[str, Any]) -> None:
        super().__init__()
        self._variables = variables
        self.found: str | None = None

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        if node.name.value in PRIVATE and self._says_something(node):
            self.found = node.name.value

    def _says_something(self, node: ArgumentNode) -> bool:
        if isinstance(node.value, VariableNode):
            return self._variables.get(node.value.name.value) is not None
        return not isinstance(node.value, NullValueNode)


def in_address(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> str | None:
    """The name of one that is given a value there; None if there is none. A variable's default stands there too."""
    given = dict(variables)
    for one in operation.variable_definitions or ():
        if one.default_value is not None:
            given.setdefault(one.variable.name.value, one.default_value)
    visitor = _Given(given)
    visit(document, visitor)
    return visitor.found
