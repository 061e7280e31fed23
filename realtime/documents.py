"""Documents: parsed and validated once, analysed once, and made comparable, so that a space does not defeat sharing.

Two operations share when their normal forms are equal: same selection, every variable replaced by its coerced value,
the root field's own arguments left out (they are part of what board is asked for).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    parse,
    print_ast,
    specified_rules,
    validate,
)
from graphql.execution.values import get_argument_values, get_variable_values

from realtime import limits, tokens
from realtime import split_execution as halves
from realtime.budgets import Budget
from realtime.costs import Cost, Costs, cost_of
from realtime.graphql_errors import Refused, coded, fault, unsuggestive
from realtime.introspection import NoIntrospection
from realtime.literals import with_literals
from realtime.segmented_cache import Kept
from realtime.sharing import Shareable, may_share
from realtime.tokens import MOST_TOKENS
from rules.error_codes import Code

KEPT = 500  # parsed documents per process
MOST_KEPT = 8_192  # characters of a subscription and its variables that are kept analysed
MOST_WEIGHT = 40_000  # tokens of all that are kept: 500 bytes each, and what looks for garbage takes 1 µs for each
ONLY_SUBSCRIPTIONS = "Only subscriptions run over WebSocket; send queries and mutations over HTTP."
MOST_ERRORS = 5  # of one answer: who has more reads them after mending these


@dataclass(frozen=True, slots=True)
class Chosen:
    """One operation of a document that the schema can answer."""

    document: DocumentNode
    operation: OperationDefinitionNode
    most: Cost  # whatever its variables are


@dataclass(frozen=True, slots=True)
class _Known:
    """costs: by place of the operation in the document."""

    found: DocumentNode | Refused
    weight: int
    costs: dict[int, Cost] = field(default_factory=dict[int, Cost])


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
    def __init__(
        self,
        schema: GraphQLSchema,
        shareable: Shareable,
        costs: Costs | None = None,
        *,
        introspection: bool = True,
        suggestions: bool = False,
        share: float = 1.0,
    ) -> None:
        """share: of the time, that one address may take with documents that are not known yet. suggestions: whether an
        error about an unknown name says which known one was perhaps meant."""
        self.suggestions = suggestions
        self._schema = schema
        self._shareable = shareable
        self._costs = costs or Costs()
        self._rules = specified_rules if introspection else (*specified_rules, NoIntrospection)
        self._budget = Budget(share)
        self._known: Kept[str, _Known] = Kept(KEPT, MOST_WEIGHT)
        self._operations: Kept[tuple[str, str | None, str], Operation] = Kept(KEPT, MOST_WEIGHT)

    def parsed(self, query: str, sender: str = "") -> DocumentNode:
        """Refused: a syntax error, too large, the schema has no such fields, or Unaffordable."""
        return self._found(query, sender)[1]

    def _found(self, query: str, sender: str) -> tuple[_Known, DocumentNode]:
        known = self._known.get(query)
        if known is None:
            with self._budget.charged(sender):
                known = self._parse(query)
            self._known.put(query, known, known.weight)
        if isinstance(known.found, Refused):
            raise Refused(*known.found.errors)  # a new one: an exception raised again and again grows
        return known, known.found

    def chosen(self, query: str, name: str | None, sender: str = "") -> Chosen:
        """Refused: as `parsed`, or the document has no such operation."""
        known, document = self._found(query, sender)
        operation = _chosen(document, name)
        place = next(index for index, one in enumerate(document.definitions) if one is operation)
        if place not in known.costs:
            known.costs[place] = cost_of(self._schema, self._costs, document, operation)
        return Chosen(document, operation, known.costs[place])

    def cost(self, chosen: Chosen, variables: Mapping[str, Any]) -> Cost:
        """With the variables it was sent with."""
        return cost_of(self._schema, self._costs, chosen.document, chosen.operation, variables)

    def afford(self, chosen: Chosen, variables: Mapping[str, Any]) -> None:
        """Refused: it may cost more than is allowed. Most operations never can, whatever is asked of them."""
        if chosen.most.refusal() is not None and (error := self.cost(chosen, variables).refusal()) is not None:
            raise Refused(error)

    def _parse(self, query: str) -> _Known:
        text = len(query) // 100
        fault = tokens.check(query)
        if fault is not None:
            return _Known(Refused(fault), text)
        try:
            document = parse(query, max_tokens=MOST_TOKENS)
        except GraphQLSyntaxError as error:
            return _Known(Refused(coded(Code.PARSE_FAILED, error)), text)
        _unlink(document)
        fault = limits.check(document)
        if fault is not None:
            return _Known(Refused(fault), text)
        errors = validate(
            self._schema,
            document,
            self._rules,
            max_errors=MOST_ERRORS,
            hide_suggestions=not self.suggestions,
            allow_empty_selection_sets=False,
        )
        if errors:
            told = errors if self.suggestions else unsuggestive(errors)
            return _Known(Refused(*(coded(Code.VALIDATION_FAILED, one) for one in told)), text)
        return _Known(document, document.token_count + text)

    def subscription(self, query: str, name: str | None, variables: Mapping[str, Any], sender: str = "") -> Operation:
        """Refused: no such operation, not a subscription, or variables that do not fit. Analysed once for a whole hall
        that comes back together."""
        key = (query, name, json.dumps(variables, sort_keys=True))
        found = self._operations.get(key)
        if found is None:
            found = self._analysed(query, name, variables, sender)
            if len(query) + len(key[2]) <= MOST_KEPT:
                self._operations.put(key, found, found.document.token_count)
        return found

    def _analysed(self, query: str, name: str | None, variables: Mapping[str, Any], sender: str) -> Operation:
        chosen = self.chosen(query, name, sender)
        document, operation = chosen.document, chosen.operation
        if operation.operation is not OperationType.SUBSCRIPTION:
            raise Refused(fault(Code.WRONG_TRANSPORT, ONLY_SUBSCRIPTIONS))
        definitions = operation.variable_definitions or ()
        coerced = get_variable_values(
            self._schema, definitions, dict(variables), MOST_ERRORS, hide_suggestions=not self.suggestions
        )
        if isinstance(coerced, list):
            raise Refused(*(coded(Code.BAD_USER_INPUT, one) for one in coerced))
        self.afford(chosen, variables)
        root = next((one for one in operation.selection_set.selections if isinstance(one, FieldNode)), None)
        parent = self._schema.subscription_type
        assert parent is not None
        if root is None or root.directives:
            message = "Write the subscription's field directly, without a fragment or directive."
            raise Refused(fault(Code.VALIDATION_FAILED, message))
        try:
            arguments = get_argument_values(
                parent.fields[root.name.value], root, coerced, hide_suggestions=not self.suggestions
            )
        except GraphQLError as error:
            raise Refused(coded(Code.BAD_USER_INPUT, error)) from error
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
        return may_share(self._schema, self._shareable, parts, parent.name, root)


def _unlink(document: DocumentNode) -> None:
    """Its tokens know their neighbours, in a circle that only a search for garbage undoes: with a hundred documents a
    second it held the loop for 160 ms at a time. Nobody asks a token for its neighbours once it is parsed."""
    token: Any = document.loc and document.loc.start_token
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    found = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if name is not None:
        found = [one for one in found if one.name is not None and one.name.value == name]
        if not found:
            raise Refused(fault(Code.NO_SUCH_OPERATION, "The document has no operation of that name."))
    if not found:
        raise Refused(fault(Code.NO_SUCH_OPERATION, "The document has no operation."))
    if len(found) != 1:
        raise Refused(fault(Code.NO_SUCH_OPERATION, "The document has several operations; say which by operationName."))
    return found[0]


def _normal(parts: list[Node], root: FieldNode) -> str:
    operation = cast(OperationDefinitionNode, parts[0])
    response = root.alias.value if root.alias else root.name.value
    field = next(one for one in operation.selection_set.selections if isinstance(one, FieldNode))
    body = print_ast(field.selection_set) if field.selection_set else ""
    return json.dumps([response, root.name.value, body, *(print_ast(part) for part in parts[1:])])
