"""Screens on the live engine of a world: everything but the sockets is the product's."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from world import Person, World

from app.live.engine import LiveEngine
from app.settings import Settings
from realtime.hub import Subscription
from realtime.logs import Follower, LogSource
from resolvers import scheduler
from resolvers.session import Session


class Screen:
    def __init__(self) -> None:
        self.version = -1
        self.cursor: str | None = None
        self.shared = False
        self.frames: list[dict[str, Any]] = []

    def give(self, version: int, payload: bytes) -> None:
        self.version = version
        self._keep(payload)
        assert self.newest.get("version", str(version)) == str(version)

    async def deliver(self, cursor: str, payload: bytes) -> bool:
        self.cursor = cursor
        self._keep(payload)
        return True

    def _keep(self, payload: bytes) -> None:
        answer = json.loads(payload[:-1])
        assert "errors" not in answer, answer
        [frame] = answer["data"].values()
        self.frames.append(frame)

    def end(self, refusal: str | None) -> None:
        raise AssertionError(refusal)

    @property
    def newest(self) -> dict[str, Any]:
        return self.frames[-1]

    async def shows(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while not self.frames or not holds(self.newest):
                await asyncio.sleep(0.01)
        return self.newest


class Hall:
    """Screens on the live engine of a world."""

    def __init__(self, world: World, live: LiveEngine) -> None:
        self.world, self.live = world, live
        self.places: list[Subscription | Follower] = []

    async def screen(self, person: Person, query: str, **variables: Any) -> Screen:
        viewer = await self.live.viewer(f"Bearer {person.token}")
        operation = self.live.documents.subscription(query, None, variables)
        source, group, execute, rate = await self.live.open(viewer, operation)
        screen = Screen()
        screen.shared = operation.shareable
        if isinstance(source, LogSource):
            self.places.append(self.live.hub.follow(source, group, execute, operation.shareable, screen))
            await screen.shows(lambda _: True)
        else:
            self.places.append(
                await self.live.hub.subscribe(source, group, execute, operation.shareable, screen, rate or 20.0)
            )
        return screen

    async def time_passes(self, until: datetime) -> None:
        self.world.clock.now = until
        await scheduler.run_due(until, self.live.ports)

    async def session(self, person: Person) -> Session:
        return self.live.session(await self.live.viewer(f"Bearer {person.token}"))


@asynccontextmanager
async def opened(world: World) -> AsyncGenerator[Hall]:
    live = LiveEngine(Settings(), world.clock, world.signer)  # pyright: ignore[reportCallIssue]
    await live.start()
    hall = Hall(world, live)
    try:
        yield hall
    finally:
        for place in hall.places:
            place.close()
        await live.stop()
