"""What people do with courses, as the mutations that a front end sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from world import Person, World

import models
from models import Course, Organization
from resolvers.learning import courses

COURSE = """id title summary mediaUrl durationSeconds status scanUrl completionCount publishedAt
lecturer { displayName } organization { name } myStudy { positionSeconds }"""
ENTRY = """id kind amount rule reason occurredAt countsAt recordedAt member { id } organization { name }
source { ... on Study { id completedAt member { id } } }"""
STUDY = "id positionSeconds completedAt member { id } course { completionCount }"
ANSWERS = {
    "createCourse": f"course {{ {COURSE} }}",
    "publishCourse": f"course {{ {COURSE} }}",
    "archiveCourse": f"course {{ {COURSE} }}",
    "recordStudy": f"notice study {{ {STUDY} }} pointsEntry {{ {ENTRY} }}",
}
WITH_INPUT_FAULTS = {"createCourse", "recordStudy"}


def mutation(operation: str) -> str:
    name = operation[0].upper() + operation[1:]
    faults = "... on InvalidInput { fields { path message } }" if operation in WITH_INPUT_FAULTS else ""
    archived = "... on CourseArchived { course { status } }" if operation == "publishCourse" else ""
    return f"""mutation ($input: {name}Input!) {{ {operation}(input: $input) {{
        __typename ... on UserError {{ message }} {faults} {archived}
        ... on {name}Success {{ {ANSWERS[operation]} }} }} }}"""


async def do(world: World, who: Person | None, operation: str, **given: Any) -> dict[str, Any]:
    """The answer, whichever it is."""
    return (await world.ask(who, mutation(operation), input=given))[operation]


async def offered(
    world: World, by: Person, *, at: Organization, lecturer: Person | None = None, **fields: Any
) -> Course:
    """A draft of ten minutes."""
    wanted = {"title": "入党故事", "summary": "", "media_url": None, "duration_seconds": 600, **fields}
    session = await world.session(by)
    return await courses.create(session, organization_id=at.id, lecturer_id=(lecturer or by).id, **wanted)


async def published(world: World, by: Person, **given: Any) -> Course:
    """A course of ten minutes, published an hour ago, unless it is said otherwise."""
    ago = given.pop("ago", 3600)
    made = await offered(world, by, **given)
    await courses.publish(await world.session(by), made.id)
    await Course.filter(id=made.id).update(published_at=before(world, ago))
    return await Course.get(id=made.id)


def before(world: World, seconds: float) -> datetime:
    return world.clock.now - timedelta(seconds=seconds)


async def hear(
    world: World, who: Person | None, course: Course | str, seconds: int = 600, **given: Any
) -> dict[str, Any]:
    """A report of a course up to a position, with a key of its own; the answer, whichever it is."""
    course_id = course if isinstance(course, str) else world.id(course)
    wanted = {"courseId": course_id, "positionSeconds": seconds, "idempotencyKey": str(uuid4())} | given
    return await do(world, who, "recordStudy", **wanted)


async def heard(world: World, who: Person, course: Course | str, seconds: int = 600, **given: Any) -> dict[str, Any]:
    """The answer to a report that has to be taken."""
    answer = await hear(world, who, course, seconds, **given)
    assert answer["__typename"] == "RecordStudySuccess", answer
    return answer


async def paid(rule: str | None = None) -> list[tuple[UUID | None, str, int]]:
    """(member, rule, amount) of what studies earned, in the order of the ledger."""
    found = await models.PointsEntry.filter(study_id__not_isnull=True).order_by("position", "line")
    return [(one.member_id, one.rule, one.amount) for one in found if rule in (None, one.rule)]
