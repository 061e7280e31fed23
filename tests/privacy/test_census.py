"""No column can hold words without somebody having said whose they are; and none is a national id."""

from __future__ import annotations

import re

import pytest
from census import ERASED, KNOWN
from graphql import GraphQLInputObjectType, GraphQLObjectType

from models import sql
from schema import schema

WORDS = """SELECT table_name || '.' || column_name AS name FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type IN ('character varying', 'character', 'text', 'json', 'jsonb')"""
NATIONAL = re.compile(
    r"national|identity_?card|id_?card|id_?number|id_?no|身份证|passport|ssn|social_?sec|citizen", re.IGNORECASE
)


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_every_column_of_words_says_whose_they_are(database: str) -> None:
    found = {one["name"] for one in await sql.rows(WORDS) if "migration" not in one["name"]}
    assert found - KNOWN == set(), (
        "say in tests/support/census.py, docs/privacy.md and models/erasures.py whose these are"
    )
    assert KNOWN - found == set()
    assert all(one in found for one in ERASED.split())


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
