"""Members come and change, and nobody takes over an account that may more."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tree import REFUSED, Story, told
from world import Person, World

import models
from models import Account, AuthToken, Member, Membership, Organization, phones
from rules.roles import Role

FIELDS = "member { id displayName name phone joinedOn active balance debt organization { name } }"
CREATE = f"""mutation ($input: CreateMemberInput!) {{
  createMember(input: $input) {{ {REFUSED} ... on CreateMemberSuccess {{ {FIELDS} }} }}
}}"""
UPDATE = f"""mutation ($input: UpdateMemberInput!) {{
  updateMember(input: $input) {{ {REFUSED} ... on UpdateMemberSuccess {{ {FIELDS} }} }}
}}"""
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }"
VIEWER = "{ viewer { member { id } } }"


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def create(world: World, by: Person | None, at: Organization, **given: Any) -> dict[str, Any]:
    wanted = {"organizationId": world.id(at), "name": "周涛"} | given
    return (await world.ask(by, CREATE, input=wanted))["createMember"]


async def update(world: World, by: Person | None, which: Person, **given: Any) -> dict[str, Any]:
    return (await world.ask(by, UPDATE, input={"memberId": world.id(which)} | given))["updateMember"]


async def signed_in(world: World, login: str, password: str) -> bool:
    answer = await world.ask(None, SIGN_IN, input={"login": login, "password": password})
    return answer["signIn"]["__typename"] == "SignInSuccess"


async def stays(of: Person) -> list[tuple[str, datetime, datetime | None]]:
    """(organization's code, from, to) in order."""
    codes = {one.id: one.code for one in await Organization.all()}
    found = await Membership.filter(member_id=of.id).order_by("from_at")
    return [(codes[one.organization_id], one.from_at, one.to_at) for one in found]


# ---------------------------------------------------------------- create


async def test_a_member_is_entered_once_with_everything(world: World, story: Story) -> None:
    answer = await create(
        world,
        story.branch,
        story.company.first,
        name=" 周  涛 ",
        alias="远航",
        phone="+86 138-0000 0000",
        joinedOn="2020-07-01",
        login=" ZhouTao ",
        password="correct horse",
    )

    assert answer["__typename"] == "CreateMemberSuccess"
    made = answer["member"]
    assert (made["displayName"], made["name"], made["phone"]) == ("远航", "周 涛", "+8613800000000")
    assert (made["joinedOn"], made["organization"]["name"]) == ("2020-07-01", "第一党支部")
    assert (made["balance"], made["debt"], made["active"]) == (0, 0, True)
    assert await signed_in(world, "ZHOUTAO", "correct horse")
    member = await Member.get(name="周 涛")
    assert await Membership.filter(member_id=member.id, organization_id=story.company.first.id, to_at=None).exists()


async def test_what_was_typed_in_full_width_is_read_as_it_is_meant(world: World, story: Story) -> None:
    given = {"phone": "＋８６　１３８－００００－００００", "login": "ＺｈｏｕＴａｏ", "password": "correct horse"}
    made = (await create(world, story.branch, story.company.first, **given))["member"]

    assert made["phone"] == "+8613800000000"
    assert await signed_in(world, "zhoutao", "correct horse")
    assert await signed_in(world, "\u202dＺｈｏｕ　Ｔａｏ", "correct horse")


async def test_a_login_of_an_older_release_still_signs_in(world: World, story: Story) -> None:
    await world.member("钱伟", at=story.company.first, login="ｑｉａｎ", password="correct horse")
    assert await signed_in(world, "ｑｉａｎ", "correct horse")


async def test_without_a_password_nobody_signs_in(world: World, story: Story) -> None:
    assert (await create(world, story.branch, story.company.first, login="zhoutao"))["__typename"] == (
        "CreateMemberSuccess"
    )
    assert not await signed_in(world, "zhoutao", "")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": "  "}, "name"),
        ({"name": "长" * 101}, "name"),
        ({"alias": "长" * 101}, "alias"),
        ({"phone": "none"}, "phone"),
        ({"phone": "1234"}, "phone"),
        ({"phone": "(0571) 8"}, "phone"),
        ({"alias": "\u3164"}, "alias"),
        ({"alias": "·"}, "alias"),
        ({"joinedOn": "2026-03-11"}, "joinedOn"),
        ({"login": " "}, "login"),
        ({"login": "zhou tao"}, "login"),
        ({"login": "LiQiang"}, "login"),
        ({"password": "correct horse"}, "login"),
        ({"login": "zhoutao", "password": "short"}, "password"),
    ],
)
async def test_what_is_wrong_with_a_new_member(world: World, story: Story, given: dict[str, str], path: str) -> None:
    answer = await create(world, story.branch, story.company.first, **given)

    assert answer["__typename"] == "InvalidInput"
    assert [one["path"] for one in answer["fields"]] == [[path]]
    assert await Member.all().count() == 5


async def test_today_began_at_midnight_there(world: World, story: Story) -> None:
    world.clock.now = datetime(2026, 3, 10, 16, 30, tzinfo=UTC)  # half past midnight of the 11th in Shanghai
    answer = await create(world, story.branch, story.company.first, joinedOn="2026-03-11")
    assert answer["__typename"] == "CreateMemberSuccess"


async def test_members_are_entered_where_one_manages(world: World, story: Story) -> None:
    company = story.company
    stranger = await world.member("孙丽", at=(await world.company("BS")).root, roles=[Role.ADMIN])

    assert (await create(world, story.branch, company.group))["__typename"] == "CreateMemberSuccess"
    assert (await create(world, story.branch, company.second))["__typename"] == "NotAllowed"
    assert (await create(world, story.li, company.first))["__typename"] == "NotAllowed"
    assert (await create(world, None, company.first))["__typename"] == "NotAllowed"
    assert (await create(world, stranger, company.first))["__typename"] == "NotFound"


async def test_families_share_a_phone_and_nobody_comes_twice(world: World, story: Story) -> None:
    async def come(place: Organization, name: str, phone: str) -> str:
        return (await create(world, story.admin, place, name=name, phone=phone))["__typename"]

    company = story.company
    assert await come(company.first, "周涛", "13911112222") == "CreateMemberSuccess"
    assert await come(company.first, "周远", "13911112222") == "CreateMemberSuccess"  # her daughter
    assert await come(company.second, "周涛", "+86 139-1111-2222") == "InvalidInput"
    assert await come(company.second, "周涛", "13911113333") == "CreateMemberSuccess"
    other = await Member.get(name="周涛", organization_id=company.second.id)
    again = await world.ask(story.admin, UPDATE, input={"memberId": world.id(other), "phone": "13911112222"})
    assert again["updateMember"]["__typename"] == "InvalidInput"
    assert (await Member.get(id=other.id)).phone == "13911113333"


async def test_of_two_at_once_one_comes(world: World, story: Story) -> None:
    both = [create(world, story.admin, story.company.first, name="周涛", phone="13911112222") for _ in range(4)]
    kinds = sorted(one["__typename"] for one in await asyncio.gather(*both))
    assert kinds == ["CreateMemberSuccess", "InvalidInput", "InvalidInput", "InvalidInput"]


async def test_without_a_key_numbers_are_refused_and_all_else_goes_on(world: World, story: Story) -> None:
    phones.use(None)
    refused = await create(world, story.branch, story.company.first, phone="13911112222")
    assert (refused["__typename"], "LEITAI_DATA_KEYS" in refused["message"]) == ("InvalidInput", True)
    assert (await create(world, story.branch, story.company.first))["__typename"] == "CreateMemberSuccess"
    assert (await update(world, story.secretary, story.zhao, name="赵 敏"))["__typename"] == "UpdateMemberSuccess"


# ---------------------------------------------------------------- update


async def test_a_member_changes_field_by_field(world: World, story: Story) -> None:
    first = await update(world, story.branch, story.li, phone="0571 8765-4321", joinedOn="2019-07-01")
    second = await update(world, story.branch, story.li, name="李 强", phone="")

    assert (first["member"]["name"], first["member"]["phone"]) == ("李强", "057187654321")
    assert (second["member"]["name"], second["member"]["phone"]) == ("李 强", None)
    assert second["member"]["joinedOn"] == "2019-07-01"
    assert (await update(world, story.branch, story.zhao, name="他"))["__typename"] == "NotAllowed"


async def test_a_new_password_ends_the_sessions_of_its_account_only(world: World, story: Story) -> None:
    answer = await update(world, story.branch, story.li, password="correct horse")

    assert answer["__typename"] == "UpdateMemberSuccess"
    assert (await world.ask(story.li, VIEWER))["viewer"] is None
    assert (await world.ask(story.branch, VIEWER))["viewer"]
    assert await signed_in(world, "liqiang", "correct horse")


async def test_a_login_is_one_persons(world: World, story: Story) -> None:
    taken = await update(world, story.secretary, story.zhao, login="LIQIANG")
    own = await update(world, story.secretary, story.li, login="LiQiang")
    other = await update(world, story.secretary, story.li, login="li.qiang")

    assert (taken["__typename"], taken["fields"][0]["path"]) == ("InvalidInput", ["login"])
    assert own["__typename"] == other["__typename"] == "UpdateMemberSuccess"
    assert (await Account.get(member_id=story.li.id)).login == "li.qiang"


async def test_a_first_login_may_come_later_and_a_password_needs_one(world: World, story: Story) -> None:
    await create(world, story.branch, story.company.first, name="周涛")
    made = await Member.get(name="周涛")
    wanted = {"memberId": world.id(made), "password": "correct horse"}

    alone = (await world.ask(story.branch, UPDATE, input=wanted))["updateMember"]
    assert (alone["__typename"], alone["fields"][0]["path"]) == ("InvalidInput", ["login"])
    both = (await world.ask(story.branch, UPDATE, input=wanted | {"login": "ZhouTao"}))["updateMember"]
    assert both["__typename"] == "UpdateMemberSuccess"
    assert await signed_in(world, "zhoutao", "correct horse")


@pytest.mark.parametrize("given", [{"password": "correct horse"}, {"login": "mine"}, {"active": False}])
async def test_nobody_takes_over_an_account_that_may_more(world: World, story: Story, given: dict[str, Any]) -> None:
    """An admin of the whole company is a member of the first branch, whose secretary manages its members."""
    company = story.company
    admin = await world.member("陈静", at=company.first, roles=[(Role.ADMIN, company.root)])
    later = await world.member("何伟", at=company.first)
    soon = world.clock.now + timedelta(days=10)
    await world.grant(later, Role.SECRETARY, at=company.first, starts_at=soon)
    operator = await world.member("黄磊", at=company.first)
    await models.RoleGrant.create(
        role=Role.ADMIN, account_id=operator.account.id, starts_at=world.clock.now, created_at=world.clock.now
    )
    reviewer = await world.member("马丽", at=company.first, roles=[Role.REVIEWER])

    assert (await update(world, story.branch, admin, **given))["__typename"] == "NotAllowed"
    assert (await update(world, story.branch, later, **given))["__typename"] == "NotAllowed"
    assert (await update(world, story.branch, operator, **given))["__typename"] == "NotAllowed"
    assert (await update(world, story.admin, operator, **given))["__typename"] == "NotAllowed"
    assert (await update(world, story.branch, story.branch, **given))["__typename"] == "NotAllowed"
    assert (await update(world, story.branch, reviewer, **given))["__typename"] == "UpdateMemberSuccess"
    assert (await update(world, story.branch, admin, phone="13800138000"))["__typename"] == "UpdateMemberSuccess"
    assert (await world.ask(admin, VIEWER))["viewer"]


async def test_who_leaves_is_signed_out_for_good_and_counts_no_more(world: World, story: Story) -> None:
    company = story.company
    before = world.clock.now
    left = world.clock.advance(days=1)
    answer = await update(world, story.branch, story.li, active=False)

    assert answer["member"]["active"] is False
    assert (await world.ask(story.li, VIEWER))["viewer"] is None
    counts = await models.organizations.member_counts([company.first.id], descendants=False)
    assert counts == {company.first.id: 1}
    back = world.clock.advance(days=1)
    await update(world, story.branch, story.li, active=True)
    assert (await world.ask(story.li, VIEWER))["viewer"] is None
    assert await AuthToken.filter(account_id=story.li.account.id, revoked_at=None).count() == 0
    assert await stays(story.li) == [("GS-1", before, left), ("GS-1", back, None)]
