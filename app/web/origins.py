"""Which pages on other origins may call the API: one list, for HTTP (CORS) and for sockets.

There are no cookies, so a page can send nothing that it was not given; the list says which pages may read answers.
"""

import ipaddress
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from app.settings import Settings, SettingsRefused

LOOPBACK = "loopback"  # in ALLOWED_ORIGINS: pages of this machine, on any port
ANY_PORT = ":*"
PORTS = {"http": 80, "https": 443}
# What clients need of an answer and browsers hide unless it is named.
EXPOSED = ("retry-after", "www-authenticate", "allow", "etag", "content-disposition", "leitai-version")
PREFLIGHT_SECONDS = 600


class Origins:
    """Origins, compared as browsers write them. `http://host:*`: any port; `loopback`: this machine; `*`: any."""

    def __init__(self, listed: Iterable[str]) -> None:
        names = [one.strip() for one in listed if one.strip()]
        self._any = "*" in names
        self._loopback = LOOPBACK in names
        written = [one for one in names if one not in ("*", LOOPBACK)]
        self._exact = {_known(one) for one in written if not one.endswith(ANY_PORT)}
        self._any_port = {_known(one.removesuffix(ANY_PORT))[:2] for one in written if one.endswith(ANY_PORT)}

    @classmethod
    def of(cls, settings: Settings) -> "Origins":
        """PUBLIC_URL's own is always one: behind a proxy the Host may be another."""
        own = _read(settings.public_url.origin)
        found = cls(settings.allowed_origins)
        found._exact |= {own} if own else set()
        return found

    def have(self, origin: str) -> bool:
        if self._any:
            return True
        found = _read(origin)
        if found is None:
            return False
        return found in self._exact or found[:2] in self._any_port or (self._loopback and is_loopback(found[1]))


class Cors(CORSMiddleware):
    """Any request header is let through: tracing and clients' libraries add their own, and none of them is a key."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        super().__init__(
            app,
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
            expose_headers=EXPOSED,
            max_age=PREFLIGHT_SECONDS,
        )
        self._origins = origins

    def is_allowed_origin(self, origin: str) -> bool:
        return self._origins.have(origin)


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read(origin: str) -> tuple[str, str, Any] | None:
    """Scheme, host and port; None for what is no origin, such as `null`."""
    try:
        parts = urlsplit(origin.strip())
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if not scheme or not parts.hostname:
        return None
    return scheme, parts.hostname.rstrip("."), port if port is not None else PORTS.get(scheme)


def _known(listed: str) -> tuple[str, str, Any]:
    found = _read(listed)
    if found is None or urlsplit(listed).path not in ("", "/"):
        raise SettingsRefused(f"ALLOWED_ORIGINS: {listed!r} is no origin; write it like https://app.example.org.")
    return found
