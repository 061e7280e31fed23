"""DATABASE_URL, read as libpq reads one where both know a word; Tortoise's configuration of a connection is made of it.

`read` raises ValueError with a sentence that repeats no password.
"""

import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

POSTGRES = ("postgres", "postgresql", "asyncpg")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
# As a parameter of the URL: what asyncpg calls it, and how it is read.
NUMBERS = {
    "connect_timeout": "timeout",
    "command_timeout": "command_timeout",
    "statement_cache_size": "statement_cache_size",
    "minsize": "minsize",
    "maxsize": "maxsize",
}
WORDS = {"host": "host", "user": "user", "password": "password", "dbname": "database", "passfile": "passfile"}
SSL_FILES = ("sslrootcert", "sslcert", "sslkey")
KNOWN = (*WORDS, "port", "sslmode", *SSL_FILES, "application_name", "schema", *NUMBERS)
PRAGMAS = (
    *("busy_timeout", "cache_size", "journal_mode", "journal_size_limit", "mmap_size", "synchronous", "temp_store"),
    *("wal_autocheckpoint", "max_page_count"),
)
PRAGMA_VALUE = re.compile(r"[A-Za-z0-9_-]+")
CONNECT_TIMEOUT = 10.0  # seconds for one connection
NAMES = "sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME"


@dataclass(frozen=True, slots=True)
class Read:
    """place: what a sentence calls it, without password."""

    engine: str  # sqlite or postgres
    place: str
    credentials: dict[str, Any]


def read(url: str) -> Read:
    """ValueError: it is none; the sentence says what would be right."""
    scheme, separator, rest = url.partition("://")
    scheme = scheme.lower()
    if not separator:
        raise ValueError(f"it lacks its scheme; write {NAMES}")
    if scheme == "sqlite":
        return _sqlite(rest)
    if scheme.startswith(POSTGRES) and "+" in scheme:
        raise ValueError(f"its scheme is {scheme}; write postgres:// without a driver's name")
    if scheme not in POSTGRES:
        raise ValueError(f'"{scheme}" is no database of Leitai; write {NAMES}')
    return _postgres(scheme, rest)


def file_of(url: str) -> Path | None:
    """Of SQLite."""
    scheme, _, rest = url.partition("://")
    return Path(rest.partition("?")[0]) if scheme.lower() == "sqlite" else None


def _sqlite(rest: str) -> Read:
    file, _, query = rest.partition("?")
    if not file:
        raise ValueError("it names no file; write sqlite://leitai.sqlite3, or sqlite:///var/lib/leitai/leitai.sqlite3")
    given = _parameters(query)
    credentials: dict[str, Any] = {"file_path": file, "journal_mode": "WAL", "journal_size_limit": 16384}
    for name, value in given.items():
        if name not in PRAGMAS:
            raise ValueError(f'SQLite has no parameter "{name}" here; known are {", ".join(PRAGMAS)}')
        if not PRAGMA_VALUE.fullmatch(value):
            raise ValueError(f'"{value}" is no value of {name}; write a word or a number')
        credentials[name] = value
    return Read("sqlite", file, credentials)


def _postgres(scheme: str, rest: str) -> Read:
    parts = _split(rest)
    host, port = parts.hostname, parts.port
    if host and "," in host:
        raise ValueError("it names several hosts; write one")
    given = _parameters(parts.query)
    credentials: dict[str, Any] = {
        "host": _host(parts),
        "port": port or 5432,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.removeprefix("/")) or None,
        "timeout": CONNECT_TIMEOUT,
    }
    for name, value in given.items():
        if name not in KNOWN:
            raise ValueError(_unknown(name))
        if name in WORDS:
            credentials[WORDS[name]] = value
        elif name in ("application_name", "schema"):
            credentials[name] = value
        elif name in NUMBERS or name == "port":
            credentials[NUMBERS.get(name, name)] = _number(name, value)
    credentials |= _tls(given, credentials["host"])
    return Read("postgres", _place(credentials), credentials)


def _host(parts: SplitResult) -> str | None:
    """None: as libpq, a socket or localhost. A folder of sockets keeps its capitals."""
    written = unquote(parts.netloc.rpartition("@")[2])
    return written if written.startswith("/") else parts.hostname or None


def _split(rest: str) -> SplitResult:
    hint = "in user and password # / ? % @ : [ ] are written as %23 %2F %3F %25 %40 %3A %5B %5D"
    try:
        parts = urlsplit(f"postgres://{rest}")
        _ = parts.port, parts.hostname
    except ValueError:
        raise ValueError(f"its host or port cannot be read; a port is a number, and {hint}") from None
    if "#" in rest:
        raise ValueError(f"it holds a #; {hint}")
    if "/" in parts.path.removeprefix("/"):
        raise ValueError(f"its database's name holds a /; {hint}")
    return parts


def _parameters(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise ValueError("what follows its ? cannot be read; write name=value, with & between") from None
    return {name: value for name, value in pairs if value}


def _unknown(name: str) -> str:
    if name == "ssl":
        return 'it has no parameter "ssl"; write sslmode=require or sslmode=verify-full'
    return f'it has no parameter "{name}"; known are {", ".join(KNOWN)}'


def _number(name: str, value: str) -> float | int:
    if not re.fullmatch(r"[0-9]{1,9}", value) or (value.strip("0") == "" and name != "statement_cache_size"):
        raise ValueError(f'its {name} "{value}" is no number above 0')
    return int(value)


def _tls(given: dict[str, str], host: str | None) -> dict[str, Any]:
    """asyncpg reads the modes as libpq does; files are read here, so that a wrong one is told at the start."""
    mode = given.get("sslmode")
    if mode is not None and mode not in SSL_MODES:
        raise ValueError(f'its sslmode "{mode}" is none of {", ".join(SSL_MODES)}')
    files = {name: given[name] for name in SSL_FILES if name in given}
    if "sslkey" in files and "sslcert" not in files:
        raise ValueError("it names sslkey without sslcert")
    if host and host.startswith("/"):  # as libpq: no TLS over a socket's file
        return {"ssl": False}
    if mode is None:  # libpq's own defaults
        mode = "verify-full" if files.get("sslrootcert") == "system" else "prefer"
    if "sslcert" in files and mode in ("disable", "allow", "prefer"):
        raise ValueError(f"its sslcert needs sslmode=require or a stricter one; it is {mode}")
    if mode in ("disable", "allow", "prefer"):  # a server's certificate is looked at from require on
        return {"ssl": False if mode == "disable" else mode} if "sslmode" in given else {}
    if not files:
        return {"ssl": _with_usual_roots(mode)}
    return {"ssl": _context(mode, files)}


def _with_usual_roots(mode: str) -> str:
    usual = Path("~/.postgresql/root.crt").expanduser()
    if mode.startswith("verify-") and not usual.exists():
        raise ValueError(
            f"its sslmode {mode} needs a root certificate: add sslrootcert=FILE, sslrootcert=system, or put {usual}"
        )
    return mode


def _context(mode: str, files: dict[str, str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    root = files.get("sslrootcert")
    context.check_hostname = mode == "verify-full" or root == "system"
    if root is None and mode == "require":
        context.verify_mode = ssl.CERT_NONE
    try:
        if root == "system":
            context.load_default_certs()
        elif root:
            context.load_verify_locations(cafile=root)
        elif mode != "require":
            context.load_verify_locations(cafile=Path("~/.postgresql/root.crt").expanduser())
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"its sslrootcert {root} can't be read ({_why(error)})") from None
    if "sslcert" in files:
        try:
            context.load_cert_chain(files["sslcert"], files.get("sslkey"), password=lambda: "")
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"its sslcert or sslkey can't be read ({_why(error)})") from None
    return context


def _why(error: Exception) -> str:
    return "no certificate in PEM" if isinstance(error, ssl.SSLError) else getattr(error, "strerror", "") or str(error)


def _place(credentials: dict[str, Any]) -> str:
    host, port, name = credentials["host"], credentials["port"], credentials["database"]
    where = "localhost" if host is None else f"[{host}]" if ":" in host else host
    return f'database "{name}" at {where}:{port}' if name else f"PostgreSQL at {where}:{port}"
