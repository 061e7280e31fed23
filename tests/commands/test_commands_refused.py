"""Every command on a database that opens and then takes no change: one that is read only, full, or crowded."""

from __future__ import annotations

from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import PASSWORDS, SILENCE, Run, arguments, begin, ended, unreadable
from forked import Bounds
from imports import MEMBERS, ORGANIZATIONS, table
from services import Postgres
from world import DATA_KEYS

Paths = Set[tuple[str, ...]]
READS: Paths = {("keys", "list"), ("verify",)}
UP_TO_DATE: Paths = {("migrate",)}  # here
GROWS: Paths = {("import", "members"), ("import", "organizations")}
SERVES = {("serve",)}  # none of these ends it: it may be over in a minute
LOOKS = {("restored",), ("verify",)}  # at the schema first, and find what fills the disk here
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("engine", ["postgres"], indirect=True)


@pytest.fixture
def folder(database: str, tmp_path: Path) -> Path:
    """What the commands are given: a person and an organization that are there, and many that are new."""
    people = [f"GS,李{number},,,,li{number}" for number in range(400)]
    branches = [f"{number},GS,第{number}党支部,党支部" for number in range(400)]
    files = {
        "root.csv": table(ORGANIZATIONS, "GS,,公司党委,党委"),
        "zhao.csv": table(MEMBERS, "GS,赵敏,,13800138000,,zhao"),
        "organizations.csv": table(ORGANIZATIONS, *branches),
        "members.csv": table(MEMBERS, *people),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    for kind, name in (("organizations", "root.csv"), ("members", "zhao.csv")):
        assert one(database, tmp_path, ("import", kind), [name]).code == 0
    assert one(database, tmp_path, ("role", "grant"), ["zhao", "SECRETARY", "GS"]).code == 0
    return tmp_path


def started(url: str, folder: Path, path: tuple[str, ...], given: list[str], bounds: Bounds | None = None) -> Run:
    return begin(path, given, folder, {"DATABASE_URL": url, "LEITAI_DATA_KEYS": DATA_KEYS, **PASSWORDS}, None, bounds)


def one(url: str, folder: Path, path: tuple[str, ...], given: list[str]) -> Run:
    run = started(url, folder, path, given)
    ended([run])
    return run


def walk(url: str, folder: Path, chosen: Paths, bounds: Bounds | None = None) -> list[Run]:
    runs = [started(url, folder, path, arguments(path, folder / f"{path[-1]}.csv"), bounds) for path in sorted(chosen)]
    ended(runs)
    return runs


def told(runs: list[Run], word: str, *, well: Paths = frozenset(), either: Paths = frozenset()) -> None:
    """All end with the word, but those which have nothing to write. either: what they write may find room."""
    for run in runs:
        assert run.word is not None, run.path
        assert run.word < SILENCE, (run.path, run.word)
        codes = {0, 1} if run.path in either else {0} if run.path in well else {1}
        assert run.code in codes, (run.path, run.code, run.said)
        assert "Traceback" not in run.said, (run.path, run.said)
        assert (word in run.said.splitlines()[-1]) if run.code else (word not in run.said), (run.path, run.said)


@on_sqlite
async def test_a_file_that_can_only_be_read_is_named(database: str, folder: Path) -> None:
    file = Path(database.removeprefix("sqlite://"))
    file.chmod(0o444)
    told(
        walk(database, folder, unreadable(), Bounds(rights=False)),
        "can't be written; give this user",
        well=READS | UP_TO_DATE,
    )


@on_sqlite
async def test_a_disk_that_fails_is_named(database: str, folder: Path) -> None:
    """No process may write files longer than this, the log beside the database among them."""
    runs = walk(database, folder, unreadable() - SERVES, Bounds(file_size=40_000))
    told(runs, "the disk answers with an error", either=unreadable() - GROWS)


@on_sqlite
async def test_a_file_that_can_not_grow_is_named(database: str, folder: Path) -> None:
    told(walk(f"{database}?max_page_count=1", folder, GROWS), "can't grow")
    new = f"sqlite://{folder}/new.sqlite3?max_page_count=20"
    told(walk(new, folder, {("migrate",)}), "can't grow")


@on_sqlite
def test_a_full_disk_below_what_is_printed_is_named(database: str, folder: Path) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        given = {"DATABASE_URL": database, "LEITAI_DATA_KEYS": DATA_KEYS}
        runs = [begin(path, [], folder, given, full) for path in (("schema",), ("verify",), ("keys", "list"))]
        ended(runs)
    told(runs, "The disk is full")


@contextmanager
def made(server: Postgres, done: str, undone: str, database: str = "postgres") -> Iterator[None]:
    server.execute(done, database=database)
    try:
        yield
    finally:
        server.execute(undone, database=database)


@on_postgres
async def test_a_server_that_can_only_be_read_is_named(database: str, folder: Path, postgres_server: Postgres) -> None:
    """As a standby is. `verify` makes a schema to compare with, and `migrate` takes its lock before it looks."""
    change = f'ALTER DATABASE "{postgres_server.name_of(database)}"'
    with made(postgres_server, f"{change} SET default_transaction_read_only = on", f"{change} RESET ALL"):
        told(walk(database, folder, unreadable()), "can only be read", well=READS - {("verify",)})


@on_postgres
async def test_a_server_that_takes_no_more_connections_is_named(
    database: str, folder: Path, postgres_server: Postgres
) -> None:
    role, gone = "CREATE ROLE crowd LOGIN CONNECTION LIMIT 0", "DROP ROLE crowd"
    with made(postgres_server, role, gone):
        crowded = database.replace("postgres@", "crowd@")
        told(walk(crowded, folder, unreadable()), "accepts no further connections")


FILL = """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE disk_full USING MESSAGE = 'could not extend file "base/1/2": No space left on device'; END $$;
  DO $$ DECLARE one text; BEGIN FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON %I EXECUTE FUNCTION full_disk()', one);
  END LOOP; END $$"""


@on_postgres
async def test_a_server_whose_disk_is_full_is_named(database: str, folder: Path, postgres_server: Postgres) -> None:
    with made(postgres_server, FILL, "DROP FUNCTION full_disk CASCADE", postgres_server.name_of(database)):
        told(walk(database, folder, unreadable() - SERVES - LOOKS), "its disk is full", well=READS | UP_TO_DATE)
