"""Wherever a password is set, what somebody would try first is refused with the reason: no account is changed."""

from __future__ import annotations

from typing import Any

import pytest
from story import told
from world import Person, World

from app.commands import create_admin
from models import Account
from rules.passwords import AMONG_COMMON, KNOWN_WORD, ONE_RUN
from rules.refusals import InvalidInput

OLD = "水滴石穿-2026"
ANSWER = "{ __typename ... on InvalidInput { fields { path message } } }"
CHANGE = f"mutation ($input: ChangePasswordInput!) {{ changePassword(input: $input) {ANSWER} }}"
CREATE = f"mutation ($input: CreateMemberInput!) {{ createMember(input: $input) {ANSWER} }}"
UPDATE = f"mutation ($input: UpdateMemberInput!) {{ updateMember(input: $input) {ANSWER} }}"
WEAK = {"password1": AMONG_COMMON, "12345678": ONE_RUN, "li.qiang2026": KNOWN_WORD, "第一党支部-2026": KNOWN_WORD}


async def said(world: World, who: Person, query: str, **given: Any) -> list[str]:
    [answer] = (await world.ask(who, query, input=given)).values()
    assert answer["__typename"] == "InvalidInput", answer
    return [one["message"] for one in answer["fields"]]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_weak_password_is_refused_wherever_one_is_set(world: World) -> None:
    story = await told(world)
    first = world.id(story.company.first)
    li = await world.member("李强", at=story.company.first, login="li.qiang", password=OLD)
    kept = (await Account.get(id=li.account.id)).password_hash
    for weak, reason in WEAK.items():
        assert await said(world, li, CHANGE, oldPassword=OLD, newPassword=weak) == [reason]
        assert await said(world, story.secretary, UPDATE, memberId=world.id(li), password=weak) == [reason]
        given = {"name": "钱进", "login": "li.qiang.2", "password": weak}
        assert await said(world, story.secretary, CREATE, organizationId=first, **given) == [reason]
    assert (await Account.get(id=li.account.id)).password_hash == kept


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_the_old_password_is_no_new_one(world: World) -> None:
    story = await told(world)
    li = await world.member("李强", at=story.company.first, login="li", password=OLD)
    [reason] = await said(world, li, CHANGE, oldPassword=OLD, newPassword=OLD)
    assert "is the old one" in reason


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_the_operators_password_follows_the_rule(world: World, database: str) -> None:
    for weak in ("password1", "chief.admin1", "short"):
        with pytest.raises(InvalidInput):
            await create_admin.create_admin("chief.admin", weak)
    assert not await Account.exists(login="chief.admin")
    await create_admin.create_admin("chief.admin", OLD)
    with pytest.raises(InvalidInput, match="is the old one"):
        await create_admin.create_admin("chief.admin", OLD)
