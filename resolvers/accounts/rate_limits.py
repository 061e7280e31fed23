"""What too many attempts cost: waits that grow, and a pace, both shared by all workers.

An attempt is counted before it costs anything, all its counts in one transaction or none, and taken back when it was
right. So any number of attempts at once on any number of workers spends no more than the counts allow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import models
from models import attempts
from rules.refusals import TooManyAttempts

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Growing:
    """So many are free; then one waits a second, doubled with each further failure up to `longest`. A day without any
    and it begins anew."""

    name: str
    free: int
    longest: timedelta
    what: str


@dataclass(frozen=True, slots=True)
class Paced:
    """So many at once, and one more in each interval. Successes do not count."""

    name: str
    burst: int
    interval: timedelta
    what: str


Limit = Growing | Paced


@dataclass(frozen=True, slots=True)
class Counted:
    limit: Limit
    key: str
    number: int = 0


refused = 0  # attempts of this process that were not heard, for the metrics


async def take(at: datetime, *wanted: tuple[Limit, str]) -> Sequence[Counted]:
    """Counts one attempt: of each limit, by what it is counted. TooManyAttempts: one of them refuses, and none is
    counted. Name limits in the same order everywhere: each locks its row."""
    global refused
    keys = await attempts.keys(*(f"{limit.name}\n{by}" for limit, by in wanted))
    counted: list[Counted] = []
    try:
        async with models.database.transaction():
            for (limit, _), key in zip(wanted, keys, strict=True):
                counted.append(await _one(limit, key, attempts.milliseconds(at)))
    except TooManyAttempts:
        refused += 1
        raise
    return counted


async def _one(limit: Limit, key: str, now: int) -> Counted:
    if isinstance(limit, Paced):
        interval = attempts.span(limit.interval)
        if await attempts.pace(key, now, interval=interval, burst=limit.burst):
            return Counted(limit, key)
        free_at = await attempts.until(key) - (limit.burst - 1) * interval
    else:
        longest = attempts.span(limit.longest)
        forget = now + attempts.span(DAY)
        number = await attempts.grow(key, now, free=limit.free, longest=longest, forget=forget)
        if number is not None:
            return Counted(limit, key, number)
        free_at = await attempts.until(key)
    seconds = max(1, ceil((free_at - now) / 1000))
    raise TooManyAttempts(f"Too many {limit.what}; try again in {seconds} seconds.", seconds)


async def give_back(counted: Sequence[Counted], at: datetime) -> None:
    """What was counted was right, or never tried."""
    async with models.database.transaction():
        for one in counted:
            if isinstance(one.limit, Paced):
                await attempts.slacken(one.key, attempts.span(one.limit.interval))
            else:
                await attempts.take_back(one.key, one.number, attempts.milliseconds(at))


async def begin_anew(counted: Counted) -> None:
    await attempts.begin_anew(counted.key)


async def familiar(by: str, at: datetime) -> bool:
    """Whether this was right here before, not too long ago."""
    [key] = await attempts.keys(f"familiar\n{by}")
    return await attempts.familiar(key, attempts.milliseconds(at))


async def familiarize(by: str, until: datetime) -> None:
    [key] = await attempts.keys(f"familiar\n{by}")
    await attempts.familiarize(key, attempts.milliseconds(until))


async def forget(at: datetime) -> int:
    """Counts that matter no more; how many there were."""
    return await attempts.forget(attempts.milliseconds(at))
