"""No column can hold words without somebody having said whose they are; and none is a national id."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType

from models import sql
from resolvers.privacy import kept
from resolvers.systems import PERSONAL
from schema import schema

WORDS = """SELECT table_name || '.' || column_name AS name FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type IN ('character varying', 'character', 'text', 'json', 'jsonb')"""
TABLES = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
NATIONAL = re.compile(
    r"national|identity_?card|id_?card|id_?number|id_?no|身份证|passport|ssn|social_?sec|citizen", re.IGNORECASE
)
PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_every_table_is_in_exactly_one_personal(database: str) -> None:
    found = {one["name"] for one in await sql.rows(TABLES) if "migration" not in one["name"]}
    assert Counter(one.table for one in PERSONAL) == Counter(found)


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_every_column_of_words_says_whose_they_are(database: str) -> None:
    found = {one["name"] for one in await sql.rows(WORDS) if "migration" not in one["name"]}
    classified = Counter(name for table in PERSONAL for name in table.words())
    assert found - set(classified) == set(), "say in models/personal/ whose these are"
    assert set(classified) - found == set(), "these columns do not exist"
    assert [name for name, times in classified.items() if times > 1] == []


def test_what_is_erased_has_a_statement_that_erases_it() -> None:
    """But for the row of members itself, which models/erasures.py empties last."""
    assert [one.table for one in PERSONAL if one.erased and not one.erase] == ["members"]


def test_each_part_of_the_export_has_a_name_of_its_own() -> None:
    names = [name for table in PERSONAL for name in table.export]
    assert len(names) == len(set(names)) == 18


def test_the_page_holds_the_table() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert kept.table() in written, "write it again: .venv/bin/leitai privacy"


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_no_column_and_no_field_is_a_national_id(database: str) -> None:
    columns = [
        one["column_name"]
        for one in await sql.rows("SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'")
    ]
    kinds = (GraphQLObjectType, GraphQLInputObjectType)
    fields = [
        f"{name}.{field}"
        for name, kind in schema._schema.type_map.items()
        if isinstance(kind, kinds) and not name.startswith("__")
        for field in kind.fields
    ]
    assert len(columns) > 200
    assert len(fields) > 300
    assert [one for one in (*columns, *fields) if NATIONAL.search(one)] == []
