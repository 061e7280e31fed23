"""The subscribers, in a process of their own: commands are JSON lines on stdin, answers JSON lines on stdout.

`connect` opens the sockets and answers when each has its first frame; `reached` answers when every socket of a
board has a newer version than at the last answer; `mark` starts counting; `report` says what was counted since;
`storm` breaks all sockets off and opens them anew at once. When stdin ends, so does it.
"""

import asyncio
import json
import re
import sys
import time
import uuid
from typing import Any, cast
from urllib.parse import urlsplit

import uvloop
from wire import CLOSE, PING, PONG, TEXT, FrameReader, masked, upgrade

VERSION = re.compile(rb'"version": ?"(\d+)"')
CONNECTING_AT_ONCE = 32  # far below any server's accept queue
PATIENCE = 120.0


class Subscriber(asyncio.Protocol):
    """One socket with one subscription; it looks at bytes, not at JSON, once frames flow."""

    def __init__(self, crowd: "Crowd", host: str, path: str, plan: dict[str, Any]) -> None:
        self.crowd, self.host, self.path, self.plan = crowd, host, path, plan
        self.board = crowd.boards.setdefault(plan["board"], Board())
        self.leaving = False
        self.first_frame = asyncio.get_running_loop().create_future()
        self.reader = FrameReader()
        self.answer: bytes | None = b""
        self.newest = -1
        self.forget()

    def forget(self) -> None:
        self.frames = self.bytes = self.versions = self.backwards = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.board.subscribers.append(self)
        self.transport.write(upgrade(self.host, self.path, "graphql-transport-ws"))

    def data_received(self, data: bytes) -> None:
        if self.answer is not None:
            data = self.upgraded(data)
        for opcode, payload in self.reader.feed(data):
            if opcode == TEXT:
                self.message(payload)
            elif opcode == PING:
                self.transport.write(masked(PONG, payload))
            elif opcode == CLOSE:
                self.crowd.fail(f"closed by the server: {payload[:2].hex()} {payload[2:]!r}")

    def upgraded(self, data: bytes) -> bytes:
        """Take the HTTP answer off the front; what follows it is frames already."""
        assert self.answer is not None
        self.answer += data
        head, end, rest = self.answer.partition(b"\r\n\r\n")
        if not end:
            return b""
        self.answer = None
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            self.crowd.fail(f"no upgrade: {head[:200]!r}")
            return b""
        self.send({"type": "connection_init", "payload": {"authorization": f"Bearer {self.plan['token']}"}})
        return rest

    def send(self, message: dict[str, Any]) -> None:
        self.transport.write(masked(TEXT, json.dumps(message).encode()))

    def message(self, payload: bytes) -> None:
        found = VERSION.search(payload)
        if found is None:
            self.other(payload)
            return
        version = int(found[1])
        self.frames += 1
        self.bytes += len(payload)
        if version > self.newest:
            before, self.newest = self.newest, version
            self.versions += 1
            self.board.moved(before)
        elif version < self.newest:
            self.backwards += 1
        if not self.first_frame.done():
            self.crowd.sample = self.crowd.sample or payload
            self.first_frame.set_result(None)

    def other(self, payload: bytes) -> None:
        """Handle a message without a version: the greeting, a ping, or something that must not be."""
        message = json.loads(payload)
        match message.get("type"):
            case "connection_ack":
                subscribe = {"query": self.plan["document"], "variables": self.plan["variables"]}
                self.send({"id": str(uuid.uuid4()), "type": "subscribe", "payload": subscribe})
            case "ping":
                self.send({"type": "pong"})
            case "pong":
                pass
            case _:
                self.crowd.fail(payload[:500].decode(errors="replace"))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.leaving:
            self.crowd.fail(f"connection lost: {exc!r}")


class Board:
    """Its subscribers, and who of them has reached the newest version."""

    def __init__(self) -> None:
        self.subscribers: list[Subscriber] = []
        self.floor = -1
        self.arrivals: list[float] = []
        self.everyone = asyncio.Event()

    def moved(self, before: int) -> None:
        if before > self.floor or self.floor < 0:
            return
        self.arrivals.append(time.monotonic())
        if len(self.arrivals) == len(self.subscribers):
            self.everyone.set()

    def highest(self) -> int:
        return max(each.newest for each in self.subscribers)

    def lowest(self) -> int:
        return min(each.newest for each in self.subscribers)


class Crowd:
    def __init__(self) -> None:
        self.boards: dict[str, Board] = {}
        self.sample = b""
        self.failure = ""

    @property
    def subscribers(self) -> list[Subscriber]:
        return [each for board in self.boards.values() for each in board.subscribers]

    def fail(self, why: str) -> None:
        self.failure = self.failure or why
        for board in self.boards.values():
            board.everyone.set()
        for subscriber in self.subscribers:
            if not subscriber.first_frame.done():
                subscriber.first_frame.cancel()

    async def connect(self, url: str, plans: list[dict[str, Any]], at_once: int = CONNECTING_AT_ONCE) -> dict[str, Any]:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        host, port = parts.hostname, parts.port
        self.url = url
        free = asyncio.Semaphore(at_once)

        async def join(plan: dict[str, Any]) -> float:
            async with free:
                subscriber = Subscriber(self, parts.netloc, parts.path, plan)
                loop = asyncio.get_running_loop()
                await loop.create_connection(lambda: subscriber, host, port)
                await asyncio.wait_for(subscriber.first_frame, PATIENCE)
                return time.monotonic() - started

        started = time.monotonic()
        seconds = await asyncio.gather(*map(join, plans))
        for board in self.boards.values():
            board.floor = board.highest()
        return {"seconds": sorted(seconds), "sample": self.sample.decode()}

    async def storm(self) -> dict[str, Any]:
        plans = [each.plan for each in self.subscribers]
        for each in self.subscribers:
            each.leaving = True
            each.transport.abort()
        self.boards.clear()
        joined = await self.connect(self.url, plans, at_once=len(plans))
        return {"seconds": joined["seconds"], **await self.lowest()}

    async def lowest(self) -> dict[str, Any]:
        return {"lowest": {name: board.lowest() for name, board in self.boards.items()}}

    async def reached(self, since: float, board: str) -> dict[str, Any]:
        told = self.boards[board]
        try:
            await asyncio.wait_for(told.everyone.wait(), PATIENCE)
        except TimeoutError:
            late = len(told.subscribers) - len(told.arrivals)
            self.fail(f"{late} sockets did not get a newer version within {PATIENCE:.0f} s")
        told.everyone.clear()
        late_by = sorted(arrival - since for arrival in told.arrivals)
        told.arrivals, told.floor = [], told.highest()
        return {"version": told.floor, "lowest": told.lowest(), "late_by": late_by}

    async def mark(self) -> dict[str, Any]:
        for each in self.subscribers:
            each.forget()
        return {}

    async def report(self) -> dict[str, Any]:
        versions = [each.versions for each in self.subscribers]
        return {
            "frames": sum(each.frames for each in self.subscribers),
            "bytes": sum(each.bytes for each in self.subscribers),
            "fewest": min(versions),
            "most": max(versions),
            "backwards": sum(each.backwards for each in self.subscribers),
        }


async def commands() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=1 << 26)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def main() -> None:
    crowd = Crowd()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: crowd.fail(repr(context)))
    reader = await commands()
    while line := await reader.readline():
        name, arguments = json.loads(line)
        try:
            answer = await getattr(crowd, name)(**arguments)
        except (asyncio.CancelledError, OSError, TimeoutError) as error:
            crowd.fail(repr(error))
            answer = {}
        print(json.dumps({**answer, "failure": crowd.failure}), flush=True)
    for each in crowd.subscribers:
        each.transport.close()
    await asyncio.sleep(0)


if __name__ == "__main__":
    uvloop.run(main())
