"""A socket without a network: what a client says and hears, driven through the product's own handler."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any, cast

from realtime.graphql_ws_handler import LiveHandler
from realtime.interfaces import Live
from realtime.websocket_protocol import EXTENSION


async def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.002)


class Wire:
    """Both the ASGI socket and the connection below it."""

    def __init__(self) -> None:
        self.scope = {"extensions": {EXTENSION: self}}
        self.client = None
        self.handler: LiveHandler | None = None
        self.sent: list[dict[str, Any]] = []
        self.closed: int | None = None
        self.congested = self.aborted = False
        self.deflates = False
        self.on_writable: Callable[[], None] | None = None
        self._coming: deque[dict[str, Any]] = deque()
        self._came = asyncio.Event()

    @property
    def ready(self) -> bool:
        return not self.congested

    def write_frame(self, data: bytes) -> None:
        self.sent.append(json.loads(data[data.index(b"{") :]))

    def abort(self) -> None:
        self.aborted = True

    def say(self, **message: Any) -> None:
        self._coming.append({"type": "websocket.receive", "text": json.dumps(message)})
        self._came.set()

    def leave(self) -> None:
        self._coming.append({"type": "websocket.disconnect"})
        self._came.set()

    async def receive(self) -> dict[str, Any]:
        while not self._coming:
            self._came.clear()
            await self._came.wait()
        return self._coming.popleft()

    async def send_text(self, text: str) -> None:
        while self.congested:
            await asyncio.sleep(0.002)
        self.sent.append(json.loads(text))

    async def close(self, code: int, reason: str) -> None:
        while self.congested:
            await asyncio.sleep(0.002)
        self.closed = code

    async def renew(self, viewer: object | None, concerns: Callable[[Hashable], bool] | None = None) -> None:
        """Rights of this socket's viewer changed."""
        assert self.handler
        await self.handler.renew(viewer, concerns)

    def heard(self, kind: str) -> list[Any]:
        return [one.get("payload") for one in self.sent if one["type"] == kind]


def handler(engine: object, wire: Wire) -> LiveHandler:
    class Handler(LiveHandler):
        live = cast(Live, engine)

    adapter = cast(Any, type("Adapter", (), {"ws": wire}))
    options: dict[str, Any] = dict.fromkeys(["view", "context", "root_value", "schema", "connection_init_wait_timeout"])
    wire.handler = Handler(**options, websocket=adapter)
    return wire.handler
