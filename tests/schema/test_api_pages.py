"""docs/api.md, docs/api/ and docs/glossary.md name what the schema has."""

import re
from pathlib import Path

import pytest
from documented import blocks
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, parse, validate

from schema import schema

ROOT = Path(__file__).parents[2]
PAGES = ["docs/api.md", *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs" / "api").glob("*.md")))]


@pytest.mark.parametrize("page", PAGES)
def test_operations_on_the_page_are_valid(page: str) -> None:
    for text in blocks(page, "graphql"):
        assert validate(schema._schema, parse(text)) == [], text


@pytest.mark.parametrize("page", PAGES[1:])
def test_a_page_begins_with_an_operation(page: str) -> None:
    assert re.match(r"# .+\n\n```graphql\n", (ROOT / page).read_text("utf-8"))


def test_the_api_page_links_every_page() -> None:
    linked = re.findall(r"\]\((api/[a-z-]+\.md)\)", (ROOT / PAGES[0]).read_text("utf-8"))
    assert set(PAGES[1:]) == {f"docs/{one}" for one in linked}


def test_the_glossary_names_what_the_schema_has() -> None:
    known: set[str] = set()
    for name, kind in schema._schema.type_map.items():
        known.add(name)
        if isinstance(kind, GraphQLEnumType):
            known |= {f"{name}.{one}" for one in kind.values}
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            known |= {*kind.fields, *(f"{name}.{one}" for one in kind.fields)}
    text, _ = (ROOT / "docs" / "glossary.md").read_text("utf-8").split("## Terms of the house")
    named = [one for row in re.findall(r"^\|.+\|$", text, re.MULTILINE) for one in re.findall(r"`([A-Za-z.]+)`", row)]
    assert named
    assert [one for one in named if one not in known] == []
