"""Many people at once: who comes second changes nothing and is told."""

from __future__ import annotations

import asyncio
import contextvars
from collections import Counter
from datetime import timedelta

import pytest
from arena import do, done
from imports import elsewhere
from story import Story, told
from world import World

import models
from models import Claim, ClaimStatus, Member, PointsEntry, Task
from resolvers import scheduler
from resolvers.arena import claims
from rules.refusals import ClaimInWrongState


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def test_a_hundred_claims_of_seven_places_leave_exactly_seven(world: World, story: Story) -> None:
    task = await world.task(story.secretary, at=story.company.root, capacity=7)
    people = await world.members(100, at=story.company.first)
    answers = await asyncio.gather(*(do(world, one, "claimTask", taskId=world.id(task)) for one in people))

    assert Counter(answer["__typename"] for answer in answers) == {"ClaimTaskSuccess": 7, "TaskIsFull": 93}
    assert {answer["task"]["claimedCount"] for answer in answers if "task" in answer} == {7}
    assert (await Task.get(id=task.id)).held == 7
    assert await Claim.filter(task_id=task.id, status=ClaimStatus.CLAIMED).count() == 7


async def test_one_member_claiming_twenty_times_at_once_holds_one_slot(world: World, story: Story) -> None:
    task = await world.task(story.secretary, at=story.company.root, capacity=7)
    answers = await asyncio.gather(*(do(world, story.li, "claimTask", taskId=world.id(task)) for _ in range(20)))

    assert Counter(answer["__typename"] for answer in answers) == {"ClaimTaskSuccess": 1, "AlreadyClaimed": 19}
    assert len({answer["claim"]["id"] for answer in answers}) == 1
    assert (await Task.get(id=task.id)).held == 1


async def test_fifty_approvals_at_once_pay_once(world: World, story: Story) -> None:
    task = await world.task(story.secretary, at=story.company.root, award=20)
    claim = await done(world, story.li, "claimTask", taskId=world.id(task))
    await done(world, story.li, "submitClaim", claimId=claim["id"], evidence="照片")
    reviewers = [story.secretary, story.reviewer] * 25
    answers = await asyncio.gather(*(do(world, one, "approveClaim", claimId=claim["id"]) for one in reviewers))

    assert Counter(answer["__typename"] for answer in answers) == {"ApproveClaimSuccess": 1, "ClaimInWrongState": 49}
    assert {answer["claim"]["pointsEntry"]["amount"] for answer in answers} == {20}
    assert await PointsEntry.filter(member_id=story.li.id).count() == 1
    assert (await Member.get(id=story.li.id)).balance == 20
    assert (await Task.get(id=task.id)).approved == 1


async def test_approving_returning_and_rejecting_at_once_is_one_decision(world: World, story: Story) -> None:
    task = await world.task(story.secretary, at=story.company.root)
    claim = await done(world, story.li, "claimTask", taskId=world.id(task))
    await done(world, story.li, "submitClaim", claimId=claim["id"], evidence="照片")
    deciding = ["approveClaim", "rejectClaim"] * 5
    answers = await asyncio.gather(
        *(do(world, story.reviewer, one, claimId=claim["id"], note="已核对") for one in deciding)
    )

    names = Counter(answer["__typename"] for answer in answers)
    assert names.pop("ClaimInWrongState") == 9
    found = await Task.get(id=task.id)
    assert names in ({"ApproveClaimSuccess": 1}, {"RejectClaimSuccess": 1})
    assert (found.held, found.approved) == ((1, 1) if "ApproveClaimSuccess" in names else (0, 0))


async def test_releasing_and_claiming_in_a_crowd_never_loses_a_slot(world: World, story: Story) -> None:
    task = await world.task(story.secretary, at=story.company.root, capacity=3)
    people = await world.members(12, at=story.company.first)

    async def come_and_go(index: int) -> None:
        for _ in range(3):
            answer = await do(world, people[index], "claimTask", taskId=world.id(task))
            if answer["__typename"] == "ClaimTaskSuccess":
                await done(world, people[index], "releaseClaim", claimId=answer["claim"]["id"])

    await asyncio.gather(*(come_and_go(index) for index in range(12)))

    assert (await Task.get(id=task.id)).held == 0
    assert await Claim.filter(task_id=task.id).exclude(status=ClaimStatus.RELEASED).count() == 0


async def test_handing_in_while_the_task_falls_due_ends_one_way_for_each(world: World, story: Story) -> None:
    """Half of the callers still live before dueAt, as other processes' clocks may."""
    due = world.clock.now + timedelta(hours=1)
    task = await world.task(story.secretary, at=story.company.root, due_at=due)
    people = await world.members(20, at=story.company.first)
    claims = [await done(world, one, "claimTask", taskId=world.id(task)) for one in people]

    async def hand_in(index: int) -> str:
        answer = await do(world, people[index], "submitClaim", claimId=claims[index]["id"], evidence="照片")
        return answer["claim"]["status"]

    early = [asyncio.create_task(hand_in(index)) for index in range(10)]
    await asyncio.sleep(0.02)
    world.clock.now = due
    ends = await asyncio.gather(*early, *(hand_in(index) for index in range(10, 20)))

    assert set(ends) <= {"SUBMITTED", "EXPIRED"}
    assert set(ends[10:]) == {"EXPIRED"}
    found = await Task.get(id=task.id)
    assert found.status is models.TaskStatus.CLOSED
    assert found.held == ends.count("SUBMITTED")


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_closing_waits_for_time_and_never_time_for_closing(world: World, story: Story) -> None:
    """Both lock the task's opening and the task; in one order, or they would wait for each other."""
    opens = world.clock.now + timedelta(hours=1)
    task = await world.task(story.secretary, at=story.company.root, opens_at=opens)
    instant = await models.Instant.get(subject_id=task.id)
    outside = contextvars.copy_context()
    async with models.database.transaction():
        assert await models.clock.begin_writing(instant)
        closing = asyncio.create_task(do(world, story.secretary, "closeTask", taskId=world.id(task)), context=outside)
        await asyncio.sleep(0.3)
        assert not closing.done()
        await models.sql.rows("SET LOCAL lock_timeout = '100ms'")
        assert await models.tasks.change_status(task.id, models.TaskStatus.OPEN, models.TaskStatus.SCHEDULED)
        await models.clock.written(instant, (await models.clock.take(task.root_id)).position)

    assert (await closing)["__typename"] == "CloseTaskSuccess"
    assert (await Task.get(id=task.id)).status is models.TaskStatus.CLOSED


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_closed_task_falls_due_while_somebody_hands_in(world: World, story: Story, database: str) -> None:
    """Time has come to the claims of a task that was closed by hand; the one who hands in lives a moment earlier."""
    due = world.clock.now + timedelta(hours=1)
    task = await world.task(story.secretary, at=story.company.root, due_at=due)
    early, late = sorted((story.li, story.zhao), key=lambda one: one.id)
    for one in (early, late):
        await done(world, one, "claimTask", taskId=world.id(task))
        world.clock.advance(seconds=1)
    await done(world, story.secretary, "closeTask", taskId=world.id(task))
    first, second = [await Claim.get(task_id=task.id, member_id=one.id) for one in (early, late)]
    session = await world.session(early)

    async with elsewhere(database) as execute:
        await execute(f"UPDATE claims SET status = status WHERE id = '{second.id}'")
        falling_due = asyncio.create_task(scheduler.run_due(due, world.ports))
        await asyncio.sleep(0.3)
        handing_in = asyncio.create_task(claims.submit(session, first.id, "照片"))
        await asyncio.sleep(0.3)
    fell_due, handed_in = await asyncio.gather(falling_due, handing_in, return_exceptions=True)

    assert isinstance(fell_due, scheduler.Written)
    assert (fell_due.count, fell_due.behind) == (1, {})
    assert isinstance(handed_in, ClaimInWrongState)
    assert {one.status for one in await Claim.filter(task_id=task.id)} == {ClaimStatus.EXPIRED}
    assert (await Task.get(id=task.id)).held == 0


async def test_positions_are_gap_free_whatever_happens_at_once(world: World, story: Story) -> None:
    task = await world.task(story.secretary, at=story.company.root, capacity=5)
    people = await world.members(10, at=story.company.first)
    before = (await models.Clock.get(root_id=story.company.root.id)).position
    world.announcements.clear()
    await asyncio.gather(
        *(do(world, one, "claimTask", taskId=world.id(task)) for one in people),
        *(world.award(story.secretary, one, 5) for one in people),
    )

    after = (await models.Clock.get(root_id=story.company.root.id)).position
    assert after - before == 15, "five claims and ten awards; refusals take no position"
    told_positions = sorted(one.version for one in world.announcements if not one.in_public)
    assert told_positions == list(range(before + 1, after + 1))
