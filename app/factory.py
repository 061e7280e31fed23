"""The Starlette application: what is opened at start and closed at the end, and its routes."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute

import models
from app import failpoints
from app.keys import data_keys, signing
from app.live.engine import LiveEngine
from app.live.event_loop_lag import Pulse
from app.settings import Settings
from app.web import courses, front_door, graphiql, metrics, schema_files, screens, seen, statements
from app.web.guard import Guarded
from app.web.http import Endpoint
from app.web.origins import Cors, Origins
from resolvers import audit, scheduler
from resolvers.accounts import rate_limits
from resolvers.session import Now

TICK = 0.5  # seconds between looks at what time has to write
FORGETTING = 600.0  # seconds between two goes at old counts of attempts
log = structlog.get_logger("leitai.app")


def system_clock() -> datetime:
    return datetime.now(UTC)


async def _write_time(live: LiveEngine, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            await scheduler.run_due(live.clock(), live.ports)
        except Exception as error:
            log.error("time_not_written", exc_info=error)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), TICK)


async def _forget(live: LiveEngine, stopping: asyncio.Event) -> None:
    """Attempts that matter no more."""
    while not stopping.is_set():
        try:
            await rate_limits.forget(live.clock())
            await audit.erase_old_addresses(live.clock(), live.settings.audit_address_days)
        except Exception as error:
            log.warning("attempts_not_forgotten", error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), FORGETTING)


def _unheard(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """asyncio's own handler writes the exception, and with it what a database says of a row."""
    error = context.get("exception")
    log.error("task_failed", what=str(context.get("message"))[:100], exc_info=error)


def create_app(settings: Settings, clock: Now = system_clock) -> Starlette:
    """One process's application. The database must be up to date."""
    failpoints.arm(settings.failpoint)
    signer = signing.signer(settings)
    live = LiveEngine(settings, clock, signer)
    pulse = Pulse()
    endpoint = Endpoint(live)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        signing.seal_ledger(signer)
        data_keys.use(settings)
        asyncio.get_running_loop().set_exception_handler(_unheard)
        await models.database.connect(settings.database_url)
        await live.start()
        stopping = asyncio.Event()
        ticking = asyncio.gather(_write_time(live, stopping), _forget(live, stopping), pulse.watch(stopping))
        try:
            yield
        finally:
            stopping.set()
            await ticking
            await live.stop()
            await models.database.close()

    async def healthz(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> JSONResponse:
        if not pulse.steady:
            return JSONResponse({"ready": False, "loop": f"stalled for {pulse.lag:.1f} s"}, 503)
        try:
            async with asyncio.timeout(2):
                await models.servers.answers()
        except Exception as error:
            return JSONResponse({"ready": False, "database": type(error).__name__}, 503)
        # Without Redis screens are late and never wrong: that is said, and keeps nobody away.
        path = {} if live.redis is None else {"redis": "ok" if live.redis.up else "down"}
        if live.redis and live.redis.why:
            path["redisWhy"] = live.redis.why
        return JSONResponse({"ready": True, "database": "ok", **path})

    async def graphql(scope: Any, receive: Any, send: Any) -> None:
        await endpoint(scope, receive, send)

    routes = [
        Route("/graphql", _Asgi(graphql)),
        WebSocketRoute("/graphql", _Asgi(graphql)),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics.endpoint(live, pulse)),
        *screens.routes(),
        *(graphiql.routes() if settings.graphiql else ()),
        *schema_files.routes(settings),
        *courses.routes(settings),
        *statements.routes(live),
        *seen.routes(signer),
    ]
    app = Guarded(
        settings,
        routes=[*front_door.routes(routes), *routes],
        middleware=[
            Middleware(Cors, origins=Origins.of(settings)),
        ],
        exception_handlers={404: front_door.nothing_here},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # an address means what it says
    app.state.live = live
    return app


class _Asgi:
    """Keeps Starlette from taking an ASGI callable for a function of a request."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)
