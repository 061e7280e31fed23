"""Every command of `leitai`, taken from the program itself, and running many of them at once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO, Any

import typer
from forked import Bounds, Forked
from local_server import plain_environment
from server import QUIET, free_port

from app.commands.main import cli

NUMBERS = count(1)
LIMIT = 40.0  # seconds until a command has ended, whatever it met
NO_DATABASE = {("doctor",), ("demo",), ("schema",), ("simulate",), ("privacy",), ("visibility",), ("watch",)}
PASSWORDS = {"LEITAI_ADMIN_PASSWORD": "a quite long password", "LEITAI_MEMBER_PASSWORD": "another long password"}
SILENCE = 6.0  # seconds; 5 on a machine with nothing else to do


def paths() -> list[tuple[str, ...]]:
    def below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        parts = getattr(command, "commands", None)
        if parts is None:
            yield path
            return
        for name, part in parts.items():
            yield from below(part, (*path, name))

    return sorted(below(typer.main.get_command(cli), ()))


@dataclass
class Run:
    """word: seconds until it said something or ended."""

    path: tuple[str, ...]
    process: Forked
    errors: Path
    began: float = field(default_factory=time.monotonic)
    word: float | None = None
    code: int | None = None

    @property
    def said(self) -> str:
        return self.errors.read_text()

    def look(self) -> bool:
        self.code = self.process.poll()
        spoke = self.errors.stat().st_size > 0
        if self.word is None and (spoke or self.code is not None):
            self.word = time.monotonic() - self.began
        return self.code is not None


def begin(
    path: tuple[str, ...],
    arguments: list[str],
    folder: Path,
    given: dict[str, str],
    out: IO[bytes] | None = None,
    bounds: Bounds | None = None,
) -> Run:
    """out: left out, what it prints is thrown away."""
    environment = {**plain_environment(), **QUIET, "LEITAI_LOG_LEVEL": "warning", **given}
    said = folder / f"{'-'.join(path)}-{next(NUMBERS)}.errors"
    with said.open("wb") as errors, Path(os.devnull).open("wb") as nowhere:
        process = Forked([*path, *arguments], environment, folder, out or nowhere, errors, bounds)
    return Run(path, process, said)


def ended(runs: list[Run], until: Callable[[Run], bool] = Run.look) -> None:
    """All of them; the rest is killed, and its code stays None."""
    deadline = time.monotonic() + LIMIT
    try:
        left = list(runs)
        while left and time.monotonic() < deadline:
            left = [one for one in left if not until(one)]
            time.sleep(0.02)
    finally:
        for one in runs:
            if until is Run.look and one.code is None:
                one.process.kill()


def arguments(path: tuple[str, ...], file: Path) -> list[str]:
    """Enough to begin its work. A command that is new here is added here."""
    port = str(free_port())
    return {
        ("create-admin",): ["--login", "operator"],
        ("demo",): ["--port", port, "--database", str(file.with_name("demo.sqlite3")), "--quiet-life"],
        ("doctor",): [],
        ("heads", "check"): [str(file)],
        ("heads", "export"): [],
        ("import", "members"): [str(file)],
        ("import", "organizations"): [str(file)],
        ("keys", "list"): [],
        ("keys", "rotate"): [],
        ("member", "erase"): ["--yes", "zhao"],
        ("member", "export"): ["zhao"],
        ("member", "password"): ["zhao"],
        ("migrate",): [],
        ("restored",): [],
        ("role", "end"): ["zhao", "SECRETARY", "GS"],
        ("role", "grant"): ["zhao", "SECRETARY", "GS"],
        ("schema",): [],
        ("serve",): ["--port", port],
        ("simulate",): ["--logins", str(file), "--url", f"http://127.0.0.1:{port}", "--seconds", "1"],
        ("verify",): [],
        ("visibility",): [],
        ("watch",): ["--organization", "GS", "--token", "x", "--once", "--url", f"http://127.0.0.1:{port}"],
    }[path]


def run(
    chosen: set[tuple[str, ...]],
    file: Path,
    arguments_of: list[str] | None = None,
    bounds: Bounds | None = None,
    **given: str,
) -> list[Run]:
    given = {**PASSWORDS, **given}
    runs = [
        begin(path, arguments(path, file) if arguments_of is None else arguments_of, file.parent, given, None, bounds)
        for path in sorted(chosen)
    ]
    ended(runs)
    return runs


def judge(runs: list[Run], code: int, *words: str) -> None:
    for one in runs:
        said = one.said
        assert one.code == code, (one.path, one.code, said)
        assert "Traceback" not in said, (one.path, said)
        assert len(said.strip().splitlines()) <= 4, (one.path, said)
        assert one.word is not None, one.path
        assert one.word < SILENCE, (one.path, one.word)
        assert any(word in said for word in words), (one.path, said)


def with_database() -> set[tuple[str, ...]]:
    return set(paths()) - NO_DATABASE


def unreadable() -> set[tuple[str, ...]]:
    """Those that say nothing of a file before they have opened the database."""
    return with_database() - {("heads", "check")}
