"""Documents: parsed and validated once, analysed once, and made comparable, so that a space does not defeat sharing.

Two operations share when their normal forms are equal: same selection, every variable replaced by its coerced value,
the root field's own arguments left out (they are part of what board is asked for).
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    print_ast,
    validate,
    visit,
)
from graphql.execution.values import get_argument_values, get_variable_values

from realtime import halves, limits
from realtime.literals import with_literals

KEPT = 500  # parsed documents per process
MOST_KEPT = 8_192  # characters of a subscription and its variables that are kept analysed
MOST_WEIGHT = 100_000  # tokens of all that are kept, at about 500 bytes each
MOST_TOKENS = 2_000
MOST_ERRORS = 5
# type name → field name → whether it may be shared, given its arguments
Shareable = Mapping[str, Mapping[str, Callable[[Mapping[str, Any]], bool]]]


class Refused(Exception):
    """What was asked for can't be executed; `errors` says why, as GraphQL errors."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Chosen:
    """One operation of a document that the schema can answer."""

    document: DocumentNode
    operation: OperationDefinitionNode


@dataclass(frozen=True, slots=True)
class _Kept:
    found: DocumentNode | Refused
    weight: int


@dataclass(frozen=True, slots=True)
class Operation:
    """One subscription, ready to run. field: the root field's name; arguments: coerced, by GraphQL name. normal:
    equal for equal work. halves: of one that is not shareable, where it can be taken apart."""

    document: DocumentNode
    name: str | None
    variables: dict[str, Any]
    field: str
    arguments: dict[str, Any]
    normal: str
    shareable: bool
    halves: "Halves | None" = None


@dataclass(frozen=True, slots=True)
class Halves:
    """shared: shareable. names: what the answer's root field holds, in order."""

    shared: Operation
    own: Operation
    names: tuple[str, ...]


class Documents:
    def __init__(self, schema: GraphQLSchema, shareable: Shareable) -> None:
        self._schema = schema
        self._shareable = shareable
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._weight = 0
        self._operations: OrderedDict[tuple[str, str | None, str], Operation] = OrderedDict()

    def parsed(self, query: str) -> DocumentNode:
        """Refused: a syntax error, too large, or the schema has no such fields."""
        kept = self._kept.get(query)
        if kept is None:
            kept = self._parse(query)
            self._keep(query, kept)
        else:
            self._kept.move_to_end(query)
        if isinstance(kept.found, Refused):
            raise Refused(*kept.found.errors)  # a new one: an exception raised again and again grows
        return kept.found

    def chosen(self, query: str, name: str | None) -> Chosen:
        """Refused: as `parsed`, or the document has no such operation."""
        document = self.parsed(query)
        return Chosen(document, _chosen(document, name))

    def _keep(self, query: str, kept: _Kept) -> None:
        self._kept[query] = kept
        self._weight += kept.weight
        while len(self._kept) > KEPT or self._weight > MOST_WEIGHT:
            self._weight -= self._kept.popitem(last=False)[1].weight

    def _parse(self, query: str) -> _Kept:
        text = len(query) // 100
        try:
            document = parse(query, max_tokens=MOST_TOKENS)
        except GraphQLSyntaxError as error:
            return _Kept(Refused(error), text)
        except RecursionError:
            return _Kept(Refused(GraphQLError("The document is nested too deeply.")), text)
        fault = limits.check(document)
        if fault is not None:
            return _Kept(Refused(fault), text)
        errors = validate(self._schema, document, max_errors=MOST_ERRORS, hide_suggestions=True)
        return _Kept(Refused(*errors) if errors else document, document.token_count + text)

    def subscription(self, query: str, name: str | None, variables: Mapping[str, Any]) -> Operation:
        """Refused: no such operation, not a subscription, or variables that do not fit. Analysed once for a whole hall
        that comes back together."""
        key = (query, name, json.dumps(variables, sort_keys=True))
        found = self._operations.get(key)
        if found is None:
            found = self._analysed(query, name, variables)
            if len(query) + len(key[2]) <= MOST_KEPT:
                self._operations[key] = found
                if len(self._operations) > KEPT:
                    self._operations.popitem(last=False)
        else:
            self._operations.move_to_end(key)
        return found

    def _analysed(self, query: str, name: str | None, variables: Mapping[str, Any]) -> Operation:
        chosen = self.chosen(query, name)
        document, operation = chosen.document, chosen.operation
        if operation.operation is not OperationType.SUBSCRIPTION:
            raise Refused(GraphQLError("Only subscriptions run over WebSocket; send queries and mutations over HTTP."))
        coerced = get_variable_values(
            self._schema, operation.variable_definitions or (), dict(variables), MOST_ERRORS, hide_suggestions=True
        )
        if isinstance(coerced, list):
            raise Refused(*coerced)
        root = next((one for one in operation.selection_set.selections if isinstance(one, FieldNode)), None)
        parent = self._schema.subscription_type
        assert parent is not None
        if root is None or root.directives:
            raise Refused(GraphQLError("Write the subscription's field directly, without a fragment or directive."))
        try:
            arguments = get_argument_values(parent.fields[root.name.value], root, coerced)
        except GraphQLError as error:
            raise Refused(error) from error
        literal = with_literals(operation, document, coerced.coerced)
        whole = Operation(
            document,
            operation.name.value if operation.name else None,
            dict(variables),
            root.name.value,
            arguments,
            _normal(literal, root),
            self._is_shareable(literal, parent, root.name.value),
        )
        return whole if whole.shareable else replace(whole, halves=self._halves(whole, operation, literal, parent))

    def _halves(
        self, whole: Operation, operation: OperationDefinitionNode, literal: list[Node], parent: GraphQLObjectType
    ) -> Halves | None:
        first, *fragments = literal
        found = halves.parts(
            operation,
            cast(OperationDefinitionNode, first),
            lambda part: self._is_shareable([part, *fragments], parent, whole.field),
        )
        if found is None:
            return None
        others = [one for one in whole.document.definitions if isinstance(one, FragmentDefinitionNode)]
        shared, own = (
            replace(whole, document=DocumentNode(definitions=(part, *others)), normal=f"{half} {whole.normal}")
            for half, part in (("shared", found.shared), ("own", found.own))
        )
        return Halves(replace(shared, shareable=True), own, found.names)

    def _is_shareable(self, parts: list[Node], parent: GraphQLObjectType, root: str) -> bool:
        info = TypeInfo(self._schema)
        check = _SharingCheck(info, self._shareable, parent.name, root)
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


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    found = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if name is not None:
        found = [one for one in found if one.name is not None and one.name.value == name]
        if not found:
            raise Refused(GraphQLError("The document has no operation of that name."))
    if not found:
        raise Refused(GraphQLError("The document has no operation."))
    if len(found) != 1:
        raise Refused(GraphQLError("The document has several operations; say which by operationName."))
    return found[0]


def _normal(parts: list[Node], root: FieldNode) -> str:
    operation = cast(OperationDefinitionNode, parts[0])
    response = root.alias.value if root.alias else root.name.value
    field = next(one for one in operation.selection_set.selections if isinstance(one, FieldNode))
    body = print_ast(field.selection_set) if field.selection_set else ""
    return json.dumps([response, root.name.value, body, *(print_ast(part) for part in parts[1:])])
