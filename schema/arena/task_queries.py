"""Asking for a task."""

import strawberry

from resolvers.arena import tasks
from rules.ids import TaskId
from rules.refusals import NotFound
from schema import ids
from schema.arena.tasks import Task
from schema.context import Info


@strawberry.type
class TaskQueries:
    @strawberry.field(description="A task; null if it does not exist, or the viewer may not see it.")
    async def task(self, info: Info, id: strawberry.ID) -> Task | None:
        try:
            return Task.of(await tasks.get_visible(info.context.session, TaskId(ids.read(id, "Task"))))
        except NotFound:
            return None
