"""A schema that is not what the migrations make is found and named, on both engines."""

from __future__ import annotations

import time

import pytest
from server import leitai

import models
from models import sql

# Each on both engines, and what is said of it.
SPOILT = {
    "sqlite": [
        ("DROP INDEX {index}", "Index {table}.{index} is missing."),
        ("DROP TRIGGER {trigger}", "Trigger points_entries.{trigger} is missing."),
        ("ALTER TABLE rewards ADD COLUMN stolen INTEGER", "Column rewards.stolen is none of ours"),
        ("CREATE UNIQUE INDEX clever ON members (name)", "Index members.clever is none of ours"),
    ],
    "postgres": [
        ("DROP INDEX {index}", "Index {table}.{index} is missing."),
        ("DROP TRIGGER {trigger} ON points_entries", "Trigger points_entries.{trigger} is missing."),
        ("ALTER TABLE audit_heads DROP CONSTRAINT audit_heads_pkey", "audit_heads.audit_heads_pkey is missing."),
        ("ALTER TABLE members ALTER COLUMN name TYPE text", "Column members.name is not as the migrations make it"),
        ("ALTER TABLE members ALTER COLUMN name DROP NOT NULL", "Column members.name is not as"),
        ("ALTER TABLE points_entries DISABLE TRIGGER {other}", "Trigger points_entries.{other} is not as"),
        ("ALTER TABLE rewards ADD COLUMN stolen integer", "Column rewards.stolen is none of ours"),
    ],
}  # fmt: skip
NAMES = {
    "sqlite": "SELECT tbl_name AS t, name AS n FROM sqlite_master WHERE type = '{}' AND sql IS NOT NULL ORDER BY 2",
    "postgres": {
        "index": """SELECT tablename AS t, indexname AS n FROM pg_indexes WHERE schemaname = 'public'
            AND indexdef NOT LIKE '%UNIQUE%' ORDER BY 2""",
        "trigger": """SELECT tgrelid::regclass::text AS t, tgname AS n FROM pg_trigger
            WHERE NOT tgisinternal ORDER BY 2""",
    },
}  # fmt: skip


async def _names(engine: str, kind: str) -> list[tuple[str, str]]:
    known = NAMES[engine]
    found = await sql.rows(known.format(kind) if isinstance(known, str) else known[kind])
    return [(one["t"], one["n"]) for one in found]


async def test_a_whole_schema_agrees_and_each_thing_that_is_missing_is_named(database: str) -> None:
    began = time.monotonic()
    whole = leitai("verify", DATABASE_URL=database)
    assert (whole.returncode, whole.stdout) == (0, "Everything agrees.\n"), whole.stdout + whole.stderr
    assert time.monotonic() - began < 20

    engine = models.database.dialect()
    [(table, index), *_] = await _names(engine, "index")
    trigger, other, *_ = [name for of, name in await _names(engine, "trigger") if of == "points_entries"]
    names = {"table": table, "index": index, "trigger": trigger, "other": other}
    await sql.execute("CREATE INDEX mine ON members (created_at)")
    for statement, _ in SPOILT[engine]:
        await sql.execute(statement.format(**names))
    spoilt = leitai("verify", DATABASE_URL=database)
    assert spoilt.returncode == 1
    for _, said in SPOILT[engine]:
        assert said.format(**names) in spoilt.stdout, (said.format(**names), spoilt.stdout)
    assert "members.mine" in spoilt.stderr
    assert "members.mine" not in spoilt.stdout


@pytest.mark.parametrize("engine", ["sqlite", "postgres"], indirect=True)
async def test_restored_refuses_half_a_backup_in_sentences(database: str) -> None:
    await sql.execute("DROP TABLE audit_heads")
    for command in ("restored", "verify"):
        done = leitai(command, DATABASE_URL=database)
        assert done.returncode == 1
        assert "Table audit_heads is missing." in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
