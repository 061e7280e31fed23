"""Importing organizations and members: read, check everything, then write in one short transaction, or not at all.

What was checked may have changed before it is written. The transaction asks again, cheaply, and whatever it finds
changed makes the import begin anew; after some attempts it gives up with a clear sentence.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from tortoise.exceptions import IntegrityError, OperationalError

from models import phones
from resolvers import importing_members, importing_organizations, xlsx
from resolvers.audit import command_line
from resolvers.importing_run import ChangedMeanwhile, Progress, Report, Run
from resolvers.session import Announce, Now
from rules import spreadsheets
from rules.matching_members import Namesakes
from rules.spreadsheets import Columns, ImportRefused, Row

__all__ = ["ImportRefused", "Progress", "Report", "members", "organizations"]

ATTEMPTS = 3
LOST = (ChangedMeanwhile, IntegrityError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


async def organizations(content: bytes, name: str, *, now: Now, announce: Announce, progress: Progress) -> Report:
    """ImportRefused: nothing was written. `name` is the file's, for what is said about it."""
    rows = await asyncio.to_thread(read, content, name, spreadsheets.ORGANIZATIONS)
    by, file = command_line("import organizations"), hashlib.sha256(content).hexdigest()
    return await _settled(lambda: importing_organizations.bring(rows, Run(now(), announce, progress, by, file)))


async def members(
    content: bytes,
    name: str,
    *,
    now: Now,
    announce: Announce,
    progress: Progress,
    namesakes: Namesakes = Namesakes.ASK,
) -> Report:
    """ImportRefused: nothing was written. A login makes an account; a secretary gives its first password."""
    rows = await asyncio.to_thread(read, content, name, spreadsheets.MEMBERS)
    by, file = command_line("import members"), hashlib.sha256(content).hexdigest()
    return await _settled(lambda: importing_members.bring(rows, Run(now(), announce, progress, by, file), namesakes))


def read(content: bytes, name: str, columns: Columns) -> list[Row]:
    spreadsheets.check_size(len(content))
    if xlsx.check_kind(content, name):
        return xlsx.read(content, columns)
    return spreadsheets.read_csv(content, columns)


async def _settled(attempt: Callable[[], Awaitable[Report]]) -> Report:
    last: Exception | None = None
    for _ in range(ATTEMPTS):
        try:
            return await attempt()
        except phones.NoDataKey as missing:
            raise spreadsheets.refused(f"{missing} Nothing was written.") from missing
        except LOST as lost:
            last = lost
        except OperationalError as busy:
            if "locked" not in str(busy):
                raise
            last = busy
    raise spreadsheets.refused(
        "Others changed the same things while the file was checked; nothing was written. Import it again."
    ) from last
