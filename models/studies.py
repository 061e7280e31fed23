"""Studies: how far each member came in a course, and every report of it.

A study is locked from its first statement on until the transaction ends: reports of one study come one after another.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import sql


class Study(Model):
    """Unique (course_id, member_id). seconds: the furthest position; heard_by: the earliest moment by which it can
    have been reached. The last three are set when it is completed: the clock's position, and who was credited."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    course_id = fields.UUIDField()
    member_id = fields.UUIDField()
    seconds = fields.IntField(default=0)
    heard_by = fields.DatetimeField()
    completed_at = fields.DatetimeField(null=True)
    completed_position = fields.BigIntField(null=True)
    listener_place_id = fields.UUIDField(null=True)
    lecturer_place_id = fields.UUIDField(null=True)

    class Meta(Model.Meta):
        table = "studies"


class StudyReport(Model):
    """What was reported, and how the study stood then: what the same report, sent again, is answered with."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    study_id = fields.UUIDField()
    reported_seconds = fields.IntField()
    seconds = fields.IntField()
    completed_at = fields.DatetimeField(null=True)
    occurred_at = fields.DatetimeField()
    recorded_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "study_reports"


async def locked(course_id: UUID, member_id: UUID, begins: datetime) -> Study:
    """A member's study of a course, begun if there is none; nobody else changes it until the transaction ends."""
    await sql.execute(
        """INSERT INTO studies (id, course_id, member_id, seconds, heard_by)
           VALUES (:id, :course, :member, 0, :begins) ON CONFLICT (course_id, member_id) DO NOTHING""",
        id=uuid4(),
        course=course_id,
        member=member_id,
        begins=begins,
    )
    await sql.execute(
        "UPDATE studies SET seconds = seconds WHERE course_id = :course AND member_id = :member",
        course=course_id,
        member=member_id,
    )
    return await Study.get(course_id=course_id, member_id=member_id)


async def advance(study_id: UUID, seconds: int, heard_by: datetime) -> None:
    """Never back."""
    await sql.execute(
        "UPDATE studies SET seconds = :seconds, heard_by = :by WHERE id = :id AND seconds <= :seconds",
        id=study_id,
        seconds=seconds,
        by=heard_by,
    )


async def complete(
    study_id: UUID, at: datetime, position: int, listener_place: UUID, lecturer_place: UUID | None
) -> None:
    """Once: what is completed stays as it is."""
    await sql.execute(
        """UPDATE studies SET completed_at = :at, completed_position = :position,
             listener_place_id = :listener, lecturer_place_id = :lecturer WHERE id = :id AND completed_at IS NULL""",
        id=study_id,
        at=at,
        position=position,
        listener=listener_place,
        lecturer=lecturer_place,
    )


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, Study]:
    return {found.id: found for found in await Study.filter(id__in=list(set(ids)))}


async def of_person(course_ids: Iterable[UUID], member_ids: Sequence[UUID]) -> dict[UUID, Study]:
    """A person's study of each course: of several the one that came furthest."""
    found = await Study.filter(course_id__in=list(set(course_ids)), member_id__in=list(member_ids))
    return {one.course_id: one for one in sorted(found, key=lambda one: (one.completed_at is not None, one.seconds))}
