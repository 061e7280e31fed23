"""Addresses as people type them into settings: read once into one spelling, or refused with what would be right.

Every function raises ValueError with a sentence, which the settings put behind the variable's name.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic_core import core_schema

PORTS = {"http": 80, "https": 443}
ANY = "*"
LOOPBACK = "loopback"  # in ALLOWED_ORIGINS: pages of this machine, on any port
ANY_PORT = ":*"
NOBODY = "none"  # in LEITAI_TRUSTED_PROXIES
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
OWN_PATHS = ("graphql", "screens", "graphiql", "c", "courses", "statements")  # what this server itself has below a path
PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")


@dataclass(frozen=True, slots=True)
class PublicUrl:
    """How clients reach this server. host: without brackets. port: None where it is the scheme's own. path: empty, or
    `/leitai`, where a proxy serves it below a path."""

    scheme: str
    host: str
    port: int | None
    path: str

    @classmethod
    def read(cls, text: str) -> "PublicUrl":
        parts = _split(text, "https://leitai.example.org")
        if parts.scheme not in PORTS:
            raise ValueError(f"its scheme is {parts.scheme}; write http:// or https://")
        if parts.username is not None or parts.password is not None:
            raise ValueError("it holds a user or password; leave them out")
        if "?" in text or "#" in text:
            raise ValueError("it holds a ? or #; write scheme, host, port and path alone")
        path = parts.path.rstrip("/")
        if not PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
            raise ValueError("its path is none to serve below; write letters, digits, - and _ between single slashes")
        if path.partition("/")[2].partition("/")[0] in OWN_PATHS:
            raise ValueError(f"its path {path} is one of this server's own; leave it out, or serve below another")
        return cls(parts.scheme, host(parts.hostname or ""), _port(parts), path)

    @property
    def origin(self) -> str:
        """As browsers write it."""
        return f"{self.scheme}://{_netloc(self.host, self.port)}"

    @property
    def tls(self) -> bool:
        return self.scheme == "https"

    def __str__(self) -> str:
        """Without a slash at the end."""
        return f"{self.origin}{self.path}"

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda given: given if isinstance(given, cls) else cls.read(str(given).strip())
        )


def host(text: str) -> str:
    """A name or address in the one spelling that browsers use: small letters, IDNA, no brackets, no dot at the end."""
    given = text.strip().lower().removeprefix("[").removesuffix("]").rstrip(".。")
    if not given:
        raise ValueError("it lacks a host")
    try:
        return str(ipaddress.ip_address(given))
    except ValueError:
        pass
    try:
        name = given if given.isascii() else given.encode("idna").decode()
    except UnicodeError:
        name = ""
    labels = name.split(".")
    if not all(LABEL.fullmatch(one) for one in labels) or len(name) > 253:
        raise ValueError(f'"{text}" is no name or address of a host')
    if labels[-1].isdigit():
        raise ValueError(f'"{text}" is no IP address')
    return name


def origin(text: str) -> str:
    """Of pages, as browsers write it in `Origin`; `https://host:*`: any port; `loopback` and `*` stay."""
    if text in (ANY, LOOPBACK):
        return text
    if text == "null":
        raise ValueError("null is the origin of any file or sandbox and cannot be let in alone")
    any_port = text.endswith(ANY_PORT)
    parts = _split(text.removesuffix(ANY_PORT), "https://app.example.org")
    if parts.scheme in ("ws", "wss"):
        raise ValueError(f"the origin of a page begins with http; write {'http' + parts.scheme[2:]}://{parts.netloc}")
    if "*" in parts.netloc:
        raise ValueError("* cannot stand for a part of a name; name each origin")
    if parts.username is not None or parts.path not in ("", "/") or "?" in text or "#" in text:
        raise ValueError(f"an origin has no path, user or query; write {parts.scheme}://{parts.netloc.split('@')[-1]}")
    if any_port and parts.port is not None:
        raise ValueError("it names a port and any port")
    return f"{parts.scheme}://{_netloc(host(parts.hostname or ''), _port(parts))}{ANY_PORT if any_port else ''}"


def answered_host(text: str) -> str:
    """Of ALLOWED_HOSTS: a name or address without port; `.example.org`: all below it; `*`: any."""
    if text == ANY:
        return text
    if "://" in text:
        named = urlsplit(text).netloc or "leitai.example.org"
        raise ValueError(f"it takes hosts without scheme; write {named}")
    if "/" in text or "@" in text:
        raise ValueError("it takes hosts alone, without path or user")
    below, name = ("", text) if not text.startswith((".", "*.")) else (".", text.removeprefix("*").removeprefix("."))
    if name.startswith("[") or name.count(":") == 1:
        parts = _split(f"http://{name}", "leitai.example.org")
        name = parts.hostname or ""
        _port(parts)
    return f"{below}{host(name)}"


def network(text: str) -> str:
    """Of LEITAI_TRUSTED_PROXIES: an address or a network, as it is compared with; `*`: any."""
    if text == ANY:
        return text
    try:
        return str(ipaddress.ip_network(text.removeprefix("[").removesuffix("]"), strict=False))
    except ValueError:
        example = "10.0.0.7 or 10.0.0.0/8"
        raise ValueError(f"{text} is no address and no network; write {example}, names are not looked up") from None


def each(read: Any, given: Iterable[str]) -> list[str]:
    """Every entry read; all wrong ones are named."""
    found: list[str] = []
    faults: list[str] = []
    for one in given:
        try:
            found.append(read(one))
        except ValueError as fault:
            faults.append(f'"{one}": {fault}')
    if faults:
        raise ValueError("; ".join(faults))
    return list(dict.fromkeys(found))


def _split(text: str, example: str) -> SplitResult:
    scheme, separator, rest = text.partition("://")
    if not separator:
        raise ValueError(f"it lacks its scheme; write it like {example}")
    if not SCHEME.fullmatch(scheme.lower()):
        raise ValueError(f'"{scheme}" is no scheme; write it like {example}')
    if any(letter <= " " or letter in '\\"<>^`{|}' for letter in text):
        raise ValueError("it holds a blank or a sign that no address has")
    if not rest or rest[0] in "/?#:":
        raise ValueError(f"it lacks a host; write it like {example}")
    try:
        parts = urlsplit(text)
        _ = parts.port, parts.hostname
    except ValueError:
        raise ValueError("its host or port cannot be read; a port is a number from 1 to 65535") from None
    return parts


def _port(parts: SplitResult) -> int | None:
    if parts.port == 0:
        raise ValueError("its port is 0; a port is a number from 1 to 65535")
    return None if parts.port == PORTS.get(parts.scheme) else parts.port


def _netloc(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"
