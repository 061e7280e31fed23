"""What the audit log keeps of what changes nothing: looks at whole phone numbers, and attempts that are not heard.

Both could be many, so both are conflated in this process: a list on a poll, or a flood of wrong passwords, fills no
disk.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import models
from models import AuditOutcome, Member
from models.audit import NO_ROOT
from resolvers import audit
from resolvers.audit import Subject
from resolvers.session import Session

LOOK = "Member.phone"
LOOKS_APART = timedelta(minutes=10)  # of one account at one member
REFUSALS_APART = timedelta(hours=1)  # of one login
MOST_REFUSALS = 60  # within that time, whatever is tried: a day of it is a thousand entries
REMEMBERED = 50_000  # of each; the oldest is forgotten first


@dataclass
class Recently:
    """What was written lately, in this process."""

    apart: timedelta
    _until: OrderedDict[Hashable, datetime] = field(default_factory=OrderedDict[Hashable, datetime])

    def has(self, key: Hashable, now: datetime) -> bool:
        return self._until.get(key, now) > now

    def remember(self, keys: Iterable[Hashable], now: datetime) -> None:
        for key in keys:
            self._until.pop(key, None)
            self._until[key] = now + self.apart
        while len(self._until) > REMEMBERED:
            self._until.popitem(last=False)

    def count(self, now: datetime) -> int:
        """How many of this time."""
        while self._until and next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)
        return len(self._until)

    def clear(self) -> None:
        self._until.clear()


looks = Recently(LOOKS_APART)
refusals = Recently(REFUSALS_APART)


# ---------------------------------------------------------------- looks


async def keep(session: Session) -> None:
    """Before an operation's answer goes out: its looks, one entry in each root, in a short transaction of their own."""
    seen, session.phones_seen = session.phones_seen, set()
    viewer = session.viewer
    if not seen or viewer is None:
        return
    now = session.now()
    new = [one for one in seen if not looks.has((viewer.account_id, one), now)]
    if not new:
        return
    fresh = list((await models.members.by_ids(new)).values())
    if fresh:
        by_root: dict[UUID, list[Member]] = {}
        for one in fresh:
            by_root.setdefault(one.root_id, []).append(one)
        await session.know_lineages([one.organization_id for one in fresh])
        subjects = [_look(session, root, some) for root, some in by_root.items()]
        async with models.database.transaction():
            await audit.write(now, session.actor(LOOK), subjects)
    looks.remember(((viewer.account_id, one.id) for one in fresh), now)


def _look(session: Session, root_id: UUID, members: Sequence[Member]) -> Subject:
    """In the log of the nearest organization above all of them."""
    ids = sorted(one.id for one in members)
    lines = [[above.id for above in session.lineages.get(one.organization_id, ())] for one in members]
    return Subject("Member", ids, root_id, audit.nearest_above(lines) or root_id, ids)


# ---------------------------------------------------------------- attempts that are not heard


async def refused(session: Session, login: str) -> None:
    """Too many wrong passwords were sent for a login: once an hour for each, and so many in all. Of a login that
    nobody has, only that there was one."""
    now = session.now()
    key = models.sessions.digest(login)
    if refusals.has(key, now) or refusals.count(now) >= MOST_REFUSALS:
        return
    refusals.remember([key], now)
    found = await models.sessions.whose(login)
    subject = Subject(
        "Account" if found else None,
        [found.account_id] if found else [],
        found.root_id if found else NO_ROOT,
        found.organization_id if found else None,
        [found.member_id] if found and found.member_id else [],
        outcome=AuditOutcome.REFUSED,
    )
    await audit.record(now, session.actor(), subject)
