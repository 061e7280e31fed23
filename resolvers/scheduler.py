"""Time is a writer: midnight, a period's end, opensAt and dueAt, the edges of a grant. Each is written once, in
order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from uuid import UUID

import structlog

import models
from models import Instant, clock
from models.clock import InstantKind
from resolvers.facts import MIDNIGHT
from resolvers.unit_of_work import Ports, Work, WriteInstant, retried, unit_of_work
from resolvers.unit_of_work import TimeIsBehind as TimeIsBehind
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


async def run_due(now: datetime, ports: Ports) -> Written:
    """Write every instant that has come, each in a transaction of its own, tried again where it lost a deadlock. One
    that fails stops its own root alone, and is tried again by the next call."""
    done = Written()
    while due := await clock.due(now, done.behind):
        for instant in due:
            if instant.root_id in done.behind:
                continue
            try:
                done.count += await retried(partial(_write_once, instant, now, ports))
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


async def _write_once(instant: Instant, now: datetime, ports: Ports) -> bool:
    """False: another process wrote it, or it was taken off the schedule."""
    async with unit_of_work(now, ports) as work:
        ours = await clock.begin_writing(instant)
        if ours:
            await ports.instants[instant.kind](work, instant)
            await clock.written(instant, await work.position(instant.root_id))
    return ours


async def _midnight(work: Work, instant: Instant) -> None:
    root = instant.root_id
    zone, settling = await models.organizations.settling_root(root)
    work.touch(root, everything=True)
    await work.fact(MIDNIGHT, root, root, held_at=instant.at)
    await clock.schedule(root, InstantKind.MIDNIGHT, periods.next_midnight(instant.at, zone), root)
    await clock.schedule(root, InstantKind.FINAL, instant.at + timedelta(hours=settling), root)


async def _final(work: Work, instant: Instant) -> None:
    work.touch(instant.root_id, everything=True)


INSTANTS: Mapping[InstantKind, WriteInstant] = {InstantKind.MIDNIGHT: _midnight, InstantKind.FINAL: _final}


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
