"""What an answer may cost: how many values it can hold at most, each fragment priced once.

A field costs 1, or what the schema's own table says, and `__typename` nothing. A list costs as often what is selected
in it as it may have items: `first`, 2 × `radius` + 1, the items of `inputs`; a list that is not paged, what the table
says. `edges` has as many as the connection around it was asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)
from graphql.utilities import value_from_ast_untyped

from realtime.graphql_errors import beyond

MOST_PAGE = 300  # the longest that any list gives, block boards; the others give 100
USUAL_PAGE = 20  # where neither the operation nor the schema says
MOST_COST = 40_000  # some 200 ms of one worker; the kiosk's wall of 300 blocks with all their people costs 39,310
MOST_INTROSPECTION = 200_000  # of an operation that asks for nothing else; GraphiQL asks 143,000
EDGES = "edges"
PAGED: Final = ("first", "radius", "inputs")


@dataclass(frozen=True, slots=True)
class Costs:
    """weights: type → field → its own cost, where it is not 1. lengths: type → field → items of a list that has no
    argument for them. usual: of lists that have neither."""

    weights: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    lengths: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    usual: int = 10


@dataclass(frozen=True, slots=True)
class Cost:
    """introspection: whether it asks for nothing else."""

    asked: int
    introspection: bool

    @property
    def allowed(self) -> int:
        return MOST_INTROSPECTION if self.introspection else MOST_COST

    def refusal(self) -> GraphQLError | None:
        if self.asked <= self.allowed:
            return None
        message = (
            f"The operation may answer with {self.asked} values; {self.allowed} are allowed. "
            "Ask for shorter pages, or for less of each item."
        )
        return beyond("cost", self.asked, self.allowed, message)


def cost_of(
    schema: GraphQLSchema,
    costs: Costs,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any] | None = None,
) -> Cost:
    """Of a valid document. variables: as they were given; None: as if each asked for the longest page."""
    root = schema.get_root_type(operation.operation)
    assert root is not None
    priced = _Pricing(schema, costs, document, _Values(operation, variables)).of(operation.selection_set, root)
    return Cost(priced.once, operation.operation is OperationType.QUERY and _asks_only_for_the_schema(operation))


def _asks_only_for_the_schema(operation: OperationDefinitionNode) -> bool:
    names = {
        one.name.value if isinstance(one, FieldNode) else "a fragment" for one in operation.selection_set.selections
    }
    return names <= {"__schema", "__type", "__typename"} and names != {"__typename"}


@dataclass(frozen=True, slots=True)
class _Price:
    """once: whatever the page; each: for each item of the page around it."""

    once: int = 0
    each: int = 0

    def __add__(self, other: "_Price") -> "_Price":
        return _Price(self.once + other.once, self.each + other.each)


class _Values:
    """Numbers of items, wherever they stand."""

    def __init__(self, operation: OperationDefinitionNode, given: Mapping[str, Any] | None) -> None:
        self._given = given
        self._defaults = {one.variable.name.value: one.default_value for one in operation.variable_definitions or ()}

    def items(self, value: ValueNode | None) -> int | None:
        """None: nothing is said."""
        if isinstance(value, VariableNode):
            name = value.name.value
            if self._given is None:
                return MOST_PAGE
            if name in self._given:
                return _items(self._given[name])
            return self.items(self._defaults.get(name))
        if isinstance(value, IntValueNode | ListValueNode):
            return _items(value_from_ast_untyped(value)) if isinstance(value, IntValueNode) else len(value.values)
        return None


def _items(value: object) -> int | None:
    if isinstance(value, list):
        return len(cast(list[object], value))
    return max(0, int(value)) if isinstance(value, int | float) and abs(value) < 1e9 else None


class _Pricing:
    def __init__(self, schema: GraphQLSchema, costs: Costs, document: DocumentNode, values: _Values) -> None:
        self._schema, self._costs, self._values = schema, costs, values
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._known: dict[str, _Price] = {}

    def of(self, selections: SelectionSetNode, parent: GraphQLNamedType) -> _Price:
        total = _Price()
        for node in selections.selections:
            match node:
                case FieldNode():
                    total += self._field(node, parent)
                case InlineFragmentNode():
                    condition = node.type_condition
                    inner = self._schema.get_type(condition.name.value) if condition else parent
                    total += self.of(node.selection_set, inner or parent)
                case FragmentSpreadNode():
                    total += self._fragment(node.name.value)
                case _:
                    pass
        return total

    def _fragment(self, name: str) -> _Price:
        if name not in self._known:
            fragment = self._fragments[name]
            parent = self._schema.get_type(fragment.type_condition.name.value)
            assert parent is not None
            self._known[name] = self.of(fragment.selection_set, parent)
        return self._known[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> _Price:
        name = node.name.value
        if name == "__typename":
            return _Price()
        definition = self._schema.get_field(cast(Any, parent), name)
        if definition is None:
            return _Price()
        own = self._costs.weights.get(parent.name, {}).get(name, 1)
        kind = cast(GraphQLNamedType, get_named_type(cast(Any, definition).type))
        inner = self.of(node.selection_set, kind) if node.selection_set else _Price()
        items = self._asked(node, definition)
        if not is_list(definition):
            return _Price(own + inner.once + inner.each * (self._costs.usual if items is None else items))
        one = inner.once + inner.each * self._costs.usual + 1
        if items is None and name == EDGES:
            return _Price(own, one)
        if items is None:
            items = self._costs.lengths.get(parent.name, {}).get(name, self._costs.usual)
        return _Price(own + items * one)

    def _asked(self, node: FieldNode, definition: GraphQLField) -> int | None:
        """How many items its arguments ask for. None: it has no such argument."""
        for name in PAGED:
            argument = definition.args.get(name)
            if argument is None:
                continue
            written = next((one.value for one in node.arguments or () if one.name.value == name), None)
            found = self._values.items(written)
            if found is None:
                found = argument.default_value if isinstance(argument.default_value, int) else USUAL_PAGE
            return 2 * found + 1 if name == "radius" else found
        return None


def is_list(definition: GraphQLField) -> bool:
    kind: object = cast(Any, definition).type
    return isinstance(cast(Any, kind).of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)
