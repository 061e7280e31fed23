"""A hall before a server of several workers: screens that come back by themselves, hands that award, and what was seen.

server = Workers(database_url, redis_url)           # `leitai serve --workers 2`, stopped with all its workers
screen = Screen(server.url, person, query, rate=5)  # follows until closed; screen.shown: frames and when they came
hands = Hands(server.url, secretary, members)       # hands.given: awards, kept at until they are acknowledged
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from ledger import AWARD
from server import Server
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol
from world import Person, World

LISTENS_TO_ANYBODY = httpx.Limits(max_keepalive_connections=0)  # each request may reach another worker
JITTER = (0.1, 0.5)  # seconds before a screen comes back; doubled for each time in vain
LONGEST = 2.0


async def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)


class Workers(Server):
    def __init__(self, database_url: str, redis_url: str, count: int = 2) -> None:
        super().__init__("serve", "--workers", str(count), DATABASE_URL=database_url, REDIS_URL=redis_url)
        self.database_url = database_url
        self.count = count

    @property
    def pids(self) -> list[int]:
        """Of the workers, not of the process that starts them."""
        found: list[int] = []
        for children in Path(f"/proc/{self.pid}/task").glob("*/children"):
            for pid in children.read_text().split():
                with contextlib.suppress(OSError):
                    if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        found.append(int(pid))
        return found

    def holder(self, client_port: int) -> int | None:
        """The worker at the other end of a connection."""
        inode = ""
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            columns = line.split()
            ends = [int(end.partition(":")[2], 16) for end in columns[1:3]]
            if ends == [self.port, client_port] and columns[9] != "0":
                inode = columns[9]
        for pid in self.pids:
            with contextlib.suppress(OSError):
                for opened in Path(f"/proc/{pid}/fd").iterdir():
                    with contextlib.suppress(OSError):
                        if inode and str(opened.readlink()) == f"socket:[{inode}]":
                            return pid
        return None

    async def metrics(self) -> dict[int, dict[str, float]]:
        """What /metrics says, of each worker."""
        said: dict[int, dict[str, float]] = {}
        async with asyncio.timeout(30):
            while len(said) < self.count:
                async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
                    answer = await client.get("/metrics")
                    port = answer.extensions["network_stream"].get_extra_info("client_addr")[1]
                    pid = self.holder(port)
                lines = [line.split() for line in answer.text.splitlines() if not line.startswith("#")]
                if pid is not None:
                    said[pid] = {name: float(value) for name, value in lines if name.startswith("leitai_")}
        return said

    def end(self) -> None:
        """In order, and then whatever would outlive the process that started it."""
        group = self.pid if self.running else None
        self.stop()
        if group is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


# ---------------------------------------------------------------- screens


@dataclass(frozen=True, slots=True)
class Shown:
    at: float
    frame: dict[str, Any]

    @property
    def version(self) -> int:
        return int(self.frame["version"])

    @property
    def total(self) -> int:
        return sum(int(row["points"]) for row in self.frame["rows"])


class Screen:
    """cursor: for a log, where it goes on when it comes back."""

    def __init__(self, url: str, person: Person, query: str, rate: float = 5.0, **variables: Any) -> None:
        self.person, self.query, self.rate, self.variables = person, query, rate, variables
        self.shown: list[Shown] = []
        self.entries: list[str] = []
        self.cursor: str | None = None
        self.refused: list[Any] = []
        self.came = 0
        self._url = url.replace("http", "ws", 1) + "/graphql"
        self._socket: ClientConnection | None = None
        self._task = asyncio.create_task(self._live())

    @property
    def port(self) -> int | None:
        return self._socket.local_address[1] if self._socket else None

    async def leave(self) -> None:
        """And come back."""
        came, socket = self.came, self._socket
        if socket:
            await socket.close()
        await until(lambda: self.came > came)

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _live(self) -> None:
        failures = 0
        while True:
            before = self.came
            with contextlib.suppress(OSError, WebSocketException, TimeoutError, _Again):
                await self._follow()
            self._socket = None
            failures = 0 if self.came > before else failures + 1
            await asyncio.sleep(min(LONGEST, random.uniform(*JITTER) * 2**failures))

    async def _follow(self) -> None:
        subprotocols = [Subprotocol("graphql-transport-ws")]
        async with connect(
            self._url, subprotocols=subprotocols, compression=None, proxy=None, open_timeout=5, close_timeout=1
        ) as socket:
            given = {"authorization": f"Bearer {self.person.token}"}
            await socket.send(json.dumps({"type": "connection_init", "payload": given}))
            await socket.recv()
            asked = {"query": self.query, "variables": {**self.variables, "after": self.cursor, "rate": self.rate}}
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": asked}))
            async for message in socket:
                said = json.loads(message)
                if said["type"] != "next":
                    self.refused.append(said)
                    raise _Again
                self._take(said["payload"])
                if self._socket is None:
                    self._socket = socket
                    self.came += 1

    def _take(self, payload: dict[str, Any]) -> None:
        if payload.get("errors"):
            self.refused.append(payload["errors"])
            raise _Again
        [frame] = payload["data"].values()
        if "edges" in frame:
            self.entries += [edge["node"]["id"] for edge in frame["edges"]]
            self.cursor = frame["cursor"]
        else:
            self.shown.append(Shown(time.monotonic(), frame))

    def shows(self, truth: dict[str, Any]) -> bool:
        return bool(self.shown) and self.shown[-1].frame == truth

    def has_reached(self, truth: dict[str, Any]) -> bool:
        return bool(self.shown) and self.shown[-1].version >= int(truth["version"])

    def late(self, total: int, at: float) -> float:
        """Seconds from `at` until it showed that many points."""
        first = next((one.at for one in self.shown if one.total >= total), None)
        assert first is not None, f"never showed {total} points"
        return max(0.0, first - at)


class _Again(Exception):
    """The operation ended, the socket did not: come back as after a lost one."""


# ---------------------------------------------------------------- hands


@dataclass(frozen=True, slots=True)
class Given:
    """An acknowledged award. number: how many were by then. took: seconds, of the answer that came."""

    at: float
    number: int
    took: float
    tries: int


@dataclass
class Hands:
    """Two at once, one point an award; an answer that was lost is asked for again with the same key."""

    url: str
    by: Person
    members: Sequence[Person]
    given: list[Given] = field(default_factory=list[Given])
    ready: list[float] = field(default_factory=list[float])  # seconds that /readyz took
    unready: int = 0

    async def work(self, stop: asyncio.Event) -> None:
        """Until told to stop; what was begun is acknowledged then."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=10, limits=LISTENS_TO_ANYBODY) as api:
            await asyncio.gather(self._award(api, stop), self._award(api, stop), self._look(api, stop))

    async def _award(self, api: httpx.AsyncClient, stop: asyncio.Event) -> None:
        while not stop.is_set():
            to = World.id(random.choice(self.members))
            given = {"memberId": to, "amount": 1, "reason": "志愿服务", "idempotencyKey": str(uuid4())}
            body = {"query": AWARD, "variables": {"input": given}}
            tries = 1
            while (took := await self._acknowledged(api, body)) is None:
                tries += 1
                await asyncio.sleep(random.uniform(0.1, 0.3))
            self.given.append(Given(time.monotonic(), len(self.given) + 1, took, tries))
            await asyncio.sleep(random.uniform(0.1, 0.3))

    async def _acknowledged(self, api: httpx.AsyncClient, body: dict[str, Any]) -> float | None:
        began = time.monotonic()
        try:
            answer = await api.post("/graphql", json=body, headers={"authorization": f"Bearer {self.by.token}"})
        except httpx.TransportError:
            return None
        if answer.status_code != 200 or "errors" in answer.json():
            return None
        assert answer.json()["data"]["awardPoints"]["__typename"] == "AwardPointsSuccess", answer.text
        return time.monotonic() - began

    async def _look(self, api: httpx.AsyncClient, stop: asyncio.Event) -> None:
        while not stop.is_set():
            began = time.monotonic()
            try:
                answer = await api.get("/readyz")
            except httpx.TransportError:
                self.unready += 1
            else:
                self.unready += answer.status_code != 200
                self.ready.append(time.monotonic() - began)
            await asyncio.sleep(0.2)
