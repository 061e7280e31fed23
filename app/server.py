"""uvicorn, with the settings that thousands of quiet sockets want."""

import ctypes
import errno
import signal
import socket
import sys
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess

from app import garbage, logs
from app.expected import CommandFailed
from app.factory import create_app
from app.settings import Settings, SettingsRefused, load
from realtime.http_protocol import LiveRequests
from realtime.websocket_protocol import DRAIN, LiveConnection

MOST_FRAME = 64 * 1024  # bytes from a client: a subscription with its document
PING = 10.0  # seconds; a peer that answers none in as many again is aborted
# seconds that an idle connection is kept. Longer than proxies (60) and clients (5 to 60) keep theirs: who closes first
# never loses a request to a connection that is just being closed from the other side.
KEPT_ALIVE = 75
PR_SET_PDEATHSIG = 1  # linux/prctl.h
log = structlog.get_logger("leitai.server")
BACKLOG = 4096  # handshakes waiting: a hall that comes back all at once


def from_environment() -> Starlette:
    """One worker's application."""
    _end_with_parent()
    try:
        settings = load()
        logs.configure(settings.log_level, settings.log_json)
        garbage.spare_the_loop()
        return create_app(settings)
    except SettingsRefused as refusal:
        log.error("worker_not_started", why=str(refusal))
        sys.exit(STARTUP_FAILURE)  # the supervisor ends too: the next one would meet the same


def _end_with_parent() -> None:
    """A worker whose supervisor was killed would hold the port for ever: on Linux the kernel ends it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


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
    garbage.spare_the_loop()
    uvicorn.run(app, **_options(settings, host, port))


def serve_many(host: str, port: int, workers: int) -> None:
    """In processes of their own on one socket; each reads the environment for itself. CommandFailed: one of them could
    not start, and would not the next time either."""
    config = uvicorn.Config(
        "app.server:from_environment", factory=True, workers=workers, **_options(load(), host, port)
    )
    supervisor = Multiprocess(config, sockets=[config.bind_socket()])
    supervisor.run()
    if any(one.exitcode == STARTUP_FAILURE for one in supervisor.processes):
        raise CommandFailed("A worker could not start; the log says why.")


def listening_port(host: str, port: int) -> int:
    """The port, or any free one for 0. CommandFailed: nothing can listen there. Asked before anything is made."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
            return int(probe.getsockname()[1])
    except (OSError, OverflowError, UnicodeError) as error:
        raise CommandFailed(f"{host}:{port} can't be listened on: {_no_port(error, port)}") from None


def _no_port(error: Exception, port: int) -> str:
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            return "another program listens there. Stop it, or choose another --port; 0 is any free one."
        case errno.EACCES:
            return f"this user has no right to port {port}. Choose one from 1024 on, with a proxy before it."
        case errno.EADDRNOTAVAIL:
            return "this machine has no such address. 0.0.0.0 is all of its addresses."
        case _ if isinstance(error, socket.gaierror):
            return "there is no such host. 0.0.0.0 is all addresses of this machine."
        case _:
            return f"{getattr(error, 'strerror', None) or error}."
