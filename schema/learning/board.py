"""The course board of an organization, as one live board; and asking for courses."""

from collections.abc import AsyncGenerator
from typing import Any

import strawberry

from models import CourseStatus
from models.courses import COURSES
from resolvers import visibility
from resolvers.boards import BoardView
from resolvers.learning import board as learning_board
from resolvers.learning import courses
from resolvers.learning.board import CourseBoard as Board
from resolvers.organization_boards import inside
from rules.refusals import NotFound
from rules.roles import Scope
from schema import ids
from schema.context import Info
from schema.directory.members import Member
from schema.directory.organizations import Organization
from schema.learning.courses import Course
from schema.live_boards import PACE, LiveBoard
from schema.node import Node, fetched_by
from schema.pages import DEFAULT_PAGE, Connection, held, page_of


@strawberry.type(
    description="The content of a course screen: courses that can be heard, offered by this organization, "
    "above and below."
)
class CourseBoard(Node):
    board: strawberry.Private[Board]

    @classmethod
    def of(cls, board: Board) -> "CourseBoard":
        return cls(
            id=strawberry.ID(ids.encode("CourseBoard", board.key.organization_id)),
            board=board,
            organization=Organization.of(board.lineage[-1]),
            version=str(board.version),
            view=board.key.view,
        )

    organization: Organization = strawberry.field(description="The organization of the board.")
    version: str = strawberry.field(
        description="Grows with every change of the board, except partial progress of the viewer's study. Compare"
        " as integers."
    )
    view: BoardView = strawberry.field(description="The view of the frame, which decides what it may contain.")

    @strawberry.field(description="PUBLISHED courses, newest first; at most 1,000.")
    def courses(self, first: int | None = 20, after: str | None = None) -> Connection[Course]:
        board = self.board

        def wrap(row: Any) -> Course:
            lecturer = board.lecturers[row.lecturer_id]
            named = Member.of(lecturer, board.organizations[lecturer.organization_id])
            return Course.of(
                row, (Organization.of(board.organizations[row.organization_id]), named, board.completions[row.id])
            )

        return held(COURSES, board.courses, wrap, first=DEFAULT_PAGE if first is None else first, after=after)


# ---------------------------------------------------------------- queries


COURSE_BOARDS = LiveBoard(learning_board.COURSE_BOARDS, learning_board.load, CourseBoard.of)
fetched_by("CourseBoard")(COURSE_BOARDS.by_id)


@strawberry.type
class CourseQueries:
    @strawberry.field(
        description="Courses offered by an organization, above and below, newest first. Drafts, and courses "
        "archived as drafts, are visible to those who manage courses there. A lecturer sees its own. "
        "Null if the viewer may not see the organization."
    )
    async def courses(
        self,
        info: Info,
        organization_id: strawberry.ID,
        status: CourseStatus | None = CourseStatus.PUBLISHED,
        first: int | None = 20,
        after: str | None = None,
    ) -> Connection[Course] | None:
        session = info.context.session
        try:
            key = await learning_board.COURSE_BOARDS.key(session, ids.read(organization_id, "Organization"))
        except NotFound:
            return None
        lineage = await session.lineage(key.organization_id)
        return await page_of(
            info.context,
            COURSES,
            key.organization_id,
            Course.of,
            first=first,
            after=after,
            status=(status or CourseStatus.PUBLISHED).value,
            inside=inside(key, lineage),
            manages=int(session.allowed(Scope.COURSES_MANAGE, lineage)),
            own=(session.viewer and session.viewer.member_id) or ids.NIL_ID,
            **visibility.places(session, Scope.COURSES_MANAGE),
        )

    @strawberry.field(description="An organization's course board. Null if the viewer may not see it.")
    async def course_board(self, info: Info, organization_id: strawberry.ID) -> CourseBoard | None:
        return await COURSE_BOARDS.asked_for(info, organization_id)

    @strawberry.field(description="A course; null if it does not exist, or the viewer may not see it.")
    async def course(self, info: Info, id: strawberry.ID) -> Course | None:
        try:
            return Course.of(await courses.get_visible(info.context.session, ids.read(id, "Course")))
        except NotFound:
            return None


@strawberry.type
class CourseSubscriptions:
    @strawberry.subscription(description=f"A course board, whenever it changes. {PACE}")
    async def course_board_updated(
        self, info: Info, organization_id: strawberry.ID, max_per_second: float | None = 2
    ) -> AsyncGenerator[CourseBoard]:
        async for board in COURSE_BOARDS.states(info, organization_id):
            yield board
