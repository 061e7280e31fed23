"""Time is a writer: midnight, a period's end, opensAt and dueAt, the edges of a grant. Each is written once, in
order."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import models
from models import Instant, clock
from models.clock import InstantKind
from resolvers import bases
from resolvers.session import Announce, Work, unit_of_work
from resolvers.work import retried
from rules import periods


async def write_due(now: datetime, announce: Announce) -> int:
    """Write every instant that has come, each in a transaction of its own; gives how many. Readers call it too, and
    would be told INTERNAL where it lost a deadlock."""
    count = 0
    while due := await clock.due(now):
        for instant in due:
            count += await retried(partial(_write_once, instant, now, announce))
    return count


async def _write_once(instant: Instant, now: datetime, announce: Announce) -> bool:
    """False: another process wrote it, or it was taken off the schedule."""
    async with unit_of_work(now, announce) as work:
        ours = await clock.begin_writing(instant)
        if ours:
            await _write(work, instant)
    return ours


async def _write(work: Work, instant: Instant) -> None:
    root = instant.root_id
    match instant.kind:
        case InstantKind.MIDNIGHT:
            zone, settling = await models.organizations.settling_root(root)
            work.touch(root, everything=True)
            await bases.give(work, root, instant.at)
            await clock.schedule(root, InstantKind.MIDNIGHT, periods.next_midnight(instant.at, zone), root)
            await clock.schedule(root, InstantKind.FINAL, instant.at + timedelta(hours=settling), root)
        case InstantKind.FINAL:
            work.touch(root, everything=True)
        case InstantKind.TASK_OPENS:
            task = await models.Task.get(id=instant.subject_id)
            await models.tasks.change_status(task.id, models.TaskStatus.OPEN, models.TaskStatus.SCHEDULED)
            work.touch(root, tasks=[task.organization_id])
        case InstantKind.TASK_DUE:
            task = await models.Task.get(id=instant.subject_id)
            await models.tasks.fall_due(task.id, instant.at)
            work.touch(root, tasks=[task.organization_id])
        case InstantKind.GRANT_STARTS | InstantKind.GRANT_ENDS:
            grant = await models.RoleGrant.get(id=instant.subject_id)
            work.change_rights()
            if grant.organization_id:
                work.touch(root, grant.organization_id)
    await clock.written(instant, await work.position(root))


async def begin(root_id: UUID, zone: str, settling_hours: int, now: datetime) -> None:
    """Schedule a new root's first instants: its next midnight, and when the days just past become final."""
    await clock.start(root_id, now)
    await clock.schedule(root_id, InstantKind.MIDNIGHT, periods.next_midnight(now, zone), root_id)
    today = periods.local_day(now, zone)
    for back in range(settling_hours // 24 + 2):
        final = periods.midnight(today - timedelta(days=back), zone) + timedelta(hours=settling_hours)
        if final > now:
            await clock.schedule(root_id, InstantKind.FINAL, final, root_id)
