"""Whether the schema is what the migrations make: tables, columns, indexes, constraints, triggers, functions.

They are made again in a scratch that is thrown away: a file for SQLite, for PostgreSQL a schema in a transaction that
is rolled back. Both catalogues are read alike and compared by name.
"""

import re
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

import models
from app import migrations
from app.settings import Settings
from models import database_url

SCRATCH = "leitai_scratch"
MOST_TOLD = 160  # characters of a definition
Catalogue = Mapping[tuple[str, str], str]  # what and name → definition
POSTGRES = (
    (
        "Column",
        """SELECT c.relname AS t, a.attname AS n, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
             CASE WHEN a.attnotnull THEN 'NOT NULL' END, 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)) AS d
           FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
           LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
           WHERE c.relnamespace = {schema} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped""",
    ),
    (
        "Index",
        """SELECT c.relname AS t, i.relname AS n, pg_get_indexdef(x.indexrelid)
             || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END AS d
           FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
           WHERE c.relnamespace = {schema}""",
    ),
    (
        "Constraint",
        """SELECT c.relname AS t, k.conname AS n, pg_get_constraintdef(k.oid) AS d
           FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
           WHERE c.relnamespace = {schema} AND k.contype <> 'n'""",
    ),
    (
        "Trigger",
        """SELECT c.relname AS t, g.tgname AS n, pg_get_triggerdef(g.oid)
             || CASE g.tgenabled WHEN 'O' THEN '' ELSE ' switched off: ' || g.tgenabled::text END AS d
           FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
           WHERE c.relnamespace = {schema} AND NOT g.tgisinternal""",
    ),
    (
        "Function",
        """SELECT '' AS t, p.proname AS n, p.prosrc AS d FROM pg_proc p WHERE p.pronamespace = {schema}""",
    ),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """unreadable: a table or column is missing, so that nothing can be read."""

    differences: list[str]
    remarks: list[str]
    unreadable: bool = False


class _RolledBack(Exception):
    pass


async def scratch(settings: Settings) -> Catalogue | None:
    """What a SQLite file should hold; before the database is opened. None: PostgreSQL, whose scratch lies inside."""
    if database_url.file_of(settings.database_url) is None:
        return None
    with tempfile.TemporaryDirectory(prefix="leitai-schema-") as folder:
        file = Path(folder) / "scratch.sqlite3"
        await migrations.run(f"sqlite://{file}?synchronous=OFF", lambda _: None)
        return _sqlite(file)


async def compare(settings: Settings, wanted: Catalogue | None) -> Compared:
    """While the database is open. wanted: as `scratch` gave it."""
    file = database_url.file_of(settings.database_url)
    if file is not None and wanted is not None:
        return _compared(wanted, _sqlite(file))
    try:
        made, found = await _both_of_postgres()
    except asyncpg.InsufficientPrivilegeError:
        words = "The schema was not compared: this user may not create a schema (GRANT CREATE ON DATABASE)."
        return Compared([], [words])
    return _compared(made, found)


# ---------------------------------------------------------------- catalogues


def _sqlite(file: Path) -> Catalogue:
    found: dict[tuple[str, str], str] = {}
    with closing(sqlite3.connect(file)) as opened:
        rows = opened.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        for kind, name, table, text in rows.fetchall():
            place = name if kind == "table" else f"{table}.{name}"
            found[kind.capitalize(), place] = _plain(text or "")
            if kind == "table":
                for _, column, type_, needed, default, key, hidden in opened.execute(
                    "SELECT * FROM pragma_table_xinfo(?)", [name]
                ):
                    words = [type_, "NOT NULL" if needed else "", f"DEFAULT {default}" if default else ""]
                    words += [f"primary key {key}" if key else "", f"hidden {hidden}" if hidden else ""]
                    found["Column", f"{name}.{column}"] = " ".join(one for one in words if one)
    return found


async def _both_of_postgres() -> tuple[Catalogue, Catalogue]:
    both: list[Catalogue] = []
    apps = models.database.configuration("sqlite://:memory:")["apps"]
    try:
        async with models.database.transaction() as client:
            own = (await client.execute_query_dict("SELECT current_schema() AS name"))[0]["name"]
            found = await _postgres(client, own)
            try:
                await client.execute_query(f"CREATE SCHEMA {SCRATCH}")
            except Exception as error:
                raise (error.args[0] if error.args and isinstance(error.args[0], Exception) else error) from None
            await client.execute_query(f"SET LOCAL search_path TO {SCRATCH}")
            await migrations.apply(client, apps)
            both += [await _postgres(client, SCRATCH), found]
            raise _RolledBack
    except _RolledBack:
        pass
    return both[0], both[1]


async def _postgres(client: Any, schema: str) -> Catalogue:
    found: dict[tuple[str, str], str] = {}
    for what, statement in POSTGRES:
        of = f"(SELECT oid FROM pg_namespace WHERE nspname = '{schema}')"
        for row in await client.execute_query_dict(statement.format(schema=of)):
            place = f"{row['t']}.{row['n']}" if row["t"] else row["n"]
            text = _plain(re.sub(rf'"?\b{re.escape(schema)}"?\.', "", row["d"]))
            found[what, place] = _without_casts(text) if what in ("Constraint", "Index") else text
            if what == "Column":
                found["Table", row["t"]] = ""
    return found


def _without_casts(text: str) -> str:
    """pg_dump writes a list's cast once for all, and PostgreSQL reads it back as one for each of the list."""
    bare = re.sub(r"::(character varying|text)(\[\])?", "", text)
    bare = re.sub(r"\(('(?:[^']|'')*')\)", r"\1", bare)
    return re.sub(r"\((ARRAY\[[^\]]*\])\)", r"\1", re.sub(r"\((ARRAY\[[^\]]*\])\)", r"\1", bare))


def _plain(text: str) -> str:
    """One spelling of names and blanks."""
    return re.sub(r"\s+", " ", re.sub(r'["`]', "", text)).replace("IF NOT EXISTS ", "").strip()


# ---------------------------------------------------------------- compared


def _compared(wanted: Catalogue, found: Catalogue) -> Compared:
    differences: list[str] = []
    gone = {name for what, name in wanted if what == "Table" and (what, name) not in found}
    for (what, name), text in sorted(wanted.items()):
        table = name.partition(".")[0]
        if what != "Table" and table in gone:
            continue
        if (what, name) not in found:
            differences.append(f"{what} {name} is missing.")
        elif found[what, name] != text:
            now = _short(found[what, name])
            differences.append(f"{what} {name} is not as the migrations make it, {_short(text)}, but {now}.")
    ours = {name for what, name in wanted if what == "Table"}
    extra, remarks = _extra(ours, wanted, found)
    lacking = [one for one in wanted if one[0] in ("Table", "Column") and one not in found]
    return Compared(differences + extra, remarks, bool(lacking))


def _extra(ours: Iterable[str], wanted: Catalogue, found: Catalogue) -> tuple[list[str], list[str]]:
    """What nobody asked for. Beside our tables others may lie; an index of the operator's own does no harm."""
    known, differences, remarks = set(ours), list[str](), list[str]()
    for (what, name), text in sorted(found.items()):
        if (what, name) in wanted or name.partition(".")[0] not in known:
            continue
        if what == "Index" and "UNIQUE" not in text.upper():
            remarks.append(f"Index {name} is none of ours; it does no harm.")
        else:
            differences.append(f"{what} {name} is none of ours: {_short(text)}.")
    return differences, remarks


def _short(text: str) -> str:
    return f"`{text}`" if len(text) <= MOST_TOLD else f"`{text[:MOST_TOLD]}…`"
