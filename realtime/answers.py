"""What an HTTP connection answers: to peers that are there, and that take what they asked for."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from realtime.websocket_protocol import STALLED


class Answers(HttpToolsProtocol):
    """A peer that takes nothing of its answer for `stalled` seconds is aborted, and every answer to it with it."""

    stalled = STALLED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._running: RequestResponseCycle | None = None
        self._stall: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_stall()
        for cycle in (self._running, *(waiting for waiting, _ in self.pipeline)):  # uvicorn tells the newest alone
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        self.pipeline.clear()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        async def to_the_living(scope: Any, receive: Any, send: Any) -> None:
            """A transport that the peer has broken refuses to be written to before `connection_lost` tells of it."""

            async def sent(message: Any) -> None:
                cycle.disconnected = cycle.disconnected or self.transport.is_closing()
                await send(message)

            await app(scope, receive, sent)

        self._running = cycle
        super()._start_asgi_task(cycle, to_the_living)

    @property
    def _newest(self) -> RequestResponseCycle | None:
        return cast(RequestResponseCycle | None, self.cycle)

    def _answered(self) -> bool:
        return self._newest is None or self._newest.response_complete

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stall is None:
            self._stall = self.loop.call_later(self.stalled, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._forget_stall()

    def _forget_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
