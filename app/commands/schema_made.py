"""Whether the schema is what the migrations make: tables, columns, indexes, constraints, triggers, functions.

They are made again in a scratch that is thrown away: a file for SQLite, for PostgreSQL a schema in a transaction that
is rolled back. Both catalogues are read alike and compared by name.
"""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import asyncpg

import models
from app import migrations
from app.settings import Settings
from models import catalogues, database_url
from models.catalogues import Catalogue

MOST_TOLD = 160  # characters of a definition


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
        return catalogues.sqlite(file)


async def compare(settings: Settings, wanted: Catalogue | None) -> Compared:
    """While the database is open. wanted: as `scratch` gave it."""
    file = database_url.file_of(settings.database_url)
    if file is not None and wanted is not None:
        return _compared(wanted, catalogues.sqlite(file))
    try:
        made, found = await _both_of_postgres()
    except asyncpg.InsufficientPrivilegeError:
        words = "The schema was not compared: this user may not create a schema (GRANT CREATE ON DATABASE)."
        return Compared([], [words])
    return _compared(made, found)


# ---------------------------------------------------------------- catalogues


async def _both_of_postgres() -> tuple[Catalogue, Catalogue]:
    both: list[Catalogue] = []
    apps = models.database.configuration("sqlite://:memory:")["apps"]
    try:
        async with models.database.transaction() as client:
            found = await catalogues.postgres()
            await catalogues.make_scratch()
            await migrations.apply(client, apps)
            both += [await catalogues.postgres(), found]
            raise _RolledBack
    except _RolledBack:
        pass
    return both[0], both[1]


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
