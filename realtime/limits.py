"""How large a parsed document may be, known before it is validated: one walk, each fragment counted once.

Validating compares fields of one name with each other, and executing spreads fragments out; without these bounds a
kilobyte holds a worker for seconds. realtime/tokens.py looks at the text before, realtime/costs.py at the answer after.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    SelectionSetNode,
)

from realtime.graphql_errors import beyond

MOST_DEPTH = 24  # fields in fields; GraphiQL's introspection has 15, the deepest page of a screen 8
MOST_FIELDS = 1_000  # with every fragment spread out: 60 times an ordinary screen's, half of what the tokens allow
MOST_OF_ONE_NAME = 20  # fields of one response name in one selection set: as often as parts of a page ask alike
MOST_FRAGMENTS = 40  # each is compared with each; a kiosk's document has 11


@dataclass(frozen=True, slots=True)
class Size:
    fields: int = 0
    depth: int = 0


class TooLarge(Exception):
    """limit: its name in docs/errors.md. The message says what of it, how much was asked, and how much is allowed."""

    def __init__(self, limit: str, asked: int, allowed: int, message: str) -> None:
        super().__init__(message)
        self.limit, self.asked, self.allowed = limit, asked, allowed


def check(document: DocumentNode) -> GraphQLError | None:
    """What of it is too large, in a sentence. A cycle of fragments is left to validation."""
    try:
        walk = _Walk(document)
        for definition in document.definitions:
            selections = getattr(definition, "selection_set", None)
            if isinstance(selections, SelectionSetNode):
                walk.size_of(selections, 0)
    except TooLarge as fault:
        return beyond(fault.limit, fault.asked, fault.allowed, str(fault))
    return None


class _Walk:
    def __init__(self, document: DocumentNode) -> None:
        found = [one for one in document.definitions if isinstance(one, FragmentDefinitionNode)]
        if len(found) > MOST_FRAGMENTS:
            message = f"The document has {len(found)} fragments; {MOST_FRAGMENTS} are allowed."
            raise TooLarge("fragments", len(found), MOST_FRAGMENTS, message)
        self._fragments = {one.name.value: one for one in found}
        self._known: dict[str, Size] = {}
        self._within: set[str] = set()

    def size_of(self, selections: SelectionSetNode, level: int) -> Size:
        if level > MOST_DEPTH:
            raise _too_deep(level)
        names: Counter[str] = Counter()
        fields, depth = 0, 0
        for node in _flat(selections):
            spread = isinstance(node, FragmentSpreadNode)
            inner = self._spread(node, level) if spread else self._field(node, level, names)
            fields, depth = fields + inner.fields, max(depth, inner.depth)
        if fields > MOST_FIELDS:
            message = (
                f"The document selects {fields} fields or more with fragments spread out; {MOST_FIELDS} are allowed."
            )
            raise TooLarge("fields", fields, MOST_FIELDS, message)
        if level + depth > MOST_DEPTH:
            raise _too_deep(level + depth)
        for name, times in names.most_common(1):
            if times > MOST_OF_ONE_NAME:
                message = (
                    f"The document selects {name[:40]} {times} times in one place; {MOST_OF_ONE_NAME} are allowed."
                )
                raise TooLarge("duplicates", times, MOST_OF_ONE_NAME, message)
        return Size(fields, depth)

    def _field(self, node: FieldNode, level: int, names: Counter[str]) -> Size:
        names[(node.alias or node.name).value] += 1
        inner = self.size_of(node.selection_set, level + 1) if node.selection_set else Size()
        return Size(inner.fields + 1, inner.depth + 1)

    def _spread(self, node: FragmentSpreadNode, level: int) -> Size:
        name = node.name.value
        if name not in self._known:
            fragment = self._fragments.get(name)
            if fragment is None or name in self._within:
                return Size()
            self._within.add(name)
            self._known[name] = self.size_of(fragment.selection_set, level)
            self._within.discard(name)
        return self._known[name]


def _flat(selections: SelectionSetNode) -> Iterator[FieldNode | FragmentSpreadNode]:
    """Fields and spreads in source order, those of inline fragments included."""
    waiting = list(reversed(selections.selections))
    while waiting:
        node = waiting.pop()
        if isinstance(node, InlineFragmentNode):
            waiting.extend(reversed(node.selection_set.selections))
        elif isinstance(node, FieldNode | FragmentSpreadNode):
            yield node


def _too_deep(asked: int) -> TooLarge:
    message = f"The document is nested too deeply: {asked} levels of fields or more; {MOST_DEPTH} are allowed."
    return TooLarge("depth", asked, MOST_DEPTH, message)
