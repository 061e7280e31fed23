"""Erasing somebody: names, texts and addresses go, from tables and files; sums, ranks and chains stay."""

from __future__ import annotations

import block
import busy
import pytest
from canaries import SIGN, in_files, in_tables, live, row, somebody
from hall import opened
from services import Postgres
from sqlite_files import Sqlite
from story import Story, told
from world import Person, World

import models
from models import Claim, PointsEntry
from resolvers.directory import members
from resolvers.privacy import erasure
from resolvers.systems import ports
from resolvers.verification import verify as verification_verify
from rules.roles import Role

PHONE = "13712345678"
LOGIN = "canary-a"
ADDRESSES = {"A": "203.0.113.7", "B": "203.0.113.8"}
MEMBER = """query ($id: ID!) { member(id: $id) { displayName name phone joinedOn active balance } }"""
BOARD = """query ($at: ID!) { leaderboard(input: { organizationId: $at }) { rows(first: 50) {
  rank score points subject { ... on Member { id displayName } } } } }"""


@pytest.fixture
async def full(world: World) -> busy.Busy:
    return await busy.made(world)


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def erase(world: World, person: Person) -> erasure.Erased:
    return await erasure.erase(person.id, now=world.clock, ports=world.ports)


async def test_who_is_erased_is_found_nowhere_and_everything_still_agrees(
    world: World, full: busy.Busy, engine: Sqlite | Postgres, database: str
) -> None:
    secretary, beside = full.viewers["secretary"], full.viewers["in the second branch"]
    gone = await somebody(world, "A", at=full.company.first, phone=PHONE)
    await world.grant(gone, Role.REVIEWER, at=full.company.first)
    other = await somebody(world, "B", at=full.company.first, phone="13787654321")
    for person, mark in ((gone, "A"), (other, "B")):
        await live(world, person, mark, by=secretary, beside=beside, at=full.company.first)
        session = await world.session(person)
        session.address = ADDRESSES[mark]
        await members.update_my_privacy(session, alias=f"{SIGN}{mark}新名", hidden_on_boards=None)
        await models.sql.execute(
            "INSERT INTO openid_identities (key, issuer_key, account_id, created_at) VALUES (:key, 'x', :who, :now)",
            key=f"{SIGN}{mark}",
            who=person.account.id,
            now=world.clock.now,
        )
    words = (f"{SIGN}A", LOGIN, ADDRESSES["A"])
    planted = await in_tables(*words)
    assert {"members", "accounts", "claims", "points_reasons", "idempotency_keys"} <= planted.keys()
    assert {"block_openings", "block_inspections", "audit_addresses", "openid_identities"} <= planted.keys()
    before = await world.ask(secretary, BOARD, at=world.id(full.company.root))
    entries = await PointsEntry.filter(member_id=gone.id).count()

    done = await erase(world, gone)

    assert done.freed
    assert await in_tables(*words, PHONE) == {}
    if isinstance(engine, Postgres):  # dead rows leave their bytes in a table's file until it is written anew
        await models.database.connection().execute_script("VACUUM FULL")
        await models.database.connection().execute_script("CHECKPOINT")
    folder = engine.files_of(database)
    assert in_files(folder, f"{SIGN}B")
    assert in_files(folder, *words, PHONE) == []

    assert (await verification_verify.verify(world.clock.now)).differences == []
    assert await PointsEntry.filter(member_id=gone.id).count() == entries
    after = await world.ask(secretary, BOARD, at=world.id(full.company.root))
    rows = before["leaderboard"]["rows"]
    for one in rows:
        if one["subject"] and one["subject"]["id"] == world.id(gone):
            one["subject"]["displayName"] = ""
    assert after["leaderboard"]["rows"] == rows
    assert (await in_tables(f"{SIGN}B", "canary-b", ADDRESSES["B"])).keys() == planted.keys()
    assert await Claim.filter(member_id=gone.id, status="RETURNED").count() == 0


async def test_nothing_can_be_known_of_who_was_erased_and_nobody_can_sign_in_as_them(
    world: World, story: Story
) -> None:
    gone = await somebody(world, "A", at=story.company.first, phone=PHONE)
    await world.award(story.secretary, gone, 5)
    assert (await world.ask(gone, "{ viewer { member { id } } }"))["viewer"]
    await erase(world, gone)
    assert (await world.ask(gone, "{ viewer { member { id } } }"))["viewer"] is None
    found = (await world.ask(story.secretary, MEMBER, id=world.id(gone)))["member"]
    assert found == {
        "displayName": "",
        "name": "",
        "phone": None,
        "joinedOn": None,
        "active": False,
        "balance": 5,
    }


async def test_blocks_whose_words_are_gone_keep_their_chains_and_can_be_given_new_ones(
    world: World, story: Story
) -> None:
    secretary, li = story.secretary, story.li
    gone = await somebody(world, "A", at=story.company.first, phone=PHONE)
    made = await block.block(world, secretary, story.company.first, gone)
    beside = await block.block(
        world, secretary, story.company.first, li, name="旁边", pairedWith=block.named(gone, "何静", "马超")
    )
    await erase(world, gone)
    seen = await block.asked(world, secretary, made["id"])
    assert seen["chain"]["intact"]
    assert (seen["current"]["name"], seen["current"]["extent"], seen["current"]["openings"]) == ("", "", [])
    assert (await block.asked(world, secretary, beside["id"]))["current"]["name"] == "旁边"

    next_one = {
        "name": "三楼",
        "extent": "门口",
        "responsibleId": world.id(li),
        "pairedWith": block.named(*block.NAMES),
    }
    again = await block.revise(world, secretary, seen, **next_one)
    assert (again["chain"]["intact"], again["current"]["name"]) == (True, "三楼")


async def test_a_board_that_was_looked_at_before_shows_nothing_of_who_was_erased(world: World, story: Story) -> None:
    """Nor does a screen that hangs there: as docs/privacy.md says, within 2 s."""
    gone = await somebody(world, "A", at=story.company.first, phone=PHONE)
    pairs = block.named(gone, "何静", "马超")
    await block.block(world, story.secretary, story.company.first, gone, name=f"{SIGN}A区块")
    world.clock.advance(minutes=1)  # so that it comes first
    await block.block(world, story.secretary, story.company.first, story.li, name="旁边", pairedWith=pairs)
    async with opened(world) as hall:
        screen = await hall.screen(story.zhao, block.LIVE, id=world.id(story.company.root))
        await screen.shows(lambda frame: SIGN in str(frame))
        before = await block.board(world, story.zhao, story.company.root)

        await erasure.erase(gone.id, now=world.clock, ports=ports())  # in another process

        after = await block.board(world, story.zhao, story.company.root)
        assert SIGN not in str(after)
        frame = await screen.shows(lambda frame: int(frame["version"]) > int(before["version"]))
        assert frame == after
    [own, beside] = [one["current"] for one in block.blocks_on(after)]
    assert (own["name"], own["extent"], own["reason"], own["openings"]) == ("", "", "", [])
    assert [one["path"] for one in beside["openings"]] == ["name", "extent", "reason"]
    assert all(one["chain"]["intact"] for one in block.blocks_on(after))


async def test_who_was_erased_cannot_be_given_data_again(world: World, story: Story) -> None:
    gone = await somebody(world, "A", at=story.company.first, phone=PHONE)
    await erase(world, gone)
    change = """mutation ($input: UpdateMemberInput!) { updateMember(input: $input) {
      __typename ... on UserError { message } } }"""
    for given in ({"name": "新名"}, {"active": True}, {"login": "new"}, {"phone": PHONE}):
        answer = await world.ask(story.secretary, change, input={"memberId": world.id(gone), **given})
        assert answer["updateMember"]["__typename"] == "NotAllowed", given
    assert (await row(gone)).name == ""
    assert (await erase(world, gone)).freed


async def test_erasing_is_seen_on_boards_at_once(world: World, story: Story) -> None:
    gone = await somebody(world, "A", at=story.company.first, phone=PHONE)
    await live(
        world,
        gone,
        "A",
        by=story.secretary,
        beside=story.zhao,
        at=story.company.first,
    )
    versions = {one.organization_id: one.public_changed for one in await models.BoardVersion.all()}
    world.announcements.clear()
    await erase(world, gone)
    for place in (story.company.root, story.company.first):
        assert (await models.BoardVersion.get(organization_id=place.id)).public_changed > versions[place.id]
    assert {one.in_public for one in world.announcements} == {True, False}


async def test_the_person_meant_is_found_by_id_or_login(world: World, story: Story) -> None:
    gone = await somebody(world, "A", at=story.company.first, phone=PHONE)
    for who in (world.id(gone), str(gone.id), LOGIN, f" {LOGIN.upper()} "):
        assert (await erasure.find(who)).id == gone.id
    for nobody in ("nobody", world.id(story.company.first), ""):
        with pytest.raises(erasure.NoSuchMember):
            await erasure.find(nobody)
