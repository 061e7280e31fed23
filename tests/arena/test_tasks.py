"""The life of a task and of its claims, as the people in it live it."""

from __future__ import annotations

from typing import Any

import pytest
from arena import do, done
from story import Story, told
from world import Person, World

import models
from models import Member, PointsEntry, Task, TaskReview


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def taken(world: World, story: Story, who: Person, **task: Any) -> dict[str, Any]:
    """A claim of a new task of the company."""
    made = await world.task(story.secretary, at=story.company.root, **task)
    return await done(world, who, "claimTask", taskId=world.id(made))


async def handed_in(world: World, story: Story, who: Person, **task: Any) -> dict[str, Any]:
    claim = await taken(world, story, who, **task)
    return await done(world, who, "submitClaim", claimId=claim["id"], evidence="照片三张")


async def test_from_draft_to_due_and_from_claim_to_points(world: World, story: Story) -> None:
    place = world.id(story.company.root)
    draft = await done(
        world,
        story.secretary,
        "createTask",
        organizationId=place,
        title="慰问困难党员",
        points=20,
        opensAt="2026-03-10T03:00:00Z",
        dueAt="2026-03-12T03:00:00Z",
    )
    assert (draft["status"], draft["review"], draft["capacity"]) == ("DRAFT", "REVIEWED", None)

    task = await done(world, story.secretary, "publishTask", taskId=draft["id"])
    assert task["status"] == "SCHEDULED"
    early = await do(world, story.li, "claimTask", taskId=task["id"])
    assert (early["__typename"], early["task"]["status"]) == ("TaskNotOpen", "SCHEDULED")

    world.clock.advance(hours=1)
    claim = await done(world, story.li, "claimTask", taskId=task["id"])
    assert (claim["status"], claim["claimedAt"]) == ("CLAIMED", "2026-03-10T03:00:00Z")
    assert claim["task"] == {"id": task["id"], "status": "OPEN", "claimedCount": 1, "approvedCount": 0}

    world.clock.advance(hours=1)
    claim = await done(world, story.li, "submitClaim", claimId=claim["id"], evidence="照片三张")
    assert (claim["status"], claim["evidence"]) == ("SUBMITTED", "照片三张")
    assert claim["pointsEntry"] is None

    world.clock.advance(hours=1)
    claim = await done(world, story.reviewer, "approveClaim", claimId=claim["id"], note="辛苦了")
    assert (claim["status"], claim["reviewNote"]) == ("APPROVED", "辛苦了")
    assert claim["decidedAt"] == "2026-03-10T05:00:00Z"
    entry = claim["pointsEntry"]
    assert (entry["kind"], entry["amount"], entry["rule"]) == ("EARNED", 20, "task.completed")
    assert (entry["reason"], entry["source"]) == ("慰问困难党员", {"id": claim["id"]})
    assert entry["occurredAt"] == entry["countsAt"] == "2026-03-10T04:00:00Z", "the day of handing in"
    assert entry["organization"]["name"] == "第一党支部"
    assert claim["task"]["approvedCount"] == 1

    world.clock.advance(days=2)
    late = await do(world, story.sun, "claimTask", taskId=task["id"])
    assert (late["__typename"], late["task"]["status"]) == ("TaskNotOpen", "CLOSED")
    assert (late["task"]["claimedCount"], late["task"]["approvedCount"]) == (1, 1)


async def test_what_is_not_handed_in_by_dueat_expires(world: World, story: Story) -> None:
    due = world.clock.now.replace(day=11)
    idle = await taken(world, story, story.li, due_at=due)
    task = idle["task"]["id"]
    submitted = await done(world, story.sun, "claimTask", taskId=task)
    await done(world, story.sun, "submitClaim", claimId=submitted["id"], evidence="照片")
    returned = await done(world, story.zhao, "claimTask", taskId=task)
    await done(world, story.zhao, "submitClaim", claimId=returned["id"], evidence="照片")
    await done(world, story.reviewer, "returnClaim", claimId=returned["id"], note="请补日期")
    world.clock.now = due

    refused = await do(world, story.li, "submitClaim", claimId=idle["id"], evidence="照片")
    assert (refused["__typename"], refused["claim"]["status"]) == ("ClaimInWrongState", "EXPIRED")
    assert refused["claim"]["task"] == {"id": task, "status": "CLOSED", "claimedCount": 1, "approvedCount": 0}
    again = await do(world, story.zhao, "submitClaim", claimId=returned["id"], evidence="照片")
    assert again["claim"]["status"] == "EXPIRED"
    approved = await done(world, story.reviewer, "approveClaim", claimId=submitted["id"])
    assert approved["status"] == "APPROVED", "handed in in time, decided later"


async def test_a_full_task_is_full_until_somebody_releases(world: World, story: Story) -> None:
    claim = await taken(world, story, story.li, capacity=1)
    task = claim["task"]["id"]
    refused = await do(world, story.sun, "claimTask", taskId=task)
    assert (refused["__typename"], refused["task"]["claimedCount"]) == ("TaskIsFull", 1)

    released = await done(world, story.li, "releaseClaim", claimId=claim["id"])
    assert (released["status"], released["task"]["claimedCount"]) == ("RELEASED", 0)
    again = await done(world, story.li, "claimTask", taskId=task)
    assert again["id"] != claim["id"], "the same member may claim again"
    assert (await do(world, story.sun, "claimTask", taskId=task))["__typename"] == "TaskIsFull"
    assert (await do(world, story.li, "releaseClaim", claimId=claim["id"]))["__typename"] == "ClaimInWrongState"


async def test_nobody_holds_two_slots_of_one_task(world: World, story: Story) -> None:
    claim = await taken(world, story, story.li)
    refused = await do(world, story.li, "claimTask", taskId=claim["task"]["id"])

    assert refused["__typename"] == "AlreadyClaimed"
    assert refused["claim"]["id"] == claim["id"]
    assert (await Task.get(title="慰问困难党员")).held == 1


async def test_a_returned_claim_keeps_its_slot_and_is_handed_in_anew(world: World, story: Story) -> None:
    claim = await handed_in(world, story, story.li, capacity=1)
    claim = await done(world, story.reviewer, "returnClaim", claimId=claim["id"], note="请补日期")
    assert (claim["status"], claim["reviewNote"], claim["task"]["claimedCount"]) == ("RETURNED", "请补日期", 1)
    early = await do(world, story.reviewer, "approveClaim", claimId=claim["id"])
    assert early["__typename"] == "ClaimInWrongState"

    world.clock.advance(hours=30)
    claim = await done(world, story.li, "submitClaim", claimId=claim["id"], evidence="照片与日期")
    assert (claim["status"], claim["evidence"]) == ("SUBMITTED", "照片与日期")
    world.clock.advance(hours=1)
    claim = await done(world, story.reviewer, "approveClaim", claimId=claim["id"])
    assert claim["reviewNote"] == "请补日期", "without a new note the last stays"
    assert claim["pointsEntry"]["occurredAt"] == "2026-03-11T08:00:00Z", "of the last handing in"


async def test_a_rejected_claim_frees_its_slot(world: World, story: Story) -> None:
    claim = await handed_in(world, story, story.li, capacity=1)
    claim = await done(world, story.reviewer, "rejectClaim", claimId=claim["id"], note="不是本人所做")

    assert (claim["status"], claim["reviewNote"], claim["task"]["claimedCount"]) == ("REJECTED", "不是本人所做", 0)
    await done(world, story.li, "claimTask", taskId=claim["task"]["id"])
    assert await PointsEntry.all().count() == 0


async def test_an_automatic_task_pays_when_it_is_handed_in(world: World, story: Story) -> None:
    claim = await handed_in(world, story, story.li, review=TaskReview.AUTOMATIC)

    assert (claim["status"], claim["decidedAt"]) == ("APPROVED", "2026-03-10T02:00:00Z")
    assert claim["pointsEntry"]["amount"] == 10
    assert (await Member.get(id=story.li.id)).balance == 10
    again = await do(world, story.li, "submitClaim", claimId=claim["id"], evidence="照片")
    assert again["__typename"] == "ClaimInWrongState"


async def test_a_task_without_points_pays_an_entry_of_none(world: World, story: Story) -> None:
    claim = await handed_in(world, story, story.li, review=TaskReview.AUTOMATIC, award=0)

    assert claim["pointsEntry"]["amount"] == 0


@pytest.mark.parametrize("operation", ["approveClaim", "returnClaim", "rejectClaim"])
async def test_nobody_decides_on_their_own(world: World, story: Story, operation: str) -> None:
    claim = await handed_in(world, story, story.reviewer)
    answer = await do(world, story.reviewer, operation, claimId=claim["id"], note="很好")

    assert answer["__typename"] == "NotAllowed"
    assert (await do(world, story.secretary, operation, claimId=claim["id"], note="很好"))["__typename"].endswith(
        "Success"
    )


async def test_the_second_reviewer_is_told_what_the_first_decided(world: World, story: Story) -> None:
    claim = await handed_in(world, story, story.li)
    first = await done(world, story.reviewer, "approveClaim", claimId=claim["id"])
    second = await do(world, story.secretary, "approveClaim", claimId=claim["id"])

    assert second["__typename"] == "ClaimInWrongState"
    assert second["claim"] == first, "with the points, so that a retry sees that it had succeeded"
    assert await PointsEntry.all().count() == 1


async def test_a_closed_task_takes_nobody_new_and_lets_its_holders_finish(world: World, story: Story) -> None:
    claim = await taken(world, story, story.li)
    task = claim["task"]["id"]
    assert (await done(world, story.secretary, "closeTask", taskId=task))["status"] == "CLOSED"

    assert (await do(world, story.sun, "claimTask", taskId=task))["__typename"] == "TaskNotOpen"
    assert (await do(world, story.secretary, "closeTask", taskId=task))["__typename"] == "TaskNotOpen"
    assert (await do(world, story.secretary, "publishTask", taskId=task))["__typename"] == "TaskNotDraft"
    await done(world, story.li, "submitClaim", claimId=claim["id"], evidence="照片")
    await done(world, story.reviewer, "approveClaim", claimId=claim["id"])


async def test_a_task_closed_before_it_opens_stays_closed(world: World, story: Story) -> None:
    task = await world.task(story.secretary, at=story.company.root, opens_at=world.clock.now.replace(hour=3))
    await done(world, story.secretary, "closeTask", taskId=world.id(task))
    world.clock.advance(days=1)
    await world.let_time_write()

    assert (await Task.get(id=task.id)).status is models.TaskStatus.CLOSED


async def test_points_go_to_where_the_member_was_when_handing_in(world: World, story: Story) -> None:
    claim = await handed_in(world, story, story.li)
    world.clock.advance(hours=1)
    async with models.database.transaction():
        await models.members.move(await Member.get(id=story.li.id), story.company.second.id, world.clock.now)
    claim = await done(world, story.reviewer, "approveClaim", claimId=claim["id"])

    assert claim["pointsEntry"]["organization"]["name"] == "第一党支部"


async def test_what_is_approved_after_its_day_is_final_counts_when_approved(world: World, story: Story) -> None:
    claim = await handed_in(world, story, story.li)
    world.clock.advance(days=5)
    claim = await done(world, story.reviewer, "approveClaim", claimId=claim["id"])

    assert claim["pointsEntry"]["occurredAt"] == "2026-03-10T02:00:00Z"
    assert claim["pointsEntry"]["countsAt"] == "2026-03-15T02:00:00Z"


async def test_a_clock_a_moment_behind_the_claimants_approves_all_the_same(world: World, story: Story) -> None:
    """Two processes never agree on the time; an entry was never recorded before it occurred."""
    world.clock.advance(hours=1)
    claim = await handed_in(world, story, story.li)
    world.clock.advance(seconds=-1)
    claim = await done(world, story.reviewer, "approveClaim", claimId=claim["id"])

    assert claim["pointsEntry"]["occurredAt"] == claim["pointsEntry"]["countsAt"] == "2026-03-10T02:59:59Z"


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"title": " "}, "title"),
        ({"title": "字" * 201}, "title"),
        ({"description": "字" * 10_001}, "description"),
        ({"points": -1}, "points"),
        ({"points": 100_001}, "points"),
        ({"capacity": 0}, "capacity"),
        ({"dueAt": "2026-03-10T01:59:59Z"}, "dueAt"),
        ({"opensAt": "2026-03-12T00:00:00Z", "dueAt": "2026-03-12T00:00:00Z"}, "dueAt"),
    ],
)
async def test_a_task_with_a_fault_names_it(world: World, story: Story, given: dict[str, Any], path: str) -> None:
    fine = {"organizationId": world.id(story.company.root), "title": "植树", "points": 5}
    answer = await do(world, story.secretary, "createTask", **{**fine, **given})

    assert (answer["__typename"], answer["fields"]) == ("InvalidInput", [{"path": [path]}])


async def test_a_draft_whose_dueat_has_passed_is_not_published(world: World, story: Story) -> None:
    given = {"title": "植树", "points": 5, "dueAt": "2026-03-10T03:00:00Z"}
    place = world.id(story.company.root)
    draft = await done(world, story.secretary, "createTask", organizationId=place, **given)
    world.clock.advance(hours=1)

    answer = await do(world, story.secretary, "publishTask", taskId=draft["id"])
    assert answer["__typename"] == "InvalidInput"


@pytest.mark.parametrize("operation", ["returnClaim", "rejectClaim"])
async def test_sending_back_needs_a_note(world: World, story: Story, operation: str) -> None:
    claim = await handed_in(world, story, story.li)
    answer = await do(world, story.reviewer, operation, claimId=claim["id"], note=" ")

    assert (answer["__typename"], answer["fields"]) == ("InvalidInput", [{"path": ["note"]}])
