"""The task arena 任务擂台 of an organization, as one live board."""

from collections.abc import AsyncGenerator
from typing import Any

import strawberry

import models
from models import TaskStatus
from models.tasks import IN_ARENA
from resolvers import visibility
from resolvers.arena import board
from resolvers.arena.board import MOST_APPROVALS, Arena
from resolvers.boards import BoardView
from resolvers.organization_boards import inside
from rules.refusals import InvalidInput
from rules.roles import Scope
from schema import ids
from schema.arena.tasks import Claim, Task
from schema.context import Info
from schema.directory.members import Member
from schema.directory.organizations import Organization
from schema.live_boards import PACE, LiveBoard
from schema.node import Node, fetched_by
from schema.pages import DEFAULT_PAGE, Connection, empty, held, page_of

LOADED = (TaskStatus.OPEN, TaskStatus.SCHEDULED)


def _in_memory(arena: Arena, status: TaskStatus, first: int, after: str | None) -> Connection[Task]:
    """A page of what the arena holds already."""
    rows = [one for one in arena.tasks if one.status is status]
    full = arena.key.view is BoardView.FULL

    def wrap(row: models.Task) -> Task:
        return Task.of(row, arena.organizations[row.organization_id], full)

    return held(IN_ARENA, rows, wrap, first=first, after=after)


@strawberry.type(
    description="The content of an arena screen: tasks open to this organization, set here, above or below."
)
class TaskArena(Node):
    arena: strawberry.Private[Arena]

    @classmethod
    def of(cls, arena: Arena) -> "TaskArena":
        return cls(
            id=strawberry.ID(ids.encode("TaskArena", arena.key.organization_id)),
            arena=arena,
            organization=Organization.of(arena.lineage[-1]),
            version=str(arena.version),
            view=arena.key.view,
            open_count=arena.open_count,
            claimed_count=arena.claimed_count,
            approved_count=arena.approved_count,
        )

    organization: Organization = strawberry.field(description="The organization of the arena.")
    version: str = strawberry.field(description="Grows whenever anything it shows changes. Compare as integers.")
    view: BoardView = strawberry.field(description="The view of the frame, which decides what it may contain.")
    open_count: int = strawberry.field(description="Tasks that can be claimed by somebody.")
    claimed_count: int = strawberry.field(description="Claims that hold a slot, in all published tasks.")
    approved_count: int = strawberry.field(description="Claims that were approved, in all published tasks.")

    @strawberry.field(
        description="Newest first. DRAFT tasks are listed only for those who may review here, and where each is set."
    )
    async def tasks(
        self, info: Info, status: TaskStatus | None = TaskStatus.OPEN, first: int | None = 20, after: str | None = None
    ) -> Connection[Task]:
        arena, session = self.arena, info.context.session
        status = status or TaskStatus.OPEN
        if status in LOADED:
            return _in_memory(arena, status, DEFAULT_PAGE if first is None else first, after)
        if status is TaskStatus.DRAFT and not session.allowed(Scope.CLAIMS_REVIEW, arena.lineage):
            return empty()
        values: dict[str, Any] = {
            "status": status.value,
            "inside": inside(arena.key, arena.lineage),
            **visibility.places(session, Scope.CLAIMS_REVIEW),
        }
        return await page_of(
            info.context, IN_ARENA, arena.key.organization_id, Task.of, first=first, after=after, **values
        )

    @strawberry.field(
        description="Newest first, at most 50. Members who hide their names are left out of public views."
    )
    def recent_approvals(self, first: int | None = 10) -> list[Claim]:
        first = 10 if first is None else first
        if not 0 <= first <= MOST_APPROVALS:
            raise InvalidInput.at("first", f"first is {first}; it must lie between 0 and {MOST_APPROVALS}.")
        homes, full = self.arena.organizations, self.arena.key.view is BoardView.FULL
        return [
            Claim.of(
                claim,
                (Task.of(task, homes[task.organization_id], full), Member.of(member, homes[member.organization_id])),
            )
            for claim, task, member in self.arena.approvals[:first]
        ]


# ---------------------------------------------------------------- queries


ARENAS = LiveBoard(board.ARENAS, board.load, TaskArena.of)
fetched_by("TaskArena")(ARENAS.by_id)


@strawberry.type
class ArenaQueries:
    @strawberry.field(description="An organization's arena. Null if the viewer may not see it.")
    async def task_arena(self, info: Info, organization_id: strawberry.ID) -> TaskArena | None:
        return await ARENAS.asked_for(info, organization_id)


@strawberry.type
class ArenaSubscriptions:
    @strawberry.subscription(description=f"A task arena, whenever it changes. {PACE}")
    async def task_arena_updated(
        self, info: Info, organization_id: strawberry.ID, max_per_second: float | None = 2
    ) -> AsyncGenerator[TaskArena]:
        async for arena in ARENAS.states(info, organization_id):
            yield arena
