"""A Leitai of its own for a test: `leitai` as a child process, which a test may stop, kill and start again.

    leitai("migrate", DATABASE_URL=url)     # whatever ends; or migrate(url)
    with served(folder) as server:          # with a database of its own
    server = Server(DATABASE_URL=url)
    server.start()                          # returns once /readyz says yes
    server.start(LEITAI_FAILPOINT="after_commit:3")   # with more settings, this time only
    server.url                              # the same after every start
    server.wait()                           # until it ends by itself: its exit code, below zero for a signal
    server.stop(); server.kill(); server.close()

Another command that serves: Server("demo", "--keep", ...), which gets --port too. `serve`, and what ends by
itself, are forked from a process that has imported Leitai (forked.py); the rest is begun as anybody would.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx
from forked import Forked
from local_server import Child, LocalServer, ServiceFailed, plain_environment
from world import DATA_KEYS

ROOT = Path(__file__).parents[2]
LEITAI = [sys.executable, "-c", "from app.commands.main import main; main()"]
START_LIMIT = 90.0  # seconds: a demo company is built before it is served
QUIET = {"LEITAI_DATA_KEYS": DATA_KEYS, "LEITAI_LOG_LEVEL": "info", "PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1"}


class Server(LocalServer):
    """By default `leitai serve`. Only a stop or a kill ends it; a test that fails leaves none behind."""

    forks = True

    def __init__(self, command: str = "serve", *arguments: str, port: int | None = None, **settings: str) -> None:
        super().__init__("leitai-app-")
        self.port = port or free_port()
        self._arguments = [command, "--port", str(self.port), *arguments]
        self._settings = settings
        self._this_time: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def start(self, **settings: str) -> None:
        """Returns once it answers. ServiceFailed: it ended, or took too long; the message ends with its log."""
        if self.running:
            return
        self._end(signal.SIGKILL)  # what is left of one that ended by itself
        self._this_time = settings
        self._launch()
        deadline = time.monotonic() + START_LIMIT
        while not self._answers():
            late = time.monotonic() > deadline
            if late or not self.running:
                self._end(signal.SIGKILL)
                how = f"no answer after {START_LIMIT:.0f} s" if late else "ended while starting"
                raise ServiceFailed(f"{how}\n{self._log_tail()}")
            time.sleep(0.05)

    def wait(self, seconds: float = 30.0) -> int:
        """Until it ends by itself; its exit code. subprocess.TimeoutExpired: it lives on."""
        if self._process is None:
            raise ServiceFailed("not started")
        return self._process.wait(seconds)

    def _begun(self, log: IO[bytes]) -> Child:
        if not self.forks or self._arguments[0] != "serve":
            return super()._begun(log)
        environment = {**plain_environment(), **QUIET, **self._settings, **self._this_time}
        return Forked(self._arguments, environment, self.folder, log)

    def _command(self) -> list[str]:
        given = {**QUIET, **self._settings, **self._this_time}
        return [
            "/usr/bin/env",
            *(f"{name}={value}" for name, value in given.items()),
            *LEITAI,
            *self._arguments,
        ]

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


def leitai(*arguments: str, seconds: float = 120.0, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command that ends: its exit code and what it said."""
    given = [str(one) for one in arguments]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        process = Forked(given, {**plain_environment(), **QUIET, **settings}, Path.cwd(), out, said)
        try:
            code = process.wait(seconds)
        finally:
            process.kill()
        texts = [_text(one) for one in (out, said)]
    return subprocess.CompletedProcess(["leitai", *given], code, *texts)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8")


def migrate(database: str) -> None:
    done = leitai("migrate", DATABASE_URL=database)
    assert done.returncode == 0, done.stderr


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """A server with an empty SQLite database in that folder. At the end nothing unexpected may stand in its log."""
    url = f"sqlite://{folder / 'leitai.sqlite3'}"
    migrate(url)
    running = Server(DATABASE_URL=url)
    running.start()
    try:
        yield running
        assert " at=[" not in running.log, running.log[-6000:]
    finally:
        running.close()


def start_leitai(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    """A command that goes on, with its output to be read; the caller ends it."""
    return subprocess.Popen(
        [*LEITAI, *arguments],
        env={**plain_environment(), **QUIET, "PYTHONUNBUFFERED": "1", **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
