"""argon2id in a thread, one at a time per process: a hash costs about 180 ms of CPU and the event loop serves
screens."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from rules.refusals import Checks, TooManyAttempts

LEAST, MOST = 8, 128  # characters
WAITING = 20  # callers; behind more than this an answer would take longer than 4 s
_hasher = PasswordHasher()
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")
_waiting = 0
# Verified against for unknown logins, so that they take as long as known ones.
_nobody = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$Y6h0n0nGGJxM0i1p5eUVmAwJ0GyiVwCKYoXc0nJyT0o"


async def _run(function: "asyncio.Future[str] | object", *arguments: str) -> str | bool:
    global _waiting
    if _waiting >= WAITING:
        raise TooManyAttempts("Too many people are signing in at this moment; try again in 5 seconds.", 5)
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_thread, function, *arguments)  # type: ignore[arg-type]
    finally:
        _waiting -= 1


def _verify(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


async def hashed(password: str) -> str:
    return str(await _run(_hasher.hash, password))


async def matches(kept: str | None, password: str) -> bool:
    """False for no kept hash too, after the same work."""
    found = await _run(_verify, kept or _nobody, password[: MOST + 1])
    return bool(found) and kept is not None


def check(checks: Checks, password: str, path: str) -> None:
    checks.that(
        not any(0xD800 <= ord(letter) <= 0xDFFF or letter == "\0" for letter in password),
        path,
        "A password is valid Unicode text without NUL.",
    )
    checks.that(
        LEAST <= len(password) <= MOST,
        path,
        f"A password has {LEAST} to {MOST} characters; this one has {len(password)}.",
    )
