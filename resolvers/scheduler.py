"""Time is a writer: midnight, a period's end, opensAt and dueAt, the edges of a grant. Each is written once, in
order."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from uuid import UUID

import structlog

import models
from models import Instant, clock
from models.clock import InstantKind
from resolvers.points import annual_base
from resolvers.session import Announce, Session, Work, unit_of_work
from resolvers.unit_of_work import TimeIsBehind as TimeIsBehind
from resolvers.unit_of_work import require_time, retried
from rules import periods

LOGGED_AGAIN = 60.0  # seconds after which a root that still waits is told of again: it is tried twice a second
log = structlog.get_logger("leitai.time")
_logged: dict[UUID, float] = {}


@dataclass(slots=True)
class Written:
    """How many instants were written; and of each root with one that could not be, why. Its later ones wait, in
    order."""

    count: int = 0
    behind: dict[UUID, Exception] = field(default_factory=dict[UUID, Exception])


async def run_due(now: datetime, announce: Announce) -> Written:
    """Write every instant that has come, each in a transaction of its own, tried again where it lost a deadlock. One
    that fails stops its own root alone, and is tried again by the next call."""
    done = Written()
    while due := await clock.due(now, done.behind):
        for instant in due:
            if instant.root_id in done.behind:
                continue
            try:
                done.count += await retried(partial(_write_once, instant, now, announce))
            except Exception as error:
                done.behind[instant.root_id] = error
                _log(instant, error)
    return done


def _log(instant: Instant, error: Exception) -> None:
    now = monotonic()
    if now - _logged.get(instant.root_id, -LOGGED_AGAIN) < LOGGED_AGAIN:
        return
    _logged[instant.root_id] = now
    what = {"root": str(instant.root_id), "kind": instant.kind.value, "instant": str(instant.id)}
    log.error("instant_not_written", **what, exc_info=error)


async def catch_up(session: Session, organization_id: UUID) -> None:
    """A board shows what time has done, also when it is only read. TimeIsBehind: not at this root."""
    behind = (await run_due(session.now(), session.announce)).behind
    if behind:
        for root in (await session.lineage(organization_id))[:1]:
            require_time(root.id, behind)


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
            await annual_base.give(work, root, instant.at)
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
    """A new root's clock, and its first instants."""
    await clock.start(root_id, now)
    await schedule(root_id, zone, settling_hours, now)


async def schedule(root_id: UUID, zone: str, settling_hours: int, now: datetime) -> None:
    """The next midnight, and when the days just past become final."""
    await clock.schedule(root_id, InstantKind.MIDNIGHT, periods.next_midnight(now, zone), root_id)
    today = periods.local_day(now, zone)
    for back in range(settling_hours // 24 + 2):
        final = periods.midnight(today - timedelta(days=back), zone) + timedelta(hours=settling_hours)
        if final > now:
            await clock.schedule(root_id, InstantKind.FINAL, final, root_id)
