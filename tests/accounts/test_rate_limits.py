"""Whom failures are held against: a login where it is guessed at, an address, and never the owner for ever."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from world import Person, World

from models import sql
from resolvers import passwords
from resolvers.accounts import rate_limits
from resolvers.accounts import sign_in as accounts_sign_in
from resolvers.accounts.rate_limits import Growing, Paced
from resolvers.accounts.sign_in import FREE_ELSEWHERE, FREE_FAILURES, LONGEST_WAIT, OF_ADDRESS
from rules.refusals import TooManyAttempts, WrongCredentials

PASSWORD = "水滴石穿-2026"
HOME, ELSEWHERE, ATTACKER = "203.0.113.1", "198.51.100.7", "192.0.2.66"
GROWING = Growing("a test", 3, timedelta(seconds=10), "wrong guesses")
PACED = Paced("a pace", 4, timedelta(seconds=5), "attempts")


@pytest.fixture
async def li(world: World) -> Person:
    company = await world.company()
    return await world.member("李强", at=company.first, login=f"li.{uuid4()}", password=PASSWORD)


async def sign_in(world: World, login: str, password: str = PASSWORD, *, at: str = HOME) -> str:
    """What the answer is called."""
    session = await world.session(None)
    session.address = at
    try:
        await accounts_sign_in.sign_in(session, login, password)
    except (WrongCredentials, TooManyAttempts) as refusal:
        return type(refusal).__name__
    return "SignInSuccess"


async def wait_of(world: World, limit: Growing | Paced, by: str = "somebody") -> int:
    """How long one more attempt has to wait; 0: it was counted."""
    try:
        await rate_limits.take(world.clock.now, (limit, by))
    except TooManyAttempts as refusal:
        return refusal.retry_after_seconds
    return 0


async def guess(world: World, times: int, login: str) -> None:
    """So many wrong guesses, each from an address of its own."""
    for _ in range(times):
        await rate_limits.take(world.clock.now, (accounts_sign_in.OF_LOGIN, login))


# ---------------------------------------------------------------- the counts


async def test_waits_double_up_to_the_longest_and_are_forgotten_in_a_day(world: World) -> None:
    waits: list[int] = []
    for _ in range(9):
        if wait := await wait_of(world, GROWING):
            waits.append(wait)
            world.clock.advance(seconds=wait)
            assert await wait_of(world, GROWING) == 0

    assert [wait for wait in waits if wait] == [1, 2, 4, 8, 10, 10]
    assert await wait_of(world, GROWING, "somebody else") == 0
    world.clock.advance(days=1)
    assert [await wait_of(world, GROWING) for _ in range(4)] == [0, 0, 0, 1]


async def test_a_pace_takes_some_at_once_and_then_one_in_each_interval(world: World) -> None:
    assert [await wait_of(world, PACED) for _ in range(6)] == [0, 0, 0, 0, 5, 5]
    world.clock.advance(seconds=3)
    assert await wait_of(world, PACED) == 2
    world.clock.advance(seconds=2)
    assert [await wait_of(world, PACED) for _ in range(2)] == [0, 5]
    world.clock.advance(hours=1)
    assert [await wait_of(world, PACED) for _ in range(5)] == [0, 0, 0, 0, 5]


async def test_what_one_limit_refuses_no_other_counts(world: World) -> None:
    for _ in range(3):
        await wait_of(world, GROWING)
    for _ in range(5):
        with pytest.raises(TooManyAttempts):
            await rate_limits.take(world.clock.now, (PACED, "here"), (GROWING, "somebody"))

    assert [await wait_of(world, PACED, "here") for _ in range(5)] == [0, 0, 0, 0, 5]


async def test_what_was_right_is_given_back(world: World) -> None:
    for _ in range(20):
        counted = await rate_limits.take(world.clock.now, (PACED, "here"), (GROWING, "somebody"))
        await rate_limits.give_back(counted, world.clock.now)

    assert [await wait_of(world, PACED, "here") for _ in range(5)] == [0, 0, 0, 0, 5]


async def test_of_twenty_at_once_only_the_free_ones_are_counted(world: World) -> None:
    async def one() -> bool:
        return not await wait_of(world, GROWING)

    assert sum(await asyncio.gather(*(one() for _ in range(20)))) == GROWING.free


async def test_neither_logins_nor_addresses_stand_in_the_tables(world: World, li: Person) -> None:
    await sign_in(world, li.account.login)
    await sign_in(world, li.account.login, "guessed")
    kept = str(await sql.rows("SELECT * FROM attempts")) + str(await sql.rows("SELECT * FROM familiar_addresses"))

    assert kept.count("'key'") >= 3
    assert li.account.login not in kept
    assert HOME not in kept


async def test_counts_that_matter_no_more_are_forgotten(world: World, li: Person) -> None:
    await sign_in(world, li.account.login)
    await sign_in(world, li.account.login, "guessed")
    assert await rate_limits.forget(world.clock.now) == 0
    world.clock.advance(days=31)

    assert await rate_limits.forget(world.clock.now) > 0
    assert await sql.rows("SELECT * FROM attempts") == await sql.rows("SELECT * FROM familiar_addresses") == []


# ---------------------------------------------------------------- signing in


async def test_who_guesses_from_one_address_keeps_out_nobody_elsewhere(world: World, li: Person) -> None:
    for _ in range(FREE_FAILURES):
        assert await sign_in(world, li.account.login, "guessed", at=ATTACKER) == "WrongCredentials"

    assert await sign_in(world, li.account.login, at=ATTACKER) == "TooManyAttempts"
    assert await sign_in(world, li.account.login, at=HOME) == "SignInSuccess"
    assert await sign_in(world, li.account.login, at=ATTACKER) == "TooManyAttempts", "the attacker waits on"


async def test_an_address_is_familiar_for_thirty_days_whatever_happens_elsewhere(world: World, li: Person) -> None:
    assert await sign_in(world, li.account.login, at=HOME) == "SignInSuccess"
    await guess(world, FREE_ELSEWHERE, li.account.login)

    assert await sign_in(world, li.account.login, at=ELSEWHERE) == "TooManyAttempts", "from many addresses at once"
    assert await sign_in(world, li.account.login, at=HOME) == "SignInSuccess"
    world.clock.advance(days=30)
    await guess(world, FREE_ELSEWHERE, li.account.login)
    assert await sign_in(world, li.account.login, at=HOME) == "TooManyAttempts"
    world.clock.advance(seconds=LONGEST_WAIT)
    assert await sign_in(world, li.account.login, at=HOME) == "SignInSuccess"


async def test_an_ipv6_customer_is_one_address(world: World) -> None:
    for _ in range(OF_ADDRESS.burst):
        await rate_limits.take(world.clock.now, (OF_ADDRESS, "2001:db8:1:2::/64"))

    assert await sign_in(world, "nobody", at="2001:db8:1:2:aaaa::9") == "TooManyAttempts"
    assert await sign_in(world, "nobody", at="2001:db8:1:3::9") == "WrongCredentials"


async def test_throttled_attempts_spend_no_hash(world: World, li: Person) -> None:
    for _ in range(FREE_FAILURES):
        await sign_in(world, li.account.login, "guessed")
    spent = passwords.spent
    answers = {await sign_in(world, li.account.login) for _ in range(20)}

    assert answers == {"TooManyAttempts"}
    assert passwords.spent == spent


async def test_a_right_password_is_never_held_against_its_address(world: World, li: Person) -> None:
    for _ in range(OF_ADDRESS.burst - 1):
        await rate_limits.take(world.clock.now, (OF_ADDRESS, HOME))

    assert [await sign_in(world, li.account.login) for _ in range(3)] == ["SignInSuccess"] * 3
    assert await sign_in(world, "nobody") == "WrongCredentials"
    assert await sign_in(world, "nobody") == "TooManyAttempts"


def test_an_unknown_login_costs_what_a_known_one_does() -> None:
    assert not passwords.outdated(passwords.NOBODY)


async def test_a_hash_of_another_cost_is_renewed_by_signing_in(world: World, li: Person) -> None:
    kept = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert passwords.outdated(kept)
    await type(li.account).filter(id=li.account.id).update(password_hash=kept)

    assert [await sign_in(world, li.account.login) for _ in range(2)] == ["SignInSuccess"] * 2
    account = await type(li.account).get(id=li.account.id)
    assert account.password_hash
    assert not passwords.outdated(account.password_hash)
