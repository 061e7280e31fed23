"""Signing in while somebody else ends the account's sessions: who comes second finds out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from gates import Gate
from openid import Front, OpenId
from world import Person, World

from models import Account, AuthToken, Member
from resolvers import passwords
from resolvers.accounts import openid
from resolvers.accounts import sign_in as accounts_sign_in
from resolvers.accounts.sign_in import viewer_of
from resolvers.directory import members
from rules.refusals import Refusal, WrongCredentials
from rules.roles import Role

PASSWORD, NEW, THIEFS = "水滴石穿-2026", "another-password", "the thief's own"
LONG = 20.0  # seconds: nobody waits for whom the gate holds, and a hash takes its time


@dataclass(frozen=True)
class Cast:
    secretary: Person
    li: Person


@pytest.fixture
async def cast(world: World) -> Cast:
    """王芳, a secretary, and 李强, who can sign in; the login is new in each test."""
    company = await world.company()
    return Cast(
        await world.member("王芳", at=company.root, roles=[Role.SECRETARY]),
        await world.member("李强", at=company.first, login=f"li.{uuid4()}", password=PASSWORD),
    )


@pytest.fixture
async def front(world: World) -> AsyncIterator[Front]:
    made = Front.of(world, OpenId(world.clock))
    yield made
    await made.provider.close()
    made.theirs.close()


async def refused(act: Any) -> type[Refusal] | None:
    """None: it was done."""
    try:
        await act
    except Refusal as refusal:
        return type(refusal)
    return None


async def update(world: World, cast: Cast, **given: Any) -> None:
    """王芳 changes 李强, or his account."""
    nothing = dict.fromkeys(("name", "phone", "joined_on", "login", "password", "active"))
    await members.update(await world.session(cast.secretary), cast.li.id, **{**nothing, **given})


async def sign_in(world: World, cast: Cast) -> str:
    """The token."""
    return (await accounts_sign_in.sign_in(await world.session(None), cast.li.account.login, PASSWORD))[0]


@pytest.mark.parametrize("who", ["the owner", "the secretary"])
async def test_the_old_password_opens_nothing_once_it_is_changed(
    world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """It was right when it was looked at."""
    before = await AuthToken.filter(account_id=cast.li.account.id).count()
    own = await world.session(cast.li)
    change = (
        accounts_sign_in.change_password(own, PASSWORD, NEW)
        if who == "the owner"
        else update(world, cast, password=NEW)
    )

    gate = Gate(monkeypatch, passwords, "matches", after=True)
    found, _ = await gate.meanwhile(refused(sign_in(world, cast)), change, patience=LONG)

    assert found is WrongCredentials
    assert await AuthToken.filter(account_id=cast.li.account.id).count() == before


async def test_a_thiefs_change_that_began_before_does_not_undo_a_reset(
    world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief = await world.session(cast.li)

    gate = Gate(monkeypatch, passwords, "matches", after=True)
    changed, _ = await gate.meanwhile(
        refused(accounts_sign_in.change_password(thief, PASSWORD, THIEFS)),
        update(world, cast, password=NEW),
        patience=LONG,
    )

    assert changed is WrongCredentials
    kept = (await Account.get(id=cast.li.account.id)).password_hash
    assert [await passwords.matches(kept, one) for one in (NEW, THIEFS)] == [True, False]


async def test_who_comes_in_while_becoming_inactive_is_out_when_active_again(
    world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    entering = sign_in(world, cast)
    gate = Gate(monkeypatch, accounts_sign_in, "viewer_of", after=True)
    token, _ = await gate.meanwhile(entering, update(world, cast, active=False))

    await update(world, cast, active=True)
    assert (await Member.get(id=cast.li.id)).active
    assert await viewer_of(token, world.clock.now) is None


async def test_so_is_who_comes_in_through_a_provider(
    world: World, cast: Cast, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.theirs.person = {"sub": "1", "preferred_username": cast.li.account.login}
    own, session = await front.begun(), await front.session()
    came = await front.theirs.sign_in(own.address)
    entering = openid.finish(session, came["code"], came["state"], own.secret)

    gate = Gate(monkeypatch, accounts_sign_in, "viewer_of", after=True)
    (token, _), _ = await gate.meanwhile(entering, update(world, cast, active=False))

    await update(world, cast, active=True)
    assert await viewer_of(token, world.clock.now) is None
