"""Attempts, counted in the database, which all workers share: each count is one statement that counts or refuses.

Keys are HMACs with a secret of this database, so that neither logins nor addresses stand here. Moments are milliseconds
since 1970.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from models import kept_secrets, sql
from models.database import dialect


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def span(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)


async def keys(*texts: str) -> list[str]:
    """The key of each count; what it is of cannot be read from it."""
    secret = await kept_secrets.kept("attempts")
    return [hmac.new(secret, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest() for text in texts]


async def grow(key: str, at: int, *, free: int, longest: int, forget: int) -> int | None:
    """Counts one more and says how many it makes; None: too early. After `free` of them waits begin, of a second
    doubled with each, up to `longest`. Begins anew when forgotten."""
    return await sql.value(
        """INSERT INTO attempts AS a (key, failures, until_ms, forget_ms) VALUES (:key, 1, :at, :forget)
           ON CONFLICT (key) DO UPDATE SET
             failures = CASE WHEN a.forget_ms <= :at THEN 1 ELSE a.failures + 1 END,
             until_ms = :at + CASE WHEN a.forget_ms <= :at OR a.failures + 1 < :free THEN 0
               WHEN a.failures + 1 >= :most THEN :longest
               ELSE 1000 * (1 << (a.failures + 1 - :free)) END,
             forget_ms = :forget
           WHERE a.until_ms <= :at OR a.forget_ms <= :at
           RETURNING failures""",
        key=key,
        at=at,
        free=free,
        longest=longest,
        most=free + (longest // 1000).bit_length(),  # from here on doubling would go beyond the longest
        forget=forget,
    )


async def pace(key: str, at: int, *, interval: int, burst: int) -> bool:
    """Counts one more; False: more than `burst` at once, and faster than one in an interval since. Kept until nothing
    of it matters any more."""
    found = await sql.value(
        """INSERT INTO attempts AS a (key, failures, until_ms, forget_ms) VALUES (:key, 1, :next, :next)
           ON CONFLICT (key) DO UPDATE SET
             failures = a.failures + 1,
             until_ms = CASE WHEN a.until_ms > :at THEN a.until_ms ELSE :at END + :interval,
             forget_ms = CASE WHEN a.until_ms > :at THEN a.until_ms ELSE :at END + :interval
           WHERE a.until_ms <= :latest
           RETURNING failures""",
        key=key,
        at=at,
        next=at + interval,
        interval=interval,
        latest=at + (burst - 1) * interval,
    )
    return found is not None


async def until(key: str) -> int:
    """From when it may be tried again, or for a pace: when all that was counted is used up. 0: nothing was counted."""
    return await sql.value("SELECT until_ms FROM attempts WHERE key = :key", key=key) or 0


async def begin_anew(key: str) -> None:
    await sql.execute("DELETE FROM attempts WHERE key = :key", key=key)


async def take_back(key: str, counted: int, at: int) -> None:
    """One that `grow` counted; its wait too, unless another was counted since."""
    await sql.execute(
        """UPDATE attempts SET until_ms = CASE WHEN failures = :counted AND until_ms > :at THEN :at ELSE until_ms END,
             failures = failures - 1 WHERE key = :key AND failures > 0""",
        key=key,
        counted=counted,
        at=at,
    )


async def slacken(key: str, interval: int) -> None:
    """One that `pace` counted."""
    await sql.execute(
        """UPDATE attempts SET until_ms = until_ms - :interval, failures = failures - 1
           WHERE key = :key AND failures > 0""",
        key=key,
        interval=interval,
    )


async def familiar(key: str, at: int) -> bool:
    return bool(
        await sql.value("SELECT 1 AS one FROM familiar_addresses WHERE key = :key AND forget_ms > :at", key=key, at=at)
    )


async def familiarize(key: str, forget: int) -> None:
    await sql.execute(
        """INSERT INTO familiar_addresses (key, forget_ms) VALUES (:key, :forget)
           ON CONFLICT (key) DO UPDATE SET forget_ms = excluded.forget_ms""",
        key=key,
        forget=forget,
    )


async def forget(at: int) -> int:
    """What matters no more, of all; how many. A row that somebody is counting in is left to the next time: waiting
    for it, while that one waits for another of these, would end neither."""
    free = "FOR UPDATE SKIP LOCKED" if dialect() == "postgres" else ""
    gone = 0
    for table in ("attempts", "familiar_addresses"):
        old = f"SELECT key FROM {table} WHERE forget_ms <= :at {free}"
        gone += await sql.execute(f"DELETE FROM {table} WHERE key IN ({old})", at=at)
    return gone
