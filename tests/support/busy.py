"""A busy company: whatever a board, an arena or a log can show is there, and everybody who may look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import block
from acts import record
from arena import done
from course import hear, heard, offered, published
from ledger import reverse
from screens import paired
from world import Company, Person, World

from models import Course
from resolvers.directory import members
from rules.roles import Role

STRANGER = "of another root"
JOINED = date(2011, 7, 1)
PLACES = """query ($organization: ID!) {
  pointsLog(organizationId: $organization, first: 4) { cursor }
  courseBoard(organizationId: $organization) { courses(first: 2) { pageInfo { endCursor } } }
  taskArena(organizationId: $organization) { tasks(first: 2) { pageInfo { endCursor } } }
  blockBoard(organizationId: $organization) { blocks(first: 1) { pageInfo { endCursor } } }
  organization(id: $organization) { members(first: 2, includeDescendants: true) { pageInfo { endCursor } } } }"""

SCENES = [{"kind": "ORGANIZATION_LEADERBOARD", "scoring": "TOTAL"}, {"kind": "BLOCK_BOARD", "seconds": 30}]
FREEZE = """mutation ($organization: ID!) {
  freezeLeaderboards(input: { organizationId: $organization }) { __typename } }"""


@dataclass(frozen=True)
class Busy:
    """viewers: by what they are. values: what arguments may be, by the argument's name or its type's."""

    company: Company
    viewers: Mapping[str, Person]
    values: Mapping[str, Sequence[Any]]


async def made(world: World, *, frozen: bool = False) -> Busy:
    """frozen: the first branch is, and life in it has gone on."""
    company = await world.company()
    elsewhere = await world.organization("别处党支部", "BC")
    viewers = {
        "operator": await world.operator(),
        "secretary": await world.member("王芳", at=company.root, roles=[Role.SECRETARY], phone="13800138000"),
        "reviewer of a branch": await world.member("周杰", at=company.first, roles=[Role.REVIEWER]),
        "secretary of the general branch": await world.member("刘洋", at=company.general, roles=[Role.SECRETARY]),
        "in the first branch": await world.member(
            "李强", at=company.first, phone="13900139000", joined_on=JOINED, alias="强哥"
        ),
        "in the second branch": await world.member("赵敏", at=company.second, joined_on=JOINED),
        "hidden": await world.member("胡静", at=company.first),
        "in a group": await world.member("吴刚", at=company.group, roles=[(Role.MEMBER, company.general)]),
        STRANGER: await world.member("郑爽", at=elsewhere),
    }
    viewers["screen in the hall"] = await paired(world, viewers["secretary"], company.root)
    viewers["screen of a branch"] = await paired(world, viewers["secretary"], company.first, scenes=SCENES)
    await _living(world, company, viewers)
    if frozen:
        await _frozen(world, company, viewers)
    return Busy(company, viewers, await _values(world, company, viewers))


async def _living(world: World, company: Company, viewers: Mapping[str, Person]) -> None:
    secretary, reviewer = viewers["secretary"], viewers["reviewer of a branch"]
    first, second, hidden, grouped = (
        viewers[one] for one in ("in the first branch", "in the second branch", "hidden", "in a group")
    )
    await members.update_my_privacy(await world.session(hidden), alias=None, hidden_on_boards=True)
    leaving = await world.member("冯远", at=company.third)
    for amount, person in enumerate((first, second, hidden, grouped, leaving, reviewer, secretary, first), start=3):
        await world.award(secretary, person, amount)
    await world.award(secretary, company.first, 9)
    for one in (first, second, hidden, grouped, first):
        await record(world, secretary, one, "course.lectured", quantity=15)
    wrong = await world.award(secretary, second, 30)

    places = (company.root, company.root, company.first, company.group, company.general)
    tasks = [
        world.id(await world.task(secretary, at=place, title=f"任务{n}", capacity=9)) for n, place in enumerate(places)
    ]
    later = world.clock.now + timedelta(days=30)
    await world.task(secretary, at=company.root, title="以后", opens_at=later, due_at=later + timedelta(days=1))
    for place in (company.root, company.first, company.group):
        await done(world, secretary, "createTask", organizationId=world.id(place), title="草稿", points=5)

    for_all = [await _submitted(world, one, tasks[0]) for one in (first, second, hidden, grouped)]
    decided = [await _submitted(world, one, tasks[1]) for one in (first, second, hidden)]
    await done(world, reviewer, "approveClaim", claimId=await _submitted(world, hidden, tasks[2]), note="很好")
    await done(world, secretary, "approveClaim", claimId=await _submitted(world, grouped, tasks[3]))
    await _submitted(world, grouped, tasks[4])
    for number, claim in enumerate(for_all[:3]):
        world.clock.advance(minutes=1)
        await done(world, secretary, "approveClaim", claimId=claim, note=f"通过{number}")
    await done(world, secretary, "returnClaim", claimId=decided[0], note="请补充照片")
    await done(world, secretary, "rejectClaim", claimId=decided[1], note="不是这一次")
    await done(world, secretary, "closeTask", taskId=tasks[1])

    for n, place in enumerate((company.root, company.first, company.group, company.general)):
        course = await published(
            world, secretary, at=place, lecturer=(second, hidden, grouped, leaving)[n], title=f"课{n}"
        )
        for person, seconds in ((first, 600), (second, 300), (grouped, 600), (reviewer, 600))[: 4 if n == 0 else 1]:
            await hear(world, person, course, seconds)
    await offered(world, second, at=company.root)

    world.clock.advance(days=1)
    await world.let_time_write()
    await reverse(world, secretary, world.id(wrong))
    await members.move(await world.session(secretary), leaving.id, company.second.id)
    await _with_blocks(world, company, viewers)
    for amount, person in enumerate((first, hidden, grouped), start=2):
        await world.award(secretary, person, amount, reason=f"第二天{amount}")
    await world.award(secretary, second, -2)


async def _with_blocks(world: World, company: Company, viewers: Mapping[str, Person]) -> None:
    """Of a branch, of a group, of everybody; changed, inspected, retired; somebody took an alias since."""
    secretary, first, second, grouped, hidden = (
        viewers[one] for one in ("secretary", "in the first branch", "in the second branch", "in a group", "hidden")
    )
    paired = block.named(second, grouped, hidden, "何静")
    for number, place in enumerate((company.root, company.first, company.group, company.second)):
        made = await block.block(world, secretary, place, first, name=f"区块{number}", pairedWith=paired)
        world.clock.advance(minutes=1)
        made = await block.revise(world, viewers["operator"], made, extent=f"到{number}号门")
        await block.done(world, secretary, "inspectBlock", blockId=made["id"], note=f"查{number}", **block.MARKS)
        if place is company.second:
            await block.done(world, secretary, "retireBlock", blockId=made["id"], expectedSequence=2, reason="合并")
    await members.update_my_privacy(await world.session(grouped), alias="小吴", hidden_on_boards=None)


async def _frozen(world: World, company: Company, viewers: Mapping[str, Person]) -> None:
    """One claim was there before and is approved after; another comes and is approved, a third only comes."""
    secretary, first, grouped = (viewers[one] for one in ("secretary", "in the first branch", "in a group"))
    task = world.id(await world.task(secretary, at=company.first, title="冻结前后", capacity=5))
    before = await _submitted(world, first, task)
    answer = await world.ask(secretary, FREEZE, organization=world.id(company.first))
    assert answer["freezeLeaderboards"]["__typename"] == "FreezeLeaderboardsSuccess"
    world.clock.advance(minutes=1)
    for claim in (before, await _submitted(world, viewers["hidden"], task)):
        await done(world, secretary, "approveClaim", claimId=claim, note="冻结后")
    await _submitted(world, grouped, task)
    for course in await Course.filter(status="PUBLISHED", organization_id__in=[company.root.id, company.first.id]):
        await heard(world, viewers["hidden"], course)
    for amount, person in enumerate((first, grouped, viewers["in the second branch"]), start=20):
        await world.award(secretary, person, amount, reason=f"冻结后{amount}")


async def _submitted(world: World, person: Person, task: str) -> str:
    """The claim's id."""
    world.clock.advance(minutes=1)
    claim = await done(world, person, "claimTask", taskId=task)
    await done(world, person, "submitClaim", claimId=claim["id"], evidence="照片")
    return claim["id"]


async def _values(world: World, company: Company, viewers: Mapping[str, Person]) -> dict[str, list[Any]]:
    often = [company.root, company.root, company.first, company.first]
    organizations = [world.id(one) for one in (*often, company.second, company.general, company.group)]
    people = [world.id(one) for one in viewers.values() if one.member]
    found = await world.ask(viewers["operator"], PLACES, organization=organizations[0])
    boards = [found["taskArena"]["tasks"], found["courseBoard"]["courses"], found["blockBoard"]["blocks"]]
    ends = [*boards, found["organization"]["members"]]
    cursors = [found["pointsLog"]["cursor"], *(one["pageInfo"]["endCursor"] for one in ends)]
    return {
        "organizationId": [*organizations * 5, "?"],
        "subjectId": [*people, *organizations[1:], "?"],
        "after": [*[None] * 20, *cursors, "?"],
        "on": [*[None] * 5, "2026-03-10", "2026-02-01"],
        "search": [None, "党", "138", "%"],
        "maxPerSecond": [None, 1, 20],
        "String": ["", "党"],
        "ID": [*people, *organizations],
        "Date": ["2026-03-10"],
    }
