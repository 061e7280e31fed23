"""Hearing a course offline, and sending the same report again and again: when it counts, and that it counts once."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest
from course import before, do, hear, heard, paid, published
from ledger import award
from story import Story, told
from world import World

import models
from models import Course, Member, StudyReport
from resolvers.learning import studies


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


def path_of(answer: dict[str, Any]) -> list[list[str]]:
    assert answer["__typename"] == "InvalidInput", answer
    return [one["path"] for one in answer["fields"]]


# ---------------------------------------------------------------- later


async def test_what_was_heard_offline_yesterday_counts_yesterday(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root, ago=7 * 86_400)
    await heard(world, story.li, course, 300, occurredAt="2026-03-09T12:05:00Z")
    answer = await heard(world, story.li, course, 600, occurredAt="2026-03-09T12:10:00Z")
    entry = answer["pointsEntry"]
    assert entry["occurredAt"] == entry["countsAt"] == answer["study"]["completedAt"] == "2026-03-09T12:10:00Z"
    assert entry["recordedAt"] == "2026-03-10T02:00:00Z"
    assert answer["notice"] is None


async def test_what_was_heard_five_days_ago_counts_today_and_says_so(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root, ago=7 * 86_400)
    key: dict[str, Any] = {"occurredAt": "2026-03-05T12:00:00Z", "idempotencyKey": "离线"}
    answer = await heard(world, story.li, course, **key)
    entry = answer["pointsEntry"]
    assert (entry["occurredAt"], entry["countsAt"]) == ("2026-03-05T12:00:00Z", "2026-03-10T02:00:00Z")
    assert answer["study"]["completedAt"] == "2026-03-05T12:00:00Z"
    heard_on, told_on = "2026-03-05T12:00:00Z", "2026-03-10T02:00:00Z"
    assert answer["notice"] == (
        f"Heard {heard_on}, on a day that is final; its points count when it was reported, {told_on}."
    )
    assert await heard(world, story.li, course, **key) == answer


async def test_an_archived_course_takes_what_was_heard_before(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root)
    first = await heard(world, story.sun, course, idempotencyKey="k")
    await do(world, story.secretary, "archiveCourse", courseId=world.id(course))
    world.clock.advance(minutes=1)
    late = await hear(world, story.li, course)
    assert path_of(late) == [["courseId"]]
    assert "archived 2026-03-10T02:00:00Z" in late["message"]
    answer = await heard(world, story.li, course, occurredAt="2026-03-10T01:59:59Z")
    assert answer["pointsEntry"]
    again = await heard(world, story.sun, course, idempotencyKey="k")
    assert again["pointsEntry"] == first["pointsEntry"], "a retry is no new report"


async def test_who_was_elsewhere_then_is_credited_there(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root, ago=7 * 86_400)
    await Member.filter(id=story.li.id).update(organization_id=story.company.second.id)
    stay = await models.Membership.get(member_id=story.li.id)
    moved_at = before(world, 3600)
    await models.Membership.filter(id=stay.id).update(to_at=moved_at, from_at=before(world, 86_400 * 30))
    await models.Membership.create(member_id=story.li.id, organization_id=story.company.second.id, from_at=moved_at)
    entry = (await heard(world, story.li, course, occurredAt="2026-03-09T12:00:00Z"))["pointsEntry"]
    assert entry["organization"] == {"name": "第一党支部"}


# ---------------------------------------------------------------- the same again


async def test_a_key_is_answered_as_it_was_the_first_time(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root)
    first = await heard(world, story.li, course, 100, idempotencyKey="one")
    world.clock.advance(seconds=600)
    last = await heard(world, story.li, course, 600, idempotencyKey="two")
    course_count = {"course": {"completionCount": 1}}
    again = await heard(world, story.li, course, 100, idempotencyKey="one")
    assert again["study"] == first["study"] | course_count
    assert again["pointsEntry"] is None
    assert await heard(world, story.li, course, 600, idempotencyKey="two") == last
    assert path_of(await hear(world, story.li, course, 101, idempotencyKey="one")) == [["idempotencyKey"]]
    taken = await award(world, story.secretary, memberId=world.id(story.li), idempotencyKey="one")
    assert taken["__typename"] == "AwardPointsSuccess", "another account's keys are its own"
    assert (await heard(world, story.sun, course, 100, idempotencyKey="one"))["study"]["id"] != first["study"]["id"]


async def test_a_key_serves_one_kind_of_act(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root)
    await heard(world, story.secretary, course, 100, idempotencyKey="k")
    other = await award(world, story.secretary, memberId=world.id(story.li), idempotencyKey="k")
    assert other["__typename"] == "InvalidInput"
    assert other["fields"][0]["path"] == ["idempotencyKey"]


async def test_a_refused_report_keeps_no_key(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root, ago=60)
    assert path_of(await hear(world, story.li, course, idempotencyKey="k")) == [["positionSeconds"]]
    world.clock.advance(seconds=600)
    assert (await heard(world, story.li, course, idempotencyKey="k"))["pointsEntry"]


async def test_copies_of_every_report_at_once_are_one(world: World, story: Story) -> None:
    """1 to 5 of each, in any order: one entry each for listener and lecturer, and the same answer for each copy."""
    random = Random(20260310)
    courses = [
        await published(world, story.secretary, at=story.company.root, lecturer=story.zhao, title=f"第{number}课")
        for number in range(3)
    ]
    people = await world.members(4, at=story.company.first)
    requests = [(one, course, f"{course.title}") for one in people for course in courses]
    copies = [request for request in requests for _ in range(random.randint(1, 5))]
    random.shuffle(copies)
    sessions = {one.id: await world.session(one) for one in people}

    async def report(who: Any, course: Course, key: str) -> tuple[Any, ...]:
        found = await models.database.shielded(
            studies.record(sessions[who.id], course_id=course.id, seconds=600, occurred_at=None, key=key)
        )
        assert found.entry
        return (who.id, key), (found.study.id, found.study.completed_at, found.entry.id, found.entry.amount)

    answers = await asyncio.gather(*(report(*copy) for copy in copies))
    assert len(set(answers)) == len(dict(answers)) == len(requests)
    assert len(await paid("course.heard")) == len(await paid("course.lectured")) == len(requests)
    assert await StudyReport.all().count() == len(requests)
    assert [(await Course.get(id=one.id)).completed for one in courses] == [len(people)] * 3
    earned = sum(amount for member, _, amount in await paid() if member == story.zhao.id)
    assert (await Member.get(id=story.zhao.id)).balance == earned == len(requests)


async def test_different_keys_at_once_complete_it_once(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root, lecturer=story.zhao)
    answers = await asyncio.gather(*(heard(world, story.li, course) for _ in range(5)))
    assert len({answer["pointsEntry"]["id"] for answer in answers}) == 1
    assert len(await paid()) == 2
    assert (await Course.get(id=course.id)).completed == 1
