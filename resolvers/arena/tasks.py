"""The life of a task and of a claim: guards, then one transaction whose conditional UPDATE says who was first."""

from dataclasses import dataclass
from datetime import datetime

from models import Instant, Task, TaskReview, TaskStatus, clock, tasks
from models.clock import TASKS, InstantKind
from resolvers import openness, visibility
from resolvers.session import Session, Work
from resolvers.visibility import NIL_ID
from rules.ids import OrganizationId, TaskId
from rules.refusals import (
    Checks,
    InvalidInput,
    TaskNotDraft,
    TaskNotOpen,
)
from rules.roles import Scope

RULE = "task.completed"
MOST_POINTS = 100_000
MOST_CAPACITY = 1_000_000


# ---------------------------------------------------------------- reads


async def get_visible(session: Session, task_id: TaskId) -> Task:
    """A task that the viewer may know of; drafts are for who manages or reviews there. NotFound otherwise."""
    task = await Task.get_or_none(id=task_id)
    await session.know(task.organization_id if task else NIL_ID)
    if task and visibility.task(session, task):
        return task
    raise await session.not_found("There is no such task, or you may not see it.")


# ---------------------------------------------------------------- tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """points: of an approved claim. capacity None: no limit. opens_at None: at publication. due_at None: never."""

    organization_id: OrganizationId
    title: str
    description: str = ""
    points: int
    review: TaskReview = TaskReview.REVIEWED
    capacity: int | None = None
    opens_at: datetime | None = None
    due_at: datetime | None = None


async def create(session: Session, new: NewTask) -> Task:
    session.signed_in()
    capacity, opens_at, due_at = new.capacity, new.opens_at, new.due_at
    checks = Checks()
    title = checks.line(new.title, "title", least=1, most=200)
    description = checks.text(new.description, "description", most=10_000)
    fits = 0 <= new.points <= MOST_POINTS
    checks.that(fits, "points", f"points is {new.points}; it must lie between 0 and {MOST_POINTS}.")
    checks.that(
        capacity is None or 1 <= capacity <= MOST_CAPACITY,
        "capacity",
        f"capacity is {capacity}; it must lie between 1 and {MOST_CAPACITY}, or be left out for no limit.",
    )
    checks.that(opens_at is None or due_at is None or opens_at < due_at, "dueAt", "dueAt must lie after opensAt.")
    checks.that(due_at is None or due_at > session.now(), "dueAt", "dueAt lies in the past.")
    checks.done()
    permit = await session.require(Scope.TASKS_MANAGE, at=new.organization_id)
    async with session.work() as work:
        task = await Task.create(
            root_id=permit.organization.root_id,
            organization_id=new.organization_id,
            title=title,
            description=description,
            points=new.points,
            review=new.review,
            capacity=capacity,
            opens_at=opens_at,
            due_at=due_at,
            created_by_id=permit.account_id,
            created_at=work.now,
        )
        work.touch(task.root_id, at={TASKS: [new.organization_id]})
        await openness.still_open(work, task.root_id, new.organization_id)
        _audit(work, task)
    return task


async def publish(session: Session, task_id: TaskId) -> Task:
    """SCHEDULED while opensAt lies ahead, OPEN otherwise."""
    task = await get_visible(session, task_id)
    await session.require(Scope.TASKS_MANAGE, at=task.organization_id)
    if task.due_at and task.due_at <= session.now() and task.status is TaskStatus.DRAFT:
        raise InvalidInput.at("taskId", "This task's dueAt has passed; create a new task with a later one.")
    async with session.work() as work:
        later = task.opens_at is not None and task.opens_at > work.now
        to = TaskStatus.SCHEDULED if later else TaskStatus.OPEN
        if not await tasks.change_status(task.id, to, TaskStatus.DRAFT):
            raise TaskNotDraft("This task was already published.", await Task.get(id=task.id))
        if later and task.opens_at:
            await clock.schedule(task.root_id, InstantKind.TASK_OPENS, task.opens_at, task.id)
        if task.due_at:
            await clock.schedule(task.root_id, InstantKind.TASK_DUE, task.due_at, task.id)
        await openness.still_open(work, task.root_id, task.organization_id)
        _audit(work, task)
        work.touch(task.root_id, at={TASKS: [task.organization_id]})
    return await Task.get(id=task.id)


async def close(session: Session, task_id: TaskId) -> Task:
    """No new claims. Who holds one may still submit until dueAt."""
    task = await get_visible(session, task_id)
    await session.require(Scope.TASKS_MANAGE, at=task.organization_id)
    async with session.work() as work:
        # before the task is locked, for time locks the two in this order
        await clock.unschedule(task.id, InstantKind.TASK_OPENS)
        if not await tasks.change_status(task.id, TaskStatus.CLOSED, TaskStatus.OPEN, TaskStatus.SCHEDULED):
            found = await Task.get(id=task.id)
            raise TaskNotOpen(f"This task is {found.status.value}, so it can't be closed.", found)
        _audit(work, task)
        work.touch(task.root_id, at={TASKS: [task.organization_id]})
    return await Task.get(id=task.id)


def _audit(work: Work, task: Task) -> None:
    work.audit("Task", task.id, root=task.root_id, at=task.organization_id)


# ---------------------------------------------------------------- what the scheduler does


async def open_when_due(work: Work, instant: Instant) -> None:
    task = await Task.get(id=instant.subject_id)
    await tasks.change_status(task.id, TaskStatus.OPEN, TaskStatus.SCHEDULED)
    work.touch(instant.root_id, at={TASKS: [task.organization_id]})


async def fall_due(work: Work, instant: Instant) -> None:
    task = await Task.get(id=instant.subject_id)
    await tasks.fall_due(task.id, instant.at)
    work.touch(instant.root_id, at={TASKS: [task.organization_id]})
