"""Every command through every failure that is to be expected: a sentence, an exit code, no traceback, no silence."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from commands import PASSWORDS, Run, arguments, begin, ended, judge, paths, run, unreadable
from services import Postgres
from sqlite_files import Sqlite
from tortoise.connection import get_connections
from tortoise.migrations.api import migrate

import models

NO_SETTINGS = {("schema",), ("privacy",), ("visibility",)}
READS_FILE = {("heads", "check"), ("import", "members"), ("import", "organizations"), ("simulate",)}
LISTENS = {("demo",), ("serve",)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """What every command that reads a file can read."""
    made = tmp_path / "file.csv"
    made.write_text("login,password\nzhao,secret-of-zhao\n", encoding="utf-8")
    return made


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("sqlite://{folder}/nowhere/leitai.sqlite3", "does not exist"),
        ("sqlite://{folder}/file.csv/leitai.sqlite3", "does not exist"),
        ("sqlite:///proc/leitai.sqlite3", "can't be opened|migrate"),
        ("sqlite://{folder}", "can't be opened"),
        ("sqlite://{folder}/file.csv", "is no SQLite database"),
        ("postgres://me:pw@127.0.0.1:1/leitai", "nothing listens there"),
        ("postgres://me:pw@nowhere.invalid/leitai", "no such host"),
    ],
)
def test_a_database_that_cannot_be_opened_is_named_and_never_taken_for_an_empty_one(
    file: Path, url: str, word: str
) -> None:
    runs = run(unreadable(), file, DATABASE_URL=url.format(folder=file.parent))
    judge(runs, 1, *word.split("|"))
    assert not [one.path for one in runs if "lacks" in one.said]


@pytest.fixture
def postgres(postgres_server: Postgres) -> Postgres:
    postgres_server.start()
    return postgres_server


def test_wrong_password_and_missing_database_are_told_apart(postgres: Postgres, file: Path) -> None:
    rules = postgres.folder / "data" / "pg_hba.conf"
    kept = rules.read_text()
    postgres.execute("DROP ROLE IF EXISTS outsider; CREATE ROLE outsider LOGIN PASSWORD 'right'")
    rules.write_text(f"local all outsider scram-sha-256\n{kept}")
    try:
        postgres.execute("SELECT pg_reload_conf()")
        url = f"postgres://outsider:wrong@/postgres?host={postgres.folder}"
        runs = run(unreadable(), file, DATABASE_URL=url)
        judge(runs, 1, "refuses to let us in")
        assert "wrong" not in "".join(one.said for one in runs)
        judge(run({("verify",)}, file, DATABASE_URL=postgres.url("nothing_here")), 1, "does not exist")
    finally:
        rules.write_text(kept)
        postgres.execute("SELECT pg_reload_conf()")
        postgres.execute("DROP ROLE outsider")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as found:
        yield found


def test_a_server_without_tls_is_told_so(listener: socket.socket, file: Path) -> None:
    def refuse() -> None:
        with listener.accept()[0] as client:
            client.recv(8)
            client.sendall(b"N")

    threading.Thread(target=refuse, daemon=True).start()
    url = f"postgres://me:pw@127.0.0.1:{listener.getsockname()[1]}/leitai?sslmode=require"
    judge(run({("verify",)}, file, DATABASE_URL=url), 1, "offers no TLS")


def test_who_waits_says_so_and_can_be_interrupted(listener: socket.socket, file: Path) -> None:
    """The listener takes connections and never says a word."""
    url = f"postgres://me:pw@127.0.0.1:{listener.getsockname()[1]}/leitai"
    given = {"DATABASE_URL": url, **PASSWORDS}
    runs = [begin(path, arguments(path, file), file.parent, given) for path in sorted(unreadable())]

    [patient, *others] = runs

    def is_interrupted(one: Run) -> bool:
        """As soon as it says a word: it gives up by itself some seconds later."""
        one.look()
        if one.word is not None and one is not patient:
            assert "Still waiting for" in one.said
            one.process.send_signal(signal.SIGINT)
        return one.word is not None

    ended(runs, is_interrupted)
    ended(runs)
    judge(others, 130, "Still waiting")
    judge([patient], 1, "does not answer")


@pytest.fixture
async def migrated(sqlite_files: Sqlite) -> str:
    url = sqlite_files.create_database()
    await migrate(config=models.database.configuration(url))
    await get_connections().close_all()
    return url


async def test_a_locked_file_is_waited_for_with_a_word_and_then_named(migrated: str, file: Path) -> None:
    writing = {("create-admin",), ("keys", "rotate"), ("restored",), ("heads", "export")} & set(paths())
    with closing(sqlite3.connect(migrated.removeprefix("sqlite://"), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        runs = run(writing, file, DATABASE_URL=f"{migrated}?busy_timeout=4000")
        judge(runs, 1, "is locked by another process")


def test_wrong_settings_end_each_command_with_two(file: Path) -> None:
    judge(run(set(paths()) - NO_SETTINGS, file, PUBLIC_URL="nonsense", REDIS_URL="nonsense"), 2, "PUBLIC_URL")


def test_a_wrong_option_ends_each_command_with_two(file: Path) -> None:
    for one in run(set(paths()), file, ["--no-such-option"]):
        assert (one.code, "No such option" in one.said, "Traceback" in one.said) == (2, True, False), one.said


@pytest.mark.parametrize("kind", ["missing", "empty", "encoding", "folder"])
async def test_a_file_that_cannot_be_read_is_named(migrated: str, file: Path, kind: str) -> None:
    wrong = file.with_name("wrong.csv")
    {
        "missing": lambda: None,
        "empty": lambda: wrong.write_bytes(b""),
        "encoding": lambda: wrong.write_bytes(b"login,password\n\xff\xfe\xff,\x80\n"),
        "folder": wrong.mkdir,
    }[kind]()
    runs = [begin(path, arguments(path, wrong), file.parent, {"DATABASE_URL": migrated}) for path in sorted(READS_FILE)]
    ended(runs)
    for one in runs:
        assert one.code in (1, 2), (one.path, one.code, one.said)
        assert "Traceback" not in one.said, (one.path, one.said)
        assert "wrong.csv" in "".join(one.said.replace("│", "").split()), (one.path, one.said)  # a box may break it


@pytest.mark.parametrize(("host", "word"), [("", "another program listens"), ("10.255.255.1", "no such address")])
async def test_where_nothing_can_listen_it_is_said_before_anything_is_made(
    migrated: str, listener: socket.socket, file: Path, host: str, word: str
) -> None:
    port = str(listener.getsockname()[1])
    given = ["--port", port, *(["--host", host] if host else [])]
    judge(run(LISTENS, file, given, DATABASE_URL=migrated), 1, word)
    assert not list(file.parent.glob("demo.sqlite3*"))


def test_a_server_that_is_not_there_is_named(file: Path) -> None:
    judge(run({("watch",)}, file), 1, "does not answer")


async def test_a_closed_pipe_is_no_mistake(migrated: str, file: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb", buffering=0) as closed:
        runs = [
            begin(path, [], file.parent, {"DATABASE_URL": migrated}, closed)
            for path in (("schema",), ("privacy",), ("visibility",))
        ]
        ended(runs)
    for one in runs:
        assert one.code == 1, one.said
        assert one.said == "", "what was asked for was given up, nothing more"


def test_without_a_terminal_nobody_is_asked(file: Path) -> None:
    judge(run({("create-admin",)}, file, LEITAI_ADMIN_PASSWORD=""), 1, "LEITAI_ADMIN_PASSWORD")


async def test_a_password_that_is_not_taken_is_refused_in_a_sentence(migrated: str, file: Path) -> None:
    runs = run({("create-admin",)}, file, DATABASE_URL=migrated, LEITAI_ADMIN_PASSWORD="1234567")
    judge(runs, 1, "8 to 128 characters")
