"""What a database's schema is: both engines' catalogues, read alike, by name.

On PostgreSQL the scratch is a schema inside a transaction that is rolled back.
"""

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from models import sql

Catalogue = Mapping[tuple[str, str], str]  # what and name → definition
OWN = "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
SCRATCH = "leitai_scratch"

POSTGRES = (
    (
        "Column",
        f"""SELECT c.relname AS t, a.attname AS n, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
             CASE WHEN a.attnotnull THEN 'NOT NULL' END, 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)) AS d
           FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
           LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
           WHERE c.relnamespace = {OWN} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped""",
    ),
    (
        "Index",
        f"""SELECT c.relname AS t, i.relname AS n, pg_get_indexdef(x.indexrelid)
             || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END AS d
           FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
           WHERE c.relnamespace = {OWN}""",
    ),
    (
        "Constraint",
        f"""SELECT c.relname AS t, k.conname AS n, pg_get_constraintdef(k.oid) AS d
           FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
           WHERE c.relnamespace = {OWN} AND k.contype <> 'n'""",
    ),
    (
        "Trigger",
        f"""SELECT c.relname AS t, g.tgname AS n, pg_get_triggerdef(g.oid)
             || CASE g.tgenabled WHEN 'O' THEN '' ELSE ' switched off: ' || g.tgenabled::text END AS d
           FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
           WHERE c.relnamespace = {OWN} AND NOT g.tgisinternal""",
    ),
    (
        "Function",
        f"""SELECT '' AS t, p.proname AS n, p.prosrc AS d FROM pg_proc p WHERE p.pronamespace = {OWN}""",
    ),
)


def sqlite(file: Path) -> Catalogue:
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


async def postgres() -> Catalogue:
    """Of the schema in which tables are made now."""
    schema: str = await sql.value("SELECT current_schema() AS name")
    found: dict[tuple[str, str], str] = {}
    for what, statement in POSTGRES:
        for row in await sql.rows(statement):
            place = f"{row['t']}.{row['n']}" if row["t"] else row["n"]
            text = _plain(re.sub(rf'"?\b{re.escape(schema)}"?\.', "", row["d"]))
            found[what, place] = _without_casts(text) if what in ("Constraint", "Index") else text
            if what == "Column":
                found["Table", row["t"]] = ""
    return found


async def make_scratch() -> None:
    """Until the transaction ends, tables are made in it. What the driver raises, if the user may not."""
    try:
        await sql.execute(f"CREATE SCHEMA {SCRATCH}")
    except Exception as error:
        raise (error.args[0] if error.args and isinstance(error.args[0], Exception) else error) from None
    await sql.execute(f"SET LOCAL search_path TO {SCRATCH}")


def _without_casts(text: str) -> str:
    """pg_dump writes a list's cast once for all, and PostgreSQL reads it back as one for each of the list."""
    bare = re.sub(r"::(character varying|text)(\[\])?", "", text)
    bare = re.sub(r"\(('(?:[^']|'')*')\)", r"\1", bare)
    return re.sub(r"\((ARRAY\[[^\]]*\])\)", r"\1", re.sub(r"\((ARRAY\[[^\]]*\])\)", r"\1", bare))


def _plain(text: str) -> str:
    """One spelling of names and blanks."""
    return re.sub(r"\s+", " ", re.sub(r'["`]', "", text)).replace("IF NOT EXISTS ", "").strip()
