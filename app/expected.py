"""What a command can meet that is nobody's mistake in the code: each said in a sentence that names where and why."""

import asyncio
import errno
import socket
import sqlite3
import ssl
from collections.abc import Iterator

import asyncpg

from models import database_url
from models.phones import NoDataKey, PhoneIsBroken
from resolvers.privacy.erasure import GoesOnClaiming, NoSuchMember
from rules.refusals import Refusal

FULL = {errno.ENOSPC, errno.EDQUOT}
SQLITE_IS_READ_ONLY = "can't be written; give this user the right to write it and its folder."
POSTGRES_IS_READ_ONLY = "can only be read; name the one that takes changes in DATABASE_URL."


class CommandFailed(Exception):
    """The message says what was wrong and what would be right."""


class DatabaseUnavailable(CommandFailed):
    """It could not be opened; nothing is known of what it holds."""


class DatabaseOutdated(CommandFailed):
    """The message says which command brings it up to date."""


def sentence(error: BaseException, url: str) -> str | None:
    """None: nothing that was expected; a traceback helps those who find the mistake."""
    for one in _causes(error):
        if isinstance(one, (CommandFailed, NoDataKey, PhoneIsBroken, NoSuchMember, GoesOnClaiming, Refusal)):
            return str(one)
        if found := _of_sqlite(one, url) or _of_postgres(one, url) or _of_files(one):
            return found
    return None


def unavailable(error: BaseException, url: str) -> str:
    """Of what was met while the database was opened; there every error is the database's."""
    for read in (_of_sqlite, _of_postgres, _of_network):  # what says more comes first
        for one in _causes(error):
            if found := read(one, url):
                return found
    return f"{_place(url)} can't be opened ({type(error).__name__}: {error})."


def read_only(url: str) -> str:
    """Of a database that was found so before anything was written."""
    return f"{_place(url)} {SQLITE_IS_READ_ONLY if database_url.file_of(url) else POSTGRES_IS_READ_ONLY}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """It, what it wraps, and what it was raised from."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if one in seen:
            continue
        seen.append(one)
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        waiting.extend(part for part in one.args if isinstance(part, BaseException))
        waiting.extend(part for part in (one.__cause__, one.__context__) if part is not None)


def _place(url: str) -> str:
    try:
        found = database_url.read(url)
    except ValueError:
        return "The database"
    return f"The SQLite file {found.place}" if found.engine == "sqlite" else f"The {found.place}"


def _of_sqlite(error: BaseException, url: str) -> str | None:
    if not isinstance(error, sqlite3.Error):
        return None
    said, place = str(error), _place(url)
    words = {
        "unable to open": "can't be opened: the file or its folder is missing, can't be written, or is a folder.",
        "is locked": "is locked by another process that writes; try again when that has ended.",
        "not a database": "is no SQLite database; name another file in DATABASE_URL.",
        "readonly": SQLITE_IS_READ_ONLY,
        "is full": "can't grow: the disk is full, or its max_page_count is reached.",
        "malformed": "is damaged; put a backup back, then run `leitai restored`.",
        "disk I/O": "can't be read or written: the disk answers with an error.",
    }
    for part, what in words.items():
        if part in said:
            return f"{place} {what}"
    return f"{place}: {said}." if isinstance(error, sqlite3.OperationalError) else None


# {}: what the server said.
POSTGRES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (
        asyncpg.InvalidAuthorizationSpecificationError,
        "refuses to let us in: {}. Look at user and password in DATABASE_URL.",
    ),
    (asyncpg.InvalidCatalogNameError, "does not exist; make it with `createdb`, or name another in DATABASE_URL."),
    (asyncpg.TooManyConnectionsError, "accepts no further connections: {}. Try again, or raise its max_connections."),
    (
        (asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError),
        "is starting or stopping; try again in a moment.",
    ),
    (asyncpg.ReadOnlySQLTransactionError, POSTGRES_IS_READ_ONLY),
    (asyncpg.InsufficientPrivilegeError, "refuses it: {}. Give its user the right."),
    (asyncpg.DiskFullError, "can't grow: its disk is full."),
    ((asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError), "did not answer in time: {}."),
    (asyncpg.ConnectionDoesNotExistError, "cut the connection; look whether it runs."),
    ((asyncpg.PostgresConnectionError, asyncpg.ClientConfigurationError), "can't be reached: {}."),
    (asyncpg.InterfaceError, "cut the connection; look whether it runs."),
)


def _of_postgres(error: BaseException, url: str) -> str | None:
    place = _place(url)
    for kinds, what in POSTGRES:
        if isinstance(error, kinds):
            return f"{place} {what.format(_plain(error))}"
    if isinstance(error, ConnectionError) and "SSL" in str(error):
        return f"{place} offers no TLS; write sslmode=disable in DATABASE_URL, or turn TLS on there."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{place} shows a certificate that is not trusted: {error.verify_message}. Look at sslrootcert."
    if isinstance(error, ssl.SSLError):
        return f"{place} and we agree on no TLS: {error.reason or error}."
    return None


def _of_network(error: BaseException, url: str) -> str | None:
    place = _place(url)
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return f"{place} does not answer. Look at host and port in DATABASE_URL, and at what lies between."
    if isinstance(error, socket.gaierror):
        return f"{place} can't be found: no such host. Look at the host in DATABASE_URL."
    if isinstance(error, (ConnectionRefusedError, FileNotFoundError)) or "Connect call failed" in str(error):
        return f"{place} can't be reached: nothing listens there. Look at host and port in DATABASE_URL."
    if isinstance(error, OSError):
        return f"{place} can't be reached: {error.strerror or error}."
    return None


def _of_files(error: BaseException) -> str | None:
    if isinstance(error, BrokenPipeError):
        return None
    if isinstance(error, OSError):
        if error.errno in FULL:
            return "The disk is full; nothing more can be written."
        if error.filename is not None:
            return f"{error.filename} can't be read or written: {error.strerror}."
        if error.errno == errno.EMFILE:
            return "Too many files are open; raise the limit (`ulimit -n`)."
    return None


def _plain(error: BaseException) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
