"""The audit log as it is read: whose it is, page by page; what is kept of looks, and of passwords that were guessed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from acts import service
from screens import paired
from story import Story, told
from strangers import turned_away
from world import AnsweredWithErrors, Person, World

import models
from models import AuditAddress, AuditEntry, AuditOutcome, Organization, sql
from resolvers import audit
from resolvers.accounts import sign_in
from resolvers.accounts.sign_in import FREE_FAILURES
from resolvers.arena import tasks
from resolvers.audit_log import phone_reads
from resolvers.directory import members
from resolvers.points import ledger as points_ledger
from resolvers.systems import PERSONAL
from resolvers.verification import verify as verification_verify
from rules.refusals import InvalidInput, NotAllowed, NotSignedIn, TaskNotDraft, TooManyAttempts, WrongCredentials
from rules.roles import Role

LOG = """query ($at: ID, $first: Int, $after: String, $action: String, $member: ID, $since: DateTime) {
  auditLog(organizationId: $at, first: $first, after: $after, action: $action, memberId: $member, since: $since) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id sequence action outcome actor address summary subjectType subjectIds subjectCount
      actorMember { id name } members { id } organization { name } details { name value } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename ... on AuditEntry { action } } }"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    phone_reads.looks.clear()
    phone_reads.refusals.clear()


async def log(world: World, who: Person | None, at: Organization | None = None, **given: Any) -> list[dict[str, Any]]:
    read = await world.ask(who, LOG, at=world.id(at) if at else None, **given)
    return [one["node"] for one in read["auditLog"]["edges"]]


async def said(world: World, who: Person | None, at: Organization | None = None) -> type[BaseException | None]:
    """The refusal."""
    with pytest.raises(AnsweredWithErrors) as told_:
        await log(world, who, at)
    return type(told_.value.__cause__)


async def lived(world: World) -> Story:
    """Something in the first branch, in the second, and at the root."""
    story = await told(world)
    for who in (story.li, story.zhao):
        world.clock.advance(minutes=1)
        await world.award(story.secretary, who, 3)
    world.clock.advance(minutes=1)
    await world.task(story.secretary, at=story.company.root)
    return story


# ---------------------------------------------------------------- whose it is


async def test_each_reads_what_happened_at_its_organization_and_below(world: World) -> None:
    story = await lived(world)
    company = story.company
    branch_secretary = await world.member("刘洋", at=company.first, roles=[Role.SECRETARY])

    assert [one["subjectType"] for one in await log(world, story.secretary, company.root)] == [
        *("Task", "Task"),
        *("PointsEntry", "PointsEntry"),
    ]
    [entry] = await log(world, branch_secretary, company.first)
    assert (entry["actor"], entry["actorMember"]["id"]) == ("MEMBER", world.id(story.secretary))
    assert [one["id"] for one in entry["members"]] == [world.id(story.li)]
    assert entry["organization"]["name"] == company.first.name
    assert entry["summary"] == "王芳 did direct at 第一党支部."
    assert entry["actorMember"]["name"] is None, "a name is no more readable here than elsewhere"
    assert await log(world, branch_secretary, company.group) == []

    assert await said(world, branch_secretary, company.root) is NotAllowed
    assert await said(world, branch_secretary, company.second) is NotAllowed
    assert await said(world, branch_secretary, None) is NotAllowed
    [of_root] = await log(world, story.secretary, company.root, first=1)
    assert (await world.ask(branch_secretary, NODE, id=of_root["id"]))["node"] is None
    assert (await world.ask(branch_secretary, NODE, id=entry["id"]))["node"]["__typename"] == "AuditEntry"


async def test_others_read_none_of_it(world: World) -> None:
    story = await lived(world)
    root = story.company.root
    stranger = await world.member("郑爽", at=await world.organization("别处", "BC"), roles=[Role.SECRETARY])
    screen = await paired(world, story.secretary, root)
    for who, refusal in (
        (story.li, NotAllowed),
        (story.reviewer, NotAllowed),
        (screen, NotAllowed),
        (await service(world, root), NotAllowed),
        (None, NotSignedIn),
    ):
        assert await said(world, who, root) is refusal
    assert await world.ask(stranger, LOG, at=world.id(root)) == {"auditLog": None}
    [newest] = await log(world, story.secretary, root, first=1)
    for who in (story.li, story.reviewer, stranger, screen):
        assert (await world.ask(who, NODE, id=newest["id"]))["node"] is None
    await turned_away(world, NODE, id=newest["id"])


async def test_a_log_goes_with_its_organization_and_who_moves_is_in_both(world: World) -> None:
    story = await lived(world)
    company, operator = story.company, await world.operator()
    over_general = await world.member("刘洋", at=company.general, roles=[Role.SECRETARY])
    of_second = await world.member("周涛", at=company.second, roles=[Role.SECRETARY])
    assert await log(world, over_general, company.general) == []
    world.clock.advance(minutes=1)
    await members.move(await world.session(story.secretary), story.li.id, company.second.id)
    await world.ask(
        operator,
        "mutation ($o: ID!, $p: ID!) { moveOrganization(input: {organizationId: $o, parentId: $p}) { __typename } }",
        o=world.id(company.second),
        p=world.id(company.general),
    )
    assert [one["action"] for one in await log(world, over_general, company.general)] == [
        *("moveOrganization", "direct"),
        "direct",  # what was done in the second branch before
    ]
    assert [one["members"] for one in await log(world, of_second, company.second)] == [
        [],
        [{"id": world.id(story.li)}],
        [{"id": world.id(story.zhao)}],
    ]


async def test_pages_and_filters(world: World) -> None:
    story = await lived(world)
    root, secretary = story.company.root, story.secretary
    everything = await log(world, secretary, root)
    assert [one["sequence"] for one in everything] == [4, 3, 2, 1]
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await world.ask(secretary, LOG, at=world.id(root), first=3, after=after))["auditLog"]
        found += [one["node"] for one in page["edges"]]
        assert page["totalCount"] == 4
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == everything
    assert [one["sequence"] for one in await log(world, secretary, root, member=world.id(story.zhao))] == [2]
    assert len(await log(world, secretary, root, member=world.id(secretary))) == 4, "what somebody did, too"
    assert await log(world, secretary, root, action="signIn") == []
    since = world.clock.now.isoformat()
    assert [one["sequence"] for one in await log(world, secretary, root, since=since)] == [4, 3]
    for wrong in ("?", "W10", "WyJhIl0", "WzBd"):
        with pytest.raises(AnsweredWithErrors, match="cursor"):
            await log(world, secretary, root, after=wrong)
    for wrong in ("\ud800", "a\0b", "a" * 100):
        with pytest.raises(AnsweredWithErrors, match="action") as refused:
            await log(world, secretary, root, action=wrong)
        assert isinstance(refused.value.__cause__, InvalidInput)


# ---------------------------------------------------------------- as acts go


async def test_what_was_refused_leaves_nothing(world: World) -> None:
    story = await lived(world)
    task = await models.Task.all().first()
    assert task
    before = await AuditEntry.all().count()
    with pytest.raises(TaskNotDraft):
        await tasks.publish(await world.session(story.secretary), task.id)
    with pytest.raises(NotAllowed):
        await tasks.close(await world.session(story.li), task.id)
    assert await AuditEntry.all().count() == before
    head = await models.AuditHead.get(root_id=story.company.root.id)
    assert head.sequence == before


async def test_acts_at_the_same_time_stand_one_after_the_other(world: World) -> None:
    story = await told(world)
    await asyncio.gather(*(world.award(story.secretary, story.li, 1 + n) for n in range(12)))
    found = await AuditEntry.filter(root_id=story.company.root.id).order_by("sequence")
    assert [one.sequence for one in found] == [*range(1, 13)]
    positions = [one.position for one in found]
    assert positions == sorted(positions, key=lambda one: one or 0)
    assert (await verification_verify.verify(world.clock.now)).differences == []


# ---------------------------------------------------------------- where it came from


async def award_from(world: World, story: Story, address: str) -> None:
    session = await world.session(story.secretary)
    session.address = address
    given = {"organization_id": None, "amount": 2, "reason": "志愿服务", "occurred_at": None, "key": address}
    await points_ledger.award(session, member_id=story.li.id, **given)


async def test_addresses_are_read_until_they_are_erased_and_the_chain_holds(world: World) -> None:
    story = await told(world)
    await award_from(world, story, "192.0.2.7")
    world.clock.advance(days=10)
    await award_from(world, story, "2001:db8::7")
    assert [one["address"] for one in await log(world, story.secretary, story.company.root)] == [
        *("2001:db8::7", "192.0.2.7"),
    ]
    assert await audit.erase_old_addresses(world.clock.now, days=11) == 0
    assert await audit.erase_old_addresses(world.clock.now, days=9) == 1
    assert [one["address"] for one in await log(world, story.secretary, story.company.root)] == ["2001:db8::7", None]
    async with models.database.transaction():
        [erase] = [statement for one in PERSONAL for statement in one.erase if one.table == "audit_addresses"]
        assert await sql.execute(erase, member=story.li.id) == 0
        assert await sql.execute(erase, member=story.secretary.id) == 1
    assert await AuditAddress.all().count() == 0
    assert all(one.address_commitment for one in await AuditEntry.all())
    assert (await verification_verify.verify(world.clock.now)).differences == []


# ---------------------------------------------------------------- looks, and guesses


async def look(world: World, who: Person, *at: Person) -> None:
    session = await world.session(who)
    for one in at:
        session.looks_at_phone(one.id)
    await phone_reads.keep(session)


async def test_a_look_at_phones_is_kept_once_in_a_while(world: World) -> None:
    story = await told(world)
    await look(world, story.secretary, story.li, story.sun, story.secretary)
    [entry] = await log(world, story.secretary, story.company.root)
    assert (entry["action"], entry["subjectCount"]) == ("Member.phone", 2)
    assert {one["id"] for one in entry["members"]} == {world.id(story.li), world.id(story.sun)}
    assert entry["organization"]["name"] == story.company.first.name

    world.clock.advance(minutes=9)
    await look(world, story.secretary, story.li, story.zhao)  # of whom one is new
    [entry, _] = await log(world, story.secretary, story.company.root)
    assert [one["id"] for one in entry["members"]] == [world.id(story.zhao)]
    world.clock.advance(minutes=2)
    await look(world, story.secretary, story.li)
    assert len(await log(world, story.secretary, story.company.root)) == 3
    await look(world, story.secretary, story.secretary)
    assert len(await log(world, story.secretary, story.company.root)) == 3, "one's own is no look"


async def guess(world: World, login: str) -> type[Exception]:
    session = await world.session(None)
    session.operation = "signIn"
    try:
        await sign_in.sign_in(session, login, "wrong password")
    except (WrongCredentials, TooManyAttempts) as refusal:
        return type(refusal)
    raise AssertionError("that was right")


async def test_a_flood_of_wrong_passwords_leaves_a_few_entries(world: World) -> None:
    story = await told(world)
    await world.member("钱进", at=story.company.first, login="qian", password="correct horse battery")
    answers = [await guess(world, "qian") for _ in range(FREE_FAILURES + 10)]
    assert answers.count(TooManyAttempts) >= 9
    [entry] = await AuditEntry.all()
    assert (entry.action, entry.outcome, entry.actor) == ("signIn", AuditOutcome.REFUSED, "NOBODY")
    assert (entry.root_id, entry.organization_id) == (story.company.root.id, story.company.first.id)
    for n in range(phone_reads.MOST_REFUSALS + 5):
        await phone_reads.refused(await world.session(None), f"nobody-{n}")
    kept = await AuditEntry.all()
    assert len(kept) == phone_reads.MOST_REFUSALS
    assert {one.subject_type for one in kept if one.id != entry.id} == {None}, "what was typed may be a password"
    assert await log(world, await world.operator()) != []
