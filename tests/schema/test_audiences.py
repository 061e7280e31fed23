"""Every field says for whom it is, once; docs/visibility.md is what they say."""

from pathlib import Path

from graphql import GraphQLObjectType

from schema import audiences, schema
from schema.audiences import OBJECTS, PARTS, ROOTS, WHOLE
from schema.audiences_of_changes import CALLERS

GRAPHQL = schema._schema
REFUSAL = GRAPHQL.type_map["UserError"]
TYPES = {
    name: one
    for name, one in GRAPHQL.type_map.items()
    if isinstance(one, GraphQLObjectType) and not name.startswith("__")
}
WRITTEN = Path(__file__).parents[2] / "docs" / "visibility.md"


def whole(kind: str) -> bool:
    """Whether all of it is for whoever is given it."""
    carried = kind.endswith(("Connection", "Edge", "Success")) or REFUSAL in TYPES[kind].interfaces
    return carried or kind in WHOLE


def test_every_field_says_for_whom_it_is() -> None:
    expected = {
        (kind, name) for kind, one in TYPES.items() if not whole(kind) and kind != "Mutation" for name in one.fields
    }
    declared = audiences.fields()
    assert expected - set(declared) == set(), "say in schema/audiences.py for whom these are"
    assert set(declared) - expected == set(), "these are no more"
    names = [
        name
        for _, of in [*OBJECTS.values(), *((None, of) for of in [*PARTS.values(), *ROOTS.values()])]
        for name in " ".join(of.values()).split()
    ]
    assert len(names) == len(declared), "declared twice"


def test_every_mutation_says_who_may_call_it() -> None:
    assert set(CALLERS) == set(TYPES["Mutation"].fields)


def test_what_is_fetched_by_its_id_says_for_whom_it_is() -> None:
    nodes = {one.name for one in GRAPHQL.get_possible_types(GRAPHQL.type_map["Node"])}  # type: ignore[arg-type]
    assert nodes - set(OBJECTS) == set()


def test_the_table_is_what_is_declared() -> None:
    written = WRITTEN.read_text(encoding="utf-8")
    assert written == audiences.table(), "write it again: .venv/bin/leitai visibility > docs/visibility.md"
