"""Importing organizations and members: read, check everything, then write in one short transaction, or not at all.

What was checked may have changed before it is written. The transaction asks again, cheaply, and whatever it finds
changed makes the import begin anew; after some attempts it gives up with a clear sentence.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4
from collections.abc import AsyncGenerator

import asyncpg
from tortoise.exceptions import IntegrityError, OperationalError

import models
from models import clock, importing
from models.importing import Bulk, each, insert
from models.organizations import SETTLING_HOURS, TIME_ZONE
from resolvers import time, xlsx
from resolvers.session import Announce, Now, Work, unit_of_work
from rules import periods, spreadsheets
from rules.importing import OrganizationsPlan, Place, check_organizations
from rules.importing_members import KnownMember, MembersPlan, Person, check_members
from rules.spreadsheets import Columns, Row

ATTEMPTS = 3
MOST_BOARDS = 1_000  # named one by one; beyond, all boards of the root load anew

Progress = Callable[[int, int], None]
"""How many steps are done, of how many. Called first when the file is read and checked."""


@dataclass(frozen=True, slots=True)
class Report:
    created: int
    updated: int
    unchanged: int


class ChangedMeanwhile(Exception):
    """Something on which the checks relied is not so any more."""


async def organizations(content: bytes, name: str, *, now: Now, announce: Announce, progress: Progress) -> Report:
    """ImportRefused: nothing was written. `name` is the file's, for what is said about it."""
    rows = await asyncio.to_thread(_read, content, name, spreadsheets.ORGANIZATIONS)
    return await _settled(lambda: _Organizations(now, announce, progress).bring(rows))


async def members(content: bytes, name: str, *, now: Now, announce: Announce, progress: Progress) -> Report:
    """ImportRefused: nothing was written. A login makes an account, to which a secretary gives the first password."""
    rows = await asyncio.to_thread(_read, content, name, spreadsheets.MEMBERS)
    return await _settled(lambda: _Members(now, announce, progress).bring(rows))


def _read(content: bytes, name: str, columns: Columns) -> list[Row]:
    spreadsheets.check_size(len(content))
    if xlsx.check_kind(content, name):
        return xlsx.read(content, columns)
    return spreadsheets.read_csv(content, columns)


async def _settled(attempt: Callable[[], Awaitable[Report]]) -> Report:
    last: Exception | None = None
    for _ in range(ATTEMPTS):
        try:
            return await attempt()
        except (ChangedMeanwhile, IntegrityError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as lost:
            last = lost
        except OperationalError as busy:
            if "locked" not in str(busy):
                raise
            last = busy
    raise spreadsheets.refused(
        "Others changed the same things while the file was checked; nothing was written. Import it again."
    ) from last


@dataclass(slots=True)
class _Import:
    now: Now
    announce: Announce
    progress: Progress

    @asynccontextmanager
    async def _writing(self, roots: Iterable[UUID]) -> AsyncGenerator[Work]:
        """The one transaction; begins with the lock under which trees change shape, one import at a time in each."""
        at = self.now()
        await time.write_due(at, self.announce)
        async with unit_of_work(at, self.announce) as work:
            for root in sorted(roots):
                await models.organizations.lock_tree(root)
            yield work

    async def _run(self, bulks: Sequence[Bulk]) -> None:
        done, total = 0, sum(len(bulk.rows) for bulk in bulks)

        def told(more: int) -> None:
            nonlocal done
            done += more
            self.progress(done, total)

        self.progress(0, total)
        for bulk in bulks:
            await importing.run(bulk, told)

    def _nothing_to_do(self, unchanged: int) -> Report:
        self.progress(unchanged, unchanged)
        return Report(0, 0, unchanged)
