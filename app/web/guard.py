"""Before everything else: which host was meant, and the headers that every answer carries.

A name that somebody else points at this server (DNS rebinding) gets no answer, over HTTP and WebSocket alike. Probes
do: load balancers and Prometheus ask by address, each with its own idea of a Host, and what they read is about nobody.

Only answers over HTTP are touched; frames of a socket pass nothing here.
"""

from collections.abc import Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings
from app.web.base_path import BelowPath

PROBES = {"/healthz", "/readyz", "/metrics"}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MISDIRECTED = 421
REFUSAL = (
    "This server does not answer for the host that was asked for. It answers for {}, the host of PUBLIC_URL, and for "
    "localhost. To have it answer for others, name them in ALLOWED_HOSTS.\n"
)
# Of answers that say nothing of it themselves.
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}
ONLY_TLS = {"strict-transport-security": "max-age=31536000"}


class Guarded(Starlette):
    """An application with a guard before all of it, its own errors included."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        super().__init__(**options)
        self._guard = BelowPath(Guard(super().__call__, settings), settings.public_url.path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._guard(scope, receive, send)


class Guard:
    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        own = settings.public_url.host
        self._hosts = Hosts([own, *LOOPBACK, *settings.allowed_hosts])
        self._refusal = REFUSAL.format(own)
        headers = HEADERS | (ONLY_TLS if settings.public_url.tls else {})
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        known = scope["path"] in PROBES or self._hosts.have(scope)
        if scope["type"] == "websocket":
            await (self._app if known else self._refuse_socket)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                missing = [header for header in self._headers if header[0] not in said]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        app = self._app if known else PlainTextResponse(self._refusal, MISDIRECTED)
        await app(scope, receive, with_headers)

    async def _refuse_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        if "websocket.http.response" in scope.get("extensions", {}):
            headers = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "websocket.http.response.start", "status": MISDIRECTED, "headers": headers})
            await send({"type": "websocket.http.response.body", "body": self._refusal.encode()})
        else:
            await send({"type": "websocket.close", "code": 1008})


class Hosts:
    """Names without ports; `.example.org` stands for all below it, `*` for any."""

    def __init__(self, names: Iterable[str]) -> None:
        listed = {_host(name.lower()) for name in names if name}
        self._any = "*" in listed
        self._names = {name for name in listed if not name.startswith(".")}
        self._below = tuple(name for name in listed if name.startswith("."))

    def have(self, scope: Scope) -> bool:
        """Whether the request names one host, and one of these."""
        if self._any:
            return True
        given = [value for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1:
            return False
        host = _host(given[0].decode("latin-1").lower())
        return host in self._names or (bool(self._below) and host.endswith(self._below))


def _host(netloc: str) -> str:
    """Without user, port and the brackets of IPv6."""
    netloc = netloc.rpartition("@")[2].strip()
    if netloc.startswith("["):
        return netloc[1:].partition("]")[0]
    return netloc if netloc.count(":") > 1 else netloc.partition(":")[0].rstrip(".")
