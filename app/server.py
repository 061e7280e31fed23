"""uvicorn, with the settings that thousands of quiet sockets want."""

import ctypes
import gc
import signal
import sys
from typing import Any

import uvicorn
from starlette.applications import Starlette

from app import logs
from app.factory import create_app
from app.settings import Settings, load
from realtime.connection import DRAIN, LiveConnection
from realtime.requests import LiveRequests

MOST_FRAME = 64 * 1024  # bytes from a client: a subscription with its document
PING = 10.0  # seconds; a peer that answers none in as many again is aborted
# seconds that an idle connection is kept. Longer than proxies (60) and clients (5 to 60) keep theirs: who closes first
# never loses a request to a connection that is just being closed from the other side.
KEPT_ALIVE = 75
PR_SET_PDEATHSIG = 1  # linux/prctl.h
# Objects that are made before Python looks for garbage among the young, the middle-aged, and all. With its own numbers
# (700, 10, 10) a hall of 2,000 that comes back spends most of its time on looking through sockets that live for hours.
# What is in use while the young are looked through becomes middle-aged: 50 times that held the loop for 150 ms.
GARBAGE = (20_000, 10, 500)
BACKLOG = 4096  # handshakes waiting: a hall that comes back all at once


def from_environment() -> Starlette:
    """One worker's application."""
    _end_with_parent()
    settings = load()
    logs.configure(settings.log_level, settings.log_json)
    _spare_the_loop()
    return create_app(settings)


def _end_with_parent() -> None:
    """A worker whose supervisor was killed would hold the port for ever: on Linux the kernel ends it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _spare_the_loop() -> None:
    """What is loaded by now stays until the end, and is not looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _options(settings: Settings, host: str, port: int) -> dict[str, Any]:
    return {
        "host": host,
        "port": port,
        "http": LiveRequests,
        "ws": LiveConnection,
        "ws_max_size": MOST_FRAME,
        "ws_ping_interval": PING,
        "ws_ping_timeout": PING,
        "ws_per_message_deflate": False,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies,
        "backlog": BACKLOG,
        "timeout_keep_alive": KEPT_ALIVE,
        "timeout_graceful_shutdown": int(DRAIN) + 5,
    }


def serve(app: Starlette, settings: Settings, host: str, port: int) -> None:
    """In this process, until SIGTERM or SIGINT."""
    _spare_the_loop()
    uvicorn.run(app, **_options(settings, host, port))


def serve_many(host: str, port: int, workers: int) -> None:
    """In processes of their own on one socket; each reads the environment for itself."""
    uvicorn.run("app.server:from_environment", factory=True, workers=workers, **_options(load(), host, port))
