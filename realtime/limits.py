"""What a document may cost, known before it is validated or executed: one walk, each fragment counted once.

Validating compares fields of one name with each other, and executing spreads fragments out; without these bounds a
kilobyte holds a worker for seconds.
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

MOST_DEPTH = 24  # fields in fields; the introspection of common tools has 15
MOST_FIELDS = 1_000  # with every fragment spread out
MOST_OF_ONE_NAME = 20  # fields of one response name in one selection set
MOST_FRAGMENTS = 40  # each is compared with each
MOST_DIRECTIVES = 100


@dataclass(frozen=True, slots=True)
class Size:
    fields: int = 0
    depth: int = 0


class TooLarge(Exception):
    """The message says what of it, and how much is allowed."""


def check(document: DocumentNode) -> GraphQLError | None:
    """What of it is too large, in a sentence. A cycle of fragments is left to validation."""
    try:
        walk = _Walk(document)
        for definition in document.definitions:
            selections = getattr(definition, "selection_set", None)
            if isinstance(selections, SelectionSetNode):
                walk.size_of(selections, 0)
    except TooLarge as fault:
        return GraphQLError(str(fault), extensions={"code": "TOO_LARGE"})
    return None


class _Walk:
    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        if len(self._fragments) > MOST_FRAGMENTS:
            raise TooLarge(f"The document has too many fragments; {MOST_FRAGMENTS} are allowed.")
        self._known: dict[str, Size] = {}
        self._within: set[str] = set()
        self._directives = 0

    def size_of(self, selections: SelectionSetNode, level: int) -> Size:
        if level > MOST_DEPTH:
            raise TooLarge(f"The document is nested too deeply; {MOST_DEPTH} levels of fields are allowed.")
        names: Counter[str] = Counter()
        fields, depth = 0, 0
        for node in self._flat(selections):
            spread = isinstance(node, FragmentSpreadNode)
            inner = self._spread(node, level) if spread else self._field(node, level, names)
            fields, depth = fields + inner.fields, max(depth, inner.depth)
        if fields > MOST_FIELDS:
            raise TooLarge(f"The document selects too many fields; {MOST_FIELDS} are allowed, fragments spread out.")
        if level + depth > MOST_DEPTH:
            raise TooLarge(f"The document is nested too deeply; {MOST_DEPTH} levels of fields are allowed.")
        return Size(fields, depth)

    def _field(self, node: FieldNode, level: int, names: Counter[str]) -> Size:
        name = (node.alias or node.name).value
        names[name] += 1
        if names[name] > MOST_OF_ONE_NAME:
            raise TooLarge(f"The document selects one name too often; {MOST_OF_ONE_NAME} times in one place is most.")
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

    def _flat(self, selections: SelectionSetNode) -> Iterator[FieldNode | FragmentSpreadNode]:
        """Fields and spreads in source order, those of inline fragments included."""
        waiting = list(reversed(selections.selections))
        while waiting:
            node = waiting.pop()
            self._directives += len(node.directives or ())
            if self._directives > MOST_DIRECTIVES:
                raise TooLarge(f"The document has too many directives; {MOST_DIRECTIVES} are allowed.")
            if isinstance(node, InlineFragmentNode):
                waiting.extend(reversed(node.selection_set.selections))
            elif isinstance(node, FieldNode | FragmentSpreadNode):
                yield node
