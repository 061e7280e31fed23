"""A WebSocket's handshake that arrives as a plain GET: a proxy in between left out the header `Upgrade`."""

import time
from collections.abc import Mapping

import structlog

from app.web.http_requests import Unread
from rules.error_codes import Code

SAID_EVERY = 60.0  # seconds; each of a hall's screens tries every 15 s
WITHOUT_UPGRADE = (
    "This is a WebSocket handshake without the header `Upgrade`: a proxy between you and this server does not pass it "
    "on. For nginx, add these lines where proxy_pass stands: proxy_http_version 1.1; proxy_set_header Upgrade "
    '$http_upgrade; proxy_set_header Connection "upgrade"; or use deploy/nginx.conf. Caddy passes it on by itself.'
)
log = structlog.get_logger("leitai.socket")


class Handshakes:
    def __init__(self) -> None:
        self._said = -SAID_EVERY

    def check(self, headers: Mapping[str, str]) -> None:
        """Unread 426, of a request over HTTP that only a WebSocket's client sends."""
        meant = headers.get("sec-fetch-mode") == "websocket" or any(one.startswith("sec-websocket-") for one in headers)
        if not meant:
            return
        if time.monotonic() - self._said >= SAID_EVERY:
            self._said = time.monotonic()
            log.warning("handshake_without_upgrade", hint="the proxy must pass the headers Upgrade and Connection on")
        named = {"upgrade": "websocket", "connection": "upgrade"}
        raise Unread(426, WITHOUT_UPGRADE, code=Code.WRONG_TRANSPORT, headers=named)
