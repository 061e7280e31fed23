"""Why Redis can't be used, in words for an operator. Nothing of host, user or password: /readyz says it to anybody."""

import socket
import ssl

from redis.exceptions import (
    AuthenticationError,
    ConnectionError,
    InvalidResponse,
    NoPermissionError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

SILENT = "it does not answer"


def cause(error: BaseException, *, tls: bool = False) -> str:
    """tls: REDIS_URL is rediss://, and a Redis without TLS never answers to that."""
    found = _of(error)
    return f"{found}; if it has no TLS, write redis://" if tls and found == SILENT else found


def _of(error: BaseException) -> str:
    chain = _chain(error)
    said = " ".join(str(one) for one in chain)
    for words, found in (
        (("WRONGPASS", "invalid username-password", "invalid password"), "it refuses user or password"),
        (("NOAUTH", "Authentication required", "already authenticated"), "it wants a password; REDIS_URL gives none"),
        (("without any password configured",), "it has no password, and REDIS_URL gives one"),
        (("NOPERM", "has no permissions"), "its user may not use PUBLISH, SUBSCRIBE or the channel (ACL)"),
        (("max number of clients",), "it accepts no further clients"),
        (("LOADING", "MASTERDOWN"), "it is still starting"),
        (("DB index is out of range",), "it has no database of this number"),
    ):
        if any(one in said for one in words):
            return found
    return _by_kind(chain)


def _by_kind(chain: list[BaseException]) -> str:
    for kinds, found in (
        (ssl.SSLCertVerificationError, "its certificate is not trusted; look at ssl_ca_certs"),
        (ssl.SSLError, "it speaks no TLS, or another; rediss:// is TLS, redis:// is not"),
        (socket.gaierror, "there is no such host"),
        (ConnectionRefusedError, "nothing listens there"),
        (FileNotFoundError, "there is no such socket or file"),
        (AuthenticationError, "it refuses user or password"),
        (NoPermissionError, "its user may not do this (ACL)"),
        (ReadOnlyError, "it is a replica; name its master"),
        (InvalidResponse, "what answers there is no Redis"),
        (TimeoutError, SILENT),
        (ResponseError, "it refuses a command"),
    ):
        if any(isinstance(one, kinds) for one in chain):
            return found
    if any(type(one).__name__ == "TimeoutError" for one in chain):  # redis-py's own is none of Python's
        return SILENT
    if any("closed" in str(one) or isinstance(one, ConnectionResetError) for one in chain):
        return "it cut the connection; a server with TLS wants rediss://"
    if any(isinstance(one, (ConnectionError, OSError)) for one in chain):
        return "the connection was lost"
    return "it refuses" if any(isinstance(one, RedisError) for one in chain) else type(chain[0]).__name__


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or one.__context__
    return found
