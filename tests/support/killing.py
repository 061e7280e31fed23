"""Many short lives of one server. All are forked from a process that has imported everything, so that each begins fast.

    async with Nursery(database_url, log_file) as nursery:
        life = await nursery.begin("after_commit:3")    # LEITAI_FAILPOINT; returns once life.url listens
        await nursery.end(life)                         # life.status as os.waitpid tells it, life.passed
        life = await nursery.begin()                    # one that nothing kills but life.kill()

life.passed: the named places in the order in which it passed them, written down before whatever happens there.
"""

from __future__ import annotations

import asyncio
import gc
import os
import select
import signal
import socket
import sys
import traceback
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

import httpx
from forked import IMPORTED
from local_server import plain_environment

if TYPE_CHECKING:
    from world import Person

ROOT = Path(__file__).parents[2]

ENTRY = "id kind amount rule reason occurredAt countsAt recordedAt organization { id } member { id } reverses { id }"
CLAIM = f"id status evidence reviewNote submittedAt decidedAt pointsEntry {{ {ENTRY} }}"
CARRIES = {
    "awardPoints": f"... on AwardPointsSuccess {{ pointsEntry {{ {ENTRY} }} }}",
    "recordAct": f"... on RecordActSuccess {{ pointsEntry {{ {ENTRY} }} }}",
    "reversePoints": f"... on ReversePointsSuccess {{ pointsEntry {{ {ENTRY} }} }}",
    "approveClaim": f"... on ApproveClaimSuccess {{ claim {{ {CLAIM} }} paid: pointsEntry {{ {ENTRY} }} }}"
    f" ... on ClaimInWrongState {{ claim {{ {CLAIM} }} }}",
    "submitClaim": f"... on SubmitClaimSuccess {{ claim {{ {CLAIM} }} }}"
    f" ... on ClaimInWrongState {{ claim {{ {CLAIM} }} }}",
}


class LifeFailed(Exception):
    """It did not begin, or its nursery is gone; the log says why."""


@dataclass
class Life:
    number: int
    pid: int
    port: int
    passed: list[str] = field(default_factory=list[str])
    status: int | None = None
    ended_at: datetime | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


class Nursery:
    """The same database for all. One life at a time; none is left when this process is gone."""

    def __init__(self, database_url: str, log: Path) -> None:
        self._settings = {"DATABASE_URL": database_url, "LEITAI_LOG_LEVEL": "warning", "PYTHONPATH": str(ROOT)}
        self.lives = 0
        self._log = log
        self._process: Process | None = None

    async def __aenter__(self) -> Nursery:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                __file__,
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                env={**plain_environment(), **self._settings},
                start_new_session=True,  # Ctrl-C is for pytest
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process
        assert self._process.stdin
        self._process.stdin.close()  # takes what still lives with it
        await self._process.wait()

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    async def begin(self, failpoint: str = "") -> Life:
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(f"{failpoint}\n".encode())
        self.lives += 1
        life = Life(self.lives, 0, 0)
        while not life.port:
            await self._hear(life)
            if life.status is not None:
                raise LifeFailed(f"ended while it began\n{self.log[-4000:]}")
        return life

    async def end(self, life: Life) -> None:
        """Until it is dead. Nothing here kills it."""
        while life.status is None:
            await self._hear(life)

    async def _hear(self, life: Life) -> None:
        assert self._process
        assert self._process.stdout
        what, _, told = (await self._process.stdout.readline()).decode().strip().partition(" ")
        match what:
            case "passed":
                life.passed.append(told)
            case "born":
                life.pid = int(told)
            case "listens":
                life.port = int(told)
            case "ended":
                life.status = int(told)
                life.ended_at = datetime.now(UTC)
            case _:
                raise LifeFailed(f"the nursery is gone\n{self.log[-4000:]}")


@dataclass(eq=False)
class Act:
    """answers: what was acknowledged, by the number of the life that did."""

    name: str
    by: Person
    input: dict[str, Any]
    claim_id: UUID | None = None
    sent: list[int] = field(default_factory=list[int])
    answers: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    successes: int = 0

    @property
    def entry(self) -> dict[str, Any]:
        """As the first answer gave it."""
        first = next(iter(self.answers.values()))
        return first["pointsEntry"]

    @property
    def entry_id(self) -> UUID:
        from schema import ids

        return ids.read(self.entry["id"], "PointsEntry")

    @property
    def settled(self) -> bool:
        """Sent again in a later life, and answered there."""
        return any(life > self.sent[0] for life in self.answers)

    async def send(self, api: httpx.AsyncClient, life: Life) -> bool:
        """Whether the whole answer arrived."""
        kind = f"{self.name[0].upper()}{self.name[1:]}Input!"
        query = (
            f"mutation ($input: {kind}) {{ done: {self.name}(input: $input) {{ __typename {CARRIES[self.name]} }} }}"
        )
        body = {"query": query, "variables": {"input": self.input}}
        self.sent.append(life.number)
        try:
            answer = await api.post(life.url, json=body, headers={"authorization": f"Bearer {self.by.token}"})
        except httpx.TransportError:
            return False
        self.hear(life, answer.json())
        return True

    def hear(self, life: Life, read: dict[str, Any]) -> None:
        assert "errors" not in read, read
        done = read["data"]["done"]
        succeeded = done["__typename"].endswith("Success")
        self.successes += succeeded
        if self.claim_id is None:
            assert succeeded, done
            self.answers[life.number] = {"pointsEntry": done["pointsEntry"]}
            return
        assert succeeded or done["__typename"] == "ClaimInWrongState", done
        assert done["claim"]["status"] == "APPROVED"
        assert done.get("paid", done["claim"]["pointsEntry"]) == done["claim"]["pointsEntry"]
        self.answers[life.number] = done["claim"]


# ---------------------------------------------------------------- the process of which all are forked


def _nursery() -> None:
    """A line asks for a life and names its failpoint. What happens in it is told line by line; then the next."""
    from importlib import import_module

    for name in IMPORTED:
        import_module(name)
    gc.collect()
    gc.freeze()  # or the first collection of each life would copy all of it
    while asked := sys.stdin.readline():
        heard, told = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(heard)
            _live(asked.strip(), told)
        os.close(told)
        _tell(f"born {pid}")
        for line in _lines(heard, pid):
            _tell(line)
        _, status = os.waitpid(pid, 0)
        _tell(f"ended {status}")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _lines(heard: int, pid: int) -> Iterator[str]:
    """Until the other end is closed: by death, for only the life has it."""
    rest = b""
    while True:
        ready, _, _ = select.select([heard, sys.stdin], [], [])
        if sys.stdin in ready:  # nobody asks while one lives: whoever did is gone
            os.kill(pid, signal.SIGKILL)
            sys.exit()
        new = os.read(heard, 65536)
        if not new:
            break
        *whole, rest = (rest + new).split(b"\n")
        yield from (line.decode() for line in whole)
    os.close(heard)


def _live(failpoint: str, told: int) -> NoReturn:
    try:
        _serve(failpoint, told)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)  # also after an orderly end: a life ends by SIGKILL


def _serve(failpoint: str, told: int) -> None:
    import uvicorn

    from app import logs, server
    from app.factory import create_app
    from app.settings import load
    from resolvers import failpoints

    os.dup2(2, 1)  # stdout is the nursery's
    # Before the one that kills is armed, so that it comes first.
    failpoints.arm(lambda name: _write(told, f"passed {name}"))
    startup = uvicorn.Server.startup

    async def startup_told(self: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
        await startup(self, sockets)
        listening: Any = self.servers[0].sockets[0]
        _write(told, f"listens {listening.getsockname()[1]}")

    uvicorn.Server.startup = startup_told
    os.environ["LEITAI_FAILPOINT"] = failpoint
    settings = load()
    logs.configure(settings.log_level, settings.log_json)
    server.serve(create_app(settings), settings, "127.0.0.1", 0)


def _write(told: int, line: str) -> None:
    os.write(told, f"{line}\n".encode())


if __name__ == "__main__":
    _nursery()
