"""Hearing a course: what it pays and to whom, in parts, no faster than time passes, and who sees it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from course import COURSE, hear, heard, offered, paid, published
from ledger import reverse
from story import Story, told
from strangers import turned_away
from world import World

from models import Course, Member, PointsEntry, Study, StudyReport

MINE = "query ($id: ID!) { course(id: $id) { completionCount myStudy { id positionSeconds completedAt } } }"


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


def path_of(answer: dict[str, Any]) -> list[list[str]]:
    assert answer["__typename"] == "InvalidInput", answer
    return [one["path"] for one in answer["fields"]]


# ---------------------------------------------------------------- what it pays


async def test_a_completed_course_pays_its_listener_and_its_lecturer(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root, lecturer=story.zhao, title="红船精神")
    answer = await heard(world, story.li, course)

    assert answer["notice"] is None
    assert answer["study"]["completedAt"] == "2026-03-10T02:00:00Z"
    assert answer["study"]["course"] == {"completionCount": 1}
    entry = answer["pointsEntry"]
    assert (entry["rule"], entry["reason"], entry["amount"]) == ("course.heard", "红船精神", 5)
    assert entry["member"] == {"id": world.id(story.li)}
    assert entry["organization"] == {"name": "第一党支部"}
    assert entry["source"]["id"] == answer["study"]["id"]

    query = """query ($id: ID!) { member(id: $id) { balance pointsEntries { edges { node {
      rule amount reason organization { name } source { ... on Study { member { id } course { title } } } } } } } }"""
    ledger = (await world.ask(story.zhao, query, id=world.id(story.zhao)))["member"]
    [earned] = [edge["node"] for edge in ledger["pointsEntries"]["edges"]]
    assert ledger["balance"] == 1
    assert earned == {
        "rule": "course.lectured",
        "amount": 1,
        "reason": "红船精神",
        "organization": {"name": "第二党支部"},
        "source": {"member": {"id": world.id(story.li)}, "course": {"title": "红船精神"}},
    }


async def test_each_pays_once_however_often_it_is_heard(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root, lecturer=story.zhao)
    first = await heard(world, story.li, course)
    world.clock.advance(days=1)
    again = await heard(world, story.li, course)
    back = await heard(world, story.li, course, 30)
    await heard(world, story.sun, course)

    assert again["study"] == first["study"] | {"course": {"completionCount": 1}}
    assert again["pointsEntry"] == back["pointsEntry"] == first["pointsEntry"]
    assert await paid("course.heard") == [(story.li.id, "course.heard", 5), (story.sun.id, "course.heard", 5)]
    assert await paid("course.lectured") == [(story.zhao.id, "course.lectured", 1)] * 2
    assert (await Course.get(id=course.id)).completed == 2


async def test_nobody_earns_by_lecturing_to_oneself(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root, lecturer=story.zhao)
    answer = await heard(world, story.zhao, course)
    assert answer["pointsEntry"]["rule"] == "course.heard"
    assert await paid() == [(story.zhao.id, "course.heard", 5)]


async def test_what_was_paid_can_be_taken_back_and_is_not_paid_again(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root, lecturer=story.zhao)
    entry = (await heard(world, story.li, course))["pointsEntry"]
    taken = await reverse(world, story.secretary, entry["id"])
    assert taken["__typename"] == "ReversePointsSuccess"
    await heard(world, story.li, course)
    assert (await Member.get(id=story.li.id)).balance == 0
    assert len(await paid("course.heard")) == 1


async def test_the_lecturer_s_cap_leaves_zero_and_says_so(world: World, story: Story) -> None:
    """The built-in rule gives at most 20 a day: the 21st listener is written down with nothing."""
    course = await published(world, story.secretary, at=story.company.root, lecturer=story.zhao)
    for one in await world.members(21, at=story.company.second):
        await heard(world, one, course)
    lectured = [amount for _, _, amount in await paid("course.lectured")]
    assert lectured == [1] * 20 + [0]
    last = await PointsEntry.filter(rule="course.lectured").order_by("-position").first()
    assert last
    assert last.cut == "CAP_DAY"
    assert len(await paid("course.heard")) == 21


# ---------------------------------------------------------------- parts, and the time that passed


async def test_the_furthest_position_counts(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root)
    for seconds, furthest in ((200, 200), (50, 200), (400, 400), (399, 400)):
        world.clock.advance(seconds=300)
        answer = await heard(world, story.li, course, seconds)
        assert answer["study"]["positionSeconds"] == furthest
        assert (answer["pointsEntry"], answer["study"]["completedAt"]) == (None, None)
    assert await paid() == []
    world.clock.advance(seconds=300)
    assert (await heard(world, story.li, course, 600))["pointsEntry"]["amount"] == 5
    mine = (await world.ask(story.li, MINE, id=world.id(course)))["course"]
    assert (mine["completionCount"], mine["myStudy"]["positionSeconds"]) == (1, 600)
    assert (await world.ask(story.sun, MINE, id=world.id(course)))["course"]["myStudy"] is None


async def test_a_course_is_heard_no_faster_than_it_lasts(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root, ago=100)
    early = await hear(world, story.li, course)
    assert path_of(early) == [["positionSeconds"]]
    assert "from 0 to 600, 600 s further, and since 2026-03-10T01:58:20Z only 100 s passed" in early["message"]
    assert await Study.all().count() == 0

    await heard(world, story.li, course, 105)  # with the tolerance
    assert path_of(await hear(world, story.li, course, 106)) == [["positionSeconds"]], "which is there once"
    world.clock.advance(seconds=60)
    assert path_of(await hear(world, story.li, course, 600)) == [["positionSeconds"]]
    await heard(world, story.li, course, 160)
    # an older moment, said to have been offline, is no way around it
    assert path_of(await hear(world, story.li, course, 600, occurredAt="2026-03-10T02:00:30Z")) == [["positionSeconds"]]
    world.clock.advance(seconds=440)
    assert (await heard(world, story.li, course))["pointsEntry"]


async def test_many_at_one_moment_gain_no_more_than_one(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root, ago=60)
    answers = await asyncio.gather(*(hear(world, story.li, course, seconds) for seconds in range(5, 125, 5)))
    study = await Study.get(member_id=story.li.id)
    taken = [one["study"]["positionSeconds"] for one in answers if one["__typename"] == "RecordStudySuccess"]
    assert study.seconds == max(taken) <= 65
    assert max(taken) - min(taken) <= 5, "after the first of them no time has passed"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_report_with_a_fault_names_it(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root)
    faults: list[tuple[dict[str, Any], str]] = [
        ({"seconds": -1}, "positionSeconds"),
        ({"seconds": 601}, "positionSeconds"),
        ({"idempotencyKey": " "}, "idempotencyKey"),
        ({"idempotencyKey": "k" * 201}, "idempotencyKey"),
        ({"occurredAt": "2026-03-10T02:06:00Z"}, "occurredAt"),
        ({"occurredAt": "2026-03-10T00:59:59Z"}, "occurredAt"),
    ]
    for given, path in faults:
        assert path_of(await hear(world, story.li, course, **given)) == [[path]], given
    assert await StudyReport.all().count() == await Study.all().count() == 0
    draft = await offered(world, story.li, at=story.company.root)
    assert path_of(await hear(world, story.li, draft)) == [["courseId"]]
    for who in (None, await world.operator()):
        assert (await hear(world, who, course))["__typename"] == "NotAllowed"


# ---------------------------------------------------------------- who sees it


async def test_a_study_is_for_its_listener_its_lecturer_and_who_reviews_there(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root, lecturer=story.zhao)
    study = (await heard(world, story.li, course, 100))["study"]["id"]
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Study {{ positionSeconds course {{ {COURSE} }} }} }} }}"
    for who in (story.li, story.zhao, story.secretary, story.reviewer):
        assert (await world.ask(who, query, id=study))["node"]["positionSeconds"] == 100
    assert (await world.ask(story.sun, query, id=study))["node"] is None
    await turned_away(world, query, id=study)


async def test_the_log_tells_nobody_else_who_listened(world: World, story: Story) -> None:
    """Entries are public, and name no member who chose not to be shown; nor does what they were given for."""
    await Member.filter(id=story.li.id).update(hidden_on_boards=True)
    course = await published(world, story.secretary, at=story.company.root, lecturer=story.zhao)
    await heard(world, story.li, course)
    query = """query ($at: ID!) { pointsLog(organizationId: $at) { edges { node {
      rule member { displayName } source { ... on Study { member { displayName } } } } } } }"""

    async def sources(who: Any) -> list[Any]:
        found = (await world.ask(who, query, at=world.id(story.company.root)))["pointsLog"]["edges"]
        return [edge["node"]["source"] for edge in found]

    known = {"member": {"displayName": "李强"}}
    assert await sources(story.sun) == [None, None]
    assert await sources(story.secretary) == await sources(story.li) == await sources(story.zhao) == [known, known]
