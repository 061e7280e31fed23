"""Courses, and how many completed them. Every change of state is one conditional UPDATE.

Lock order inside a transaction: idempotency key, study, course, then members, then the root's clock.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import sql
from models.pages import Listing, at_or_below

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that looks like something else, on paper
CODE_LENGTH = 10  # 50 bits: nobody guesses a course


class CourseStatus(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"


def is_code(text: str) -> bool:
    """Whether it could be one: what could not is not asked of the database."""
    return len(text) == CODE_LENGTH and set(text) <= set(ALPHABET)


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


class Course(Model):
    """`code` is what the printed QR code's address ends with. `completed` counts completed studies."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    root_id = fields.UUIDField()
    organization_id = fields.UUIDField()
    lecturer_id = fields.UUIDField()
    title = fields.CharField(max_length=200)
    summary = fields.TextField()
    media_url = fields.CharField(max_length=2000, null=True)
    duration_seconds = fields.IntField()
    status = fields.CharEnumField(CourseStatus, max_length=20, default=CourseStatus.DRAFT)
    code = fields.CharField(max_length=16, unique=True, default=new_code)
    completed = fields.IntField(default=0)
    created_by_id = fields.UUIDField(null=True)  # account
    created_at = fields.DatetimeField()
    published_at = fields.DatetimeField(null=True)
    archived_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "courses"


# Studies `s` of courses `c` whose completion a freeze hides: one over the course, or over who was credited for it.
HIDDEN = """EXISTS (SELECT 1 FROM freezes f JOIN organization_paths fp ON fp.ancestor_id = f.organization_id
  WHERE f.root_id = c.root_id AND s.completed_position > f.position
    AND fp.descendant_id IN (c.organization_id, s.listener_place_id, s.lecturer_place_id))"""


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, Course]:
    return {found.id: found for found in await Course.filter(id__in=list(set(ids)))}


async def hidden_completions(course_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many completions of each course the public does not see; those without any are missing. Only what came
    after the root's earliest freeze is looked at."""
    found = await sql.rows(
        f"""SELECT c.id, COUNT(*) AS hidden FROM courses c JOIN studies s ON s.course_id = c.id
            WHERE c.id IN :ids AND s.completed_position > (SELECT MIN(position) FROM freezes WHERE root_id = c.root_id)
              AND {HIDDEN} GROUP BY c.id""",
        ids=list(set(course_ids)),
    )
    return {sql.uid(one["id"]): int(one["hidden"]) for one in found}


async def publish(course_id: UUID, at: datetime) -> bool:
    """False: it is no draft."""
    return bool(
        await sql.execute(
            "UPDATE courses SET status = 'PUBLISHED', published_at = :at WHERE id = :id AND status = 'DRAFT'",
            id=course_id,
            at=at,
        )
    )


async def archive(course_id: UUID, at: datetime, *, drafts_only: bool = False) -> bool:
    """False: it was archived before, or is no draft any more."""
    froms = "status = 'DRAFT'" if drafts_only else "status <> 'ARCHIVED'"
    return bool(
        await sql.execute(
            f"UPDATE courses SET status = 'ARCHIVED', archived_at = :at WHERE id = :id AND {froms}",
            id=course_id,
            at=at,
        )
    )


async def count_completed(course_id: UUID, at: datetime) -> bool:
    """One more study was completed at that moment. False: the course was not published then."""
    return bool(
        await sql.execute(
            """UPDATE courses SET completed = completed + 1 WHERE id = :id AND published_at IS NOT NULL
                 AND (archived_at IS NULL OR archived_at >= :at)""",
            id=course_id,
            at=at,
        )
    )


async def places_of_lecturer(member_id: UUID) -> list[UUID]:
    """Whose course boards name this member: the organizations that set its courses."""
    found = await sql.rows("SELECT DISTINCT organization_id FROM courses WHERE lecturer_id = :id", id=member_id)
    return sql.uids(one["organization_id"] for one in found)


async def places_of_lecturers(organization_id: UUID) -> list[UUID]:
    """Whose course boards may name this organization beside a lecturer who is now here."""
    found = await sql.rows(
        """SELECT DISTINCT c.organization_id FROM members m JOIN courses c ON c.lecturer_id = m.id
           WHERE m.organization_id = :id""",
        id=organization_id,
    )
    return sql.uids(one["organization_id"] for one in found)


# Which courses a board shows, of `courses c`. A GROUP's are for its branch, and for reviewers above it.
ON_BOARD = """EXISTS (SELECT 1 FROM organizations o WHERE o.id = c.organization_id
  AND (EXISTS (SELECT 1 FROM organization_paths p WHERE p.ancestor_id = o.id AND p.descendant_id = :board)
    OR ((o.kind <> 'GROUP' OR :inside = 1) AND EXISTS (
          SELECT 1 FROM organization_paths p WHERE p.ancestor_id = :board AND p.descendant_id = o.id))))"""


async def on_board(board: UUID, inside: int, most: int) -> list[Course]:
    """PUBLISHED, newest first. inside: whether those of a GROUP are shown."""
    return await sql.models(
        Course,
        f"""SELECT c.* FROM courses c WHERE c.status = 'PUBLISHED' AND {ON_BOARD}
            ORDER BY c.created_at DESC, c.id DESC LIMIT :most""",
        board=board,
        inside=inside,
        most=most,
    )


# ---------------------------------------------------------------- lists

NEWEST_FIRST = (("created_at", True), ("id", True))
# Of an organization, those above and those below. A GROUP's are for its branch, and for reviewers above it. What was
# never published is for who manages courses there, and for its lecturer.
COURSES = Listing(
    Course,
    """courses t JOIN organizations o ON o.id = t.organization_id
       JOIN (SELECT descendant_id AS board, ancestor_id AS owner FROM organization_paths
             UNION SELECT ancestor_id, descendant_id FROM organization_paths) b ON b.owner = t.organization_id""",
    "b.board",
    NEWEST_FIRST,
    f"""t.status = :status AND (t.published_at IS NOT NULL OR t.lecturer_id = :own
         OR (:manages = 1 AND {at_or_below("t.organization_id")}))
       AND (o.kind <> 'GROUP' OR :inside = 1 OR EXISTS (
         SELECT 1 FROM organization_paths p WHERE p.ancestor_id = o.id AND p.descendant_id = b.board))""",
)
