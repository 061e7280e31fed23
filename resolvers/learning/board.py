"""The course board of an organization: courses set there, above and below, as one live board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import models
from models import Course, Member, Organization, OrganizationKind
from resolvers import boards
from resolvers.boards import BoardView
from resolvers.session import Session

MOST_LISTED = 1_000  # published courses; beyond that a board is not read by people


@dataclass(frozen=True, slots=True)
class CourseBoardKey:
    organization_id: UUID
    view: BoardView


@dataclass(frozen=True, slots=True)
class CourseBoard:
    """A course board at one version. courses: PUBLISHED, newest first. completions: as this view sees them."""

    key: CourseBoardKey
    lineage: tuple[Organization, ...]
    version: int
    courses: Sequence[Course]
    completions: Mapping[UUID, int]
    lecturers: Mapping[UUID, Member]
    organizations: Mapping[UUID, Organization]


async def key(session: Session, organization_id: UUID) -> CourseBoardKey:
    """NotFound: there is no such organization, or not for this viewer."""
    lineage = await session.visible(organization_id)
    return CourseBoardKey(organization_id, session.view(lineage))


def topics(board: CourseBoardKey, lineage: Sequence[Organization]) -> frozenset[str]:
    public = "" if board.view is BoardView.FULL else "p"
    own = boards.topics(board.view, board.organization_id, lineage[0].root_id, "cb")
    return own | {f"{public}c:{above.id}" for above in lineage}


def inside(board: CourseBoardKey, lineage: Sequence[Organization]) -> int:
    return int(board.view is BoardView.FULL or lineage[-1].kind in (OrganizationKind.BRANCH, OrganizationKind.GROUP))


async def load(board: CourseBoardKey) -> CourseBoard | None:
    """All of it, of one moment. None: there is no such organization."""
    public = board.view is not BoardView.FULL
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


async def versions(keys: Sequence[CourseBoardKey]) -> dict[CourseBoardKey, int]:
    """Present versions, in one statement. A board that is no more is missing."""
    found = await models.leaderboards.course_board_versions(list({one.organization_id for one in keys}))
    return {
        one: found[one.organization_id][one.view is not BoardView.FULL] for one in keys if one.organization_id in found
    }
