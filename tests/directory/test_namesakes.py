"""One person is one row however the name is written; and no alias passes for a colleague's name."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

import pytest
from tree import REFUSED, Story, told
from world import BEGINNING, Person, World

import models
from models import Member, Organization, phones
from resolvers.directory import namesakes

CREATE = f"""mutation ($input: CreateMemberInput!) {{
  createMember(input: $input) {{ {REFUSED} ... on InvalidInput {{ fields {{ path }} }}
    ... on CreateMemberSuccess {{ member {{ id displayName }} }} }} }}"""
UPDATE = f"""mutation ($input: UpdateMemberInput!) {{
  updateMember(input: $input) {{ {REFUSED} ... on UpdateMemberSuccess {{ member {{ id displayName }} }} }} }}"""
PRIVACY = f"""mutation ($input: UpdateMyPrivacyInput!) {{
  updateMyPrivacy(input: $input) {{ {REFUSED}
    ... on UpdateMyPrivacySuccess {{ member {{ displayName aliasSetAside }} }} }} }}"""
OWN = "{ viewer { member { displayName name aliasSetAside } } }"
PHONE = "13911112222"


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def come(world: World, by: Person, at: Organization, **given: Any) -> str:
    answer = (await world.ask(by, CREATE, input={"organizationId": world.id(at)} | given))["createMember"]
    return ",".join(one["path"][0] for one in answer.get("fields", ())) or answer["__typename"]


async def choose(world: World, who: Person, alias: str) -> dict[str, Any]:
    return (await world.ask(who, PRIVACY, input={"alias": alias}))["updateMyPrivacy"]


async def enter(name: str, at: Organization, phone: str | None = None, *, active: bool = True) -> UUID:
    """As an older release or an import may have left somebody."""
    made = Member(id=uuid4(), root_id=at.root_id, organization_id=at.id, name=name, active=active, created_at=BEGINNING)
    made.update_from_dict(asdict(phones.seal(made.id, phone)))
    await models.members.insert(made, BEGINNING)
    return made.id


# ---------------------------------------------------------------- one person


async def test_each_spelling_of_a_name_with_its_phone_is_one_person(world: World, story: Story) -> None:
    first, second = story.company.first, story.company.second
    assert await come(world, story.admin, first, name="阿依古丽·买买提", phone=PHONE) == "CreateMemberSuccess"
    for dot in "•・‧．∙⋅":
        assert await come(world, story.admin, second, name=f"阿依古丽{dot}买买提", phone=f"+86 {PHONE}") == "phone"
    assert await come(world, story.admin, first, name="Amélie", phone=PHONE) == "CreateMemberSuccess"
    assert await come(world, story.admin, first, name="Ａｍe\u0301lie", phone="１３９１１１１２２２２") == "phone"
    assert await come(world, story.admin, second, name="张三", phone=PHONE) == "CreateMemberSuccess"
    assert await come(world, story.admin, first, name="张　三", phone=PHONE) == "phone"
    assert await come(world, story.admin, first, name="张三", phone="13911113333") == "CreateMemberSuccess"


async def test_a_namesake_in_one_organization_is_asked_about(world: World, story: Story) -> None:
    first, second = story.company.first, story.company.second
    assert await come(world, story.admin, first, name="张三") == "CreateMemberSuccess"
    assert await come(world, story.admin, first, name="张 三") == "name"
    assert await come(world, story.admin, first, name="张三", phone=PHONE) == "name"
    assert await come(world, story.admin, second, name="张三") == "CreateMemberSuccess"
    assert await come(world, story.admin, first, name="张三", anotherPerson=True) == "CreateMemberSuccess"
    assert await come(world, story.admin, second, name="李四", phone=PHONE) == "CreateMemberSuccess"
    assert await come(world, story.admin, second, name="李四", phone="13911113333") == "CreateMemberSuccess"
    assert await come(world, story.admin, second, name="王五", login="wang5") == "CreateMemberSuccess"
    assert await come(world, story.admin, second, name="王五", login="wang55") == "CreateMemberSuccess"


async def test_of_two_spellings_at_once_one_comes(world: World, story: Story) -> None:
    names = ["周涛", "周　涛", "周 涛", "⽂涛"]  # the last with a radical of the letter 文
    both = [come(world, story.admin, story.company.first, name=name) for name in names]
    assert sorted(await asyncio.gather(*both)) == ["CreateMemberSuccess", "CreateMemberSuccess", "name", "name"]


async def test_likely_twins_of_a_root_are_listed(world: World, story: Story) -> None:
    company = story.company
    ids = [
        await enter("张三", company.first, PHONE),
        await enter("张 三", company.second, f"+86{PHONE}"),
        await enter("李·四", company.first),
        await enter("李•四", company.first),
        await enter("李四", company.second),
        await enter("王五", company.first, PHONE),
        await enter("王五", company.first, "13911113333"),
        await enter("赵六", company.first, active=False),
        await enter("赵六", company.first),
    ]

    found = {(frozenset(one.members), one.certain) for one in await namesakes.likely(company.root.id)}

    assert found == {(frozenset(ids[:2]), True), (frozenset(ids[2:4]), False)}
    other = await world.company("BS")
    assert await namesakes.likely(other.root.id) == []


# ---------------------------------------------------------------- aliases


async def test_a_colleagues_shown_name_is_no_alias(world: World, story: Story) -> None:
    spellings = ["赵敏", "赵 敏", "赵·敏", "赵　敏"]
    for alias in spellings:
        refused = await choose(world, story.li, alias)
        assert (refused["__typename"], refused["message"]) == ("InvalidInput", namesakes.SHOWN)
        assert await come(world, story.admin, story.company.first, name="新人", alias=alias) == "alias"
    assert (await Member.get(id=story.li.id)).display_name == "李强"
    await Member.filter(id=story.zhao.id).update(active=False)
    for alias in spellings:
        assert (await choose(world, story.li, alias))["__typename"] == "UpdateMyPrivacySuccess"


async def test_a_look_alike_of_another_alphabet_is_no_alias(world: World, story: Story) -> None:
    await world.member("Petra Kox", at=story.company.second)
    for alias in ("Реtrа Кох", "PetraKox", "ｐｅｔｒａ ｋｏｘ", "Petra-Kox"):
        assert (await choose(world, story.li, alias))["__typename"] == "InvalidInput"
    assert (await choose(world, story.li, "Petra Koх Ⅱ"))["__typename"] == "UpdateMyPrivacySuccess"


async def test_ones_own_name_and_other_roots_names_are_free(world: World, story: Story) -> None:
    await world.member("李强", at=story.company.second)
    await world.member("孙丽", at=(await world.company("BS")).root)
    assert (await choose(world, story.li, "李 强"))["__typename"] == "UpdateMyPrivacySuccess"
    assert (await choose(world, story.li, "孙丽"))["__typename"] == "UpdateMyPrivacySuccess"


async def test_refusing_an_alias_tells_nothing_of_names_behind_aliases(world: World, story: Story) -> None:
    """A name that an alias hides is answered as one that nobody has: the same words, in as many statements."""
    await world.member("吴静", at=story.company.first, alias="远航")
    said: list[tuple[dict[str, Any], int]] = []
    for name in ("吴静", "何静"):
        with world.count_queries() as heard:
            answer = await choose(world, story.li, name)
        answer["member"].pop("displayName")
        said.append((answer, len(heard)))
        await choose(world, story.li, "")
    assert said[0] == said[1]
    assert (await choose(world, story.li, "远航"))["__typename"] == "InvalidInput"


async def test_a_new_members_name_wins_over_an_older_alias_and_its_owner_is_told(world: World, story: Story) -> None:
    await choose(world, story.li, "周涛")

    assert await come(world, story.admin, story.company.second, name="周 涛") == "CreateMemberSuccess"

    own = (await world.ask(story.li, OWN))["viewer"]["member"]
    assert own["displayName"].startswith("别名待定 ")  # and not the name that the alias hid
    assert (own["name"], own["aliasSetAside"]) == ("李强", "周涛")
    log = "query ($at: ID!) { auditLog(organizationId: $at, first: 5) { edges { node { action members { id } } } } }"
    told_of = (await world.ask(story.admin, log, at=world.id(story.company.root)))["auditLog"]["edges"]
    assert {"action": "createMember", "members": [{"id": world.id(story.li)}]} in [one["node"] for one in told_of]
    assert (await choose(world, story.li, "周涛"))["__typename"] == "InvalidInput"
    chosen = await choose(world, story.li, "远航")
    assert chosen["member"] == {"displayName": "远航", "aliasSetAside": None}


async def test_a_name_that_its_own_alias_hides_takes_no_alias_away(world: World, story: Story) -> None:
    await choose(world, story.li, "周涛")
    zhou = await world.member("周涛", at=story.company.second, alias="启明")
    assert (await world.ask(story.li, OWN))["viewer"]["member"]["displayName"] == "周涛"

    await choose(world, zhou, "")  # now the name is shown

    assert (await world.ask(story.li, OWN))["viewer"]["member"]["aliasSetAside"] == "周涛"


async def test_a_new_name_and_a_return_take_the_alias_too(world: World, story: Story) -> None:
    zhou = await world.member("钱伟", at=story.company.second)
    await choose(world, story.li, "周涛")
    await world.ask(story.admin, UPDATE, input={"memberId": world.id(zhou), "name": "周涛"})
    assert (await Member.get(id=story.li.id)).alias_set_aside == "周涛"
    await world.ask(story.admin, UPDATE, input={"memberId": world.id(zhou), "active": False})
    assert (await choose(world, story.li, "周涛"))["__typename"] == "UpdateMyPrivacySuccess"
    await world.ask(story.admin, UPDATE, input={"memberId": world.id(zhou), "active": True})
    assert (await Member.get(id=story.li.id)).alias_set_aside == "周涛"
