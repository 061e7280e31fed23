"""Subscriptions as npm's graphql-ws client sees them: tests/node/follow.mjs as a child process.

async with following(server.url) as follower:
    await follower.follow("a name", person, "subscription { board: … { version } }", {})
    frame = await follower.newest("a name", lambda frame: int(frame["version"]) >= 7)
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

from world import Person

NODE = Path(__file__).parents[1] / "node"
LATE = 5.0  # seconds: far above the promise, so that a busy machine is not a failure


class Follower:
    """The frames of each stream, in order, each as its field `board` holds it."""

    def __init__(self, process: Process) -> None:
        assert process.stdin
        assert process.stdout
        self._input, self._output = process.stdin, process.stdout
        self.frames: dict[str, list[Any]] = {}
        self.ended: list[Any] = []  # what should have gone on
        self._stopped: set[str] = set()
        self._came = asyncio.Event()

    async def follow(self, name: str, who: Person, query: str, variables: dict[str, Any]) -> None:
        self.frames[name] = []
        await self._say(stream=name, authorization=f"Bearer {who.token}", query=query, variables=variables)

    async def stop(self, name: str) -> None:
        self._stopped.add(name)
        await self._say(stream=name)

    async def _say(self, **command: Any) -> None:
        self._input.write(json.dumps(command).encode() + b"\n")
        await self._input.drain()

    async def listen(self) -> None:
        while line := await self._output.readline():
            event = json.loads(line)
            payload = event.get("frame")
            if payload and not payload.get("errors"):
                self.frames[event["stream"]].append(payload["data"]["board"])
            elif event.get("stream") not in self._stopped:
                self.ended.append(event)
            self._came.set()

    async def newest(self, name: str, reached: Callable[[Any], bool]) -> Any:
        """The newest frame, once one has come that has reached what is waited for."""
        deadline = asyncio.get_running_loop().time() + LATE
        while not self.frames[name] or not reached(self.frames[name][-1]):
            assert not self.ended, self.ended
            assert asyncio.get_running_loop().time() < deadline, f"too late: {name}: {self.frames[name][-1:]}"
            self._came.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), 0.1)
        return self.frames[name][-1]


@contextlib.asynccontextmanager
async def following(url: str) -> AsyncGenerator[Follower]:
    assert (NODE / "node_modules" / "graphql-ws").exists(), "make install"
    program = [NODE / "follow.mjs", url.replace("http", "ws") + "/graphql"]
    process = await asyncio.create_subprocess_exec("node", *program, stdin=PIPE, stdout=PIPE, limit=2**24)
    follower = Follower(process)
    listening = asyncio.create_task(follower.listen())
    try:
        yield follower
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()
        await listening
