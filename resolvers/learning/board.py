"""The course board of an organization: courses set there, above and below, as one live board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import models
from models import Course, Member, Organization
from resolvers.organization_boards import OrganizationBoard, OrganizationBoardKey, inside

COURSE_BOARDS = OrganizationBoard("learning", "cb", models.leaderboards.course_board_versions, topic_above="c")
MOST_LISTED = 1_000  # published courses; beyond that a board is not read by people


@dataclass(frozen=True, slots=True)
class CourseBoard:
    """A course board at one version. courses: PUBLISHED, newest first. completions: as this view sees them."""

    key: OrganizationBoardKey
    lineage: tuple[Organization, ...]
    version: int
    courses: Sequence[Course]
    completions: Mapping[UUID, int]
    lecturers: Mapping[UUID, Member]
    organizations: Mapping[UUID, Organization]


async def load(board: OrganizationBoardKey) -> CourseBoard | None:
    """All of it, of one moment. None: there is no such organization."""
    public = board.in_public
    async with models.database.snapshot():
        lineages = await models.organizations.lineages([board.organization_id])
        found = await models.leaderboards.course_board_versions([board.organization_id])
        if board.organization_id not in found:
            return None
        lineage = tuple(lineages[board.organization_id])
        courses = await models.courses.on_board(board.organization_id, inside(board, lineage), MOST_LISTED)
        hidden = await models.courses.hidden_completions([one.id for one in courses]) if public else {}
        lecturers = await models.members.by_ids({one.lecturer_id for one in courses})
        named = {one.organization_id for one in (*courses, *lecturers.values())}
        organizations = await models.organizations.by_ids(named)
    return CourseBoard(
        key=board,
        lineage=lineage,
        version=found[board.organization_id][public],
        courses=courses,
        completions={one.id: one.completed - hidden.get(one.id, 0) for one in courses},
        lecturers=lecturers,
        organizations=organizations,
    )
