"""REDIS_URL, checked at the start by what reads it later."""

import re
from urllib.parse import urlsplit

SCHEMES = ("redis", "rediss", "unix")


def read(text: str) -> str:
    """ValueError: it is none; the sentence says what would be right and repeats no password."""
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if not separator:
        raise ValueError("it lacks its scheme; write redis://HOST/0")
    if "sentinel" in scheme:
        raise ValueError("Sentinel is not spoken; name the master itself, redis://HOST/0, or a proxy that follows it")
    if scheme not in SCHEMES:
        raise ValueError(f'its scheme is "{scheme}"; write redis://HOST/0, rediss://HOST/0 (TLS) or unix:///FILE')
    url = f"{scheme}://{rest}"
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError:
        raise ValueError(
            "its host or port cannot be read; a port is a number, and # / ? % @ : in a password are percent-encoded"
        ) from None
    if parts.fragment or "#" in rest:
        raise ValueError("it holds a #; in a password it is written %23")
    if scheme == "unix":
        if not parts.path.startswith("/") or parts.path == "/":
            raise ValueError("it names no socket; write unix:///run/redis/redis.sock")
    elif not re.fullmatch(r"(/[0-9]*)?", parts.path):
        raise ValueError(f'its database is "{parts.path.removeprefix("/")}"; write a number, redis://HOST/0')
    _construct(url)
    return url


def _construct(url: str) -> None:
    """As the client will: words after the ? that it does not know are refused here, not at the first connection."""
    from redis.asyncio import ConnectionPool
    from redis.exceptions import RedisError

    try:
        ConnectionPool.from_url(url).make_connection()
    except (ValueError, TypeError, AttributeError, RedisError) as error:
        unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
        raise ValueError(f'it has no parameter "{unknown[1]}"' if unknown else f"{error}") from None
