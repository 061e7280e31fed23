"""Served below a path: PUBLIC_URL=https://example.org/leitai.

Some proxies take the path away and some hand it on; both are answered. Routes know nothing of it: what is handed on is
taken away here. Pages find each other by relative addresses, and absolute ones begin with PUBLIC_URL.
"""

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class BelowPath:
    """base: `/leitai`, or the empty string at a server's root."""

    def __init__(self, app: ASGIApp, base: str) -> None:
        self._app, self._base = app, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or not self._base:
            await self._app(scope, receive, send)
        elif scope["path"] == self._base and scope["type"] == "http":
            await RedirectResponse(f"{self._base}/")(scope, receive, send)
        else:
            await self._app(self._inner(scope), receive, send)

    def _inner(self, scope: Scope) -> Scope:
        if not scope["path"].startswith(f"{self._base}/"):
            return scope
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        begins = raw.startswith(f"{self._base}/".encode())
        return {
            **scope,
            "path": scope["path"][len(self._base) :],
            "raw_path": raw[len(self._base) :] if begins else scope["path"][len(self._base) :].encode(),
        }
