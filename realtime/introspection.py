"""Where the schema is not told: `__schema` and `__type` are refused, `__typename` is not."""

from typing import Any

from graphql import FieldNode, ValidationRule

from realtime.graphql_errors import fault
from rules.error_codes import Code

MESSAGE = "This server does not tell its schema; read schema.graphql of its version."


class NoIntrospection(ValidationRule):
    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if node.name.value in ("__schema", "__type"):
            error = fault(Code.INTROSPECTION_OFF, MESSAGE)
            error.nodes = [node]
            self.report_error(error)
