"""argon2id in a thread, one at a time per process: a hash costs about 180 ms of CPU and the event loop serves
screens.

64 MiB and three passes, as RFC 9106 recommends where memory is short; one lane instead of its four, so that a hash
takes one core and leaves the others to the loop.
"""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from models import Account, Member, Organization
from rules.passwords import why_weak
from rules.refusals import Checks, TooManyAttempts

LEAST, MOST = 8, 128  # characters
WAITING = 20  # callers; behind more than this an answer would take longer than 4 s
_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")
_waiting = 0
# Verified against for unknown logins, so that they take as long as known ones: of the same cost, and of nothing.
NOBODY = (
    f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    "$c29tZXNhbHRzb21lc2FsdA$Y6h0n0nGGJxM0i1p5eUVmAwJ0GyiVwCKYoXc0nJyT0o"
)
spent = 0  # hashes of this process, for the metrics


class TooBusy(TooManyAttempts):
    """Nothing was tried."""


async def _run(function: "asyncio.Future[str] | object", *arguments: str) -> str | bool:
    global _waiting, spent
    if _waiting >= WAITING:
        raise TooBusy("Too many people are signing in at this moment; try again in 5 seconds.", 5)
    _waiting += 1
    spent += 1
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
    found = await _run(_verify, kept or NOBODY, password[: MOST + 1])
    return bool(found) and kept is not None


def outdated(kept: str) -> bool:
    """Made at another cost than today's."""
    try:
        return _hasher.check_needs_rehash(kept)
    except InvalidHashError:
        return False


def check(checks: Checks, password: str, path: str, known: Iterable[str | None] = ()) -> None:
    """known: what others know of whom it is for, such as login, names and organization."""
    sayable = not any(0xD800 <= ord(letter) <= 0xDFFF or letter == "\0" for letter in password)
    checks.that(sayable, path, "A password is valid Unicode text without NUL.")
    fits = LEAST <= len(password) <= MOST
    checks.that(fits, path, f"A password has {LEAST} to {MOST} characters; this one has {len(password)}.")
    if sayable and fits:
        weak = why_weak(password, [one for one in known if one])
        checks.that(weak is None, path, weak or "")


def check_for(password: str, path: str, known: Iterable[str | None]) -> None:
    """The same at once. InvalidInput."""
    checks = Checks()
    check(checks, password, path, known)
    checks.done()


async def known_of(account: Account) -> list[str | None]:
    """What others know of whom an account is for."""
    if account.member_id is None:
        return [account.login]
    member = await Member.get(id=account.member_id)
    place = await Organization.get(id=member.organization_id)
    return [account.login, *known_of_member(member, place)]


def known_of_member(member: Member, place: Organization) -> list[str | None]:
    return [member.name, member.alias, place.name, place.code]
