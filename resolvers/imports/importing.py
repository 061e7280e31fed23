"""Importing organizations and members: read, check everything, then write in one short transaction, or not at all.

What was checked may have changed before it is written. The transaction asks again, cheaply, and whatever it finds
changed makes the import begin anew; after some attempts it gives up with a clear sentence.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from tortoise.exceptions import IntegrityError, OperationalError

from models import phones
from resolvers.audit import command_line
from resolvers.imports import members as imports_members
from resolvers.imports import organizations as imports_organizations
from resolvers.imports.run import ChangedMeanwhile, Progress, Report, Run
from resolvers.session import Now, Ports
from rules import periods
from rules.imports import columns, csv_tables, file_kinds, spreadsheets, workbooks
from rules.imports.columns import Columns
from rules.imports.file_kinds import FileKind
from rules.imports.matching_members import Namesakes
from rules.imports.spreadsheets import ImportRefused, Table

__all__ = ["ImportRefused", "Progress", "Report", "members", "organizations"]

ATTEMPTS = 3
LOST = (ChangedMeanwhile, IntegrityError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


async def organizations(
    content: bytes,
    name: str,
    *,
    now: Now,
    ports: Ports,
    progress: Progress,
    check: bool = False,
    time_zone: str | None = None,
) -> Report:
    """ImportRefused: nothing was written. `name` is the file's, for what is said about it. check: writes nothing.
    time_zone: of roots for which the file says none."""
    if time_zone is not None and not periods.known_zone(time_zone):
        raise spreadsheets.refused(f"{spreadsheets.shown(time_zone)} is no IANA time zone such as Asia/Shanghai.")
    table = await asyncio.to_thread(read, content, name, columns.ORGANIZATIONS)
    by, file = command_line("import organizations"), hashlib.sha256(content).hexdigest()

    async def attempt() -> Report:
        run = Run(now(), ports, progress, by, file, check)
        return await imports_organizations.bring(table.rows, run, time_zone)

    return replace(await _settled(attempt), notes=table.notes)


async def members(
    content: bytes,
    name: str,
    *,
    now: Now,
    ports: Ports,
    progress: Progress,
    namesakes: Namesakes = Namesakes.ASK,
    check: bool = False,
) -> Report:
    """ImportRefused: nothing was written. A login makes an account; a secretary gives its first password."""
    table = await asyncio.to_thread(read, content, name, columns.MEMBERS)
    by, file = command_line("import members"), hashlib.sha256(content).hexdigest()

    async def attempt() -> Report:
        run = Run(now(), ports, progress, by, file, check)
        return await imports_members.bring(table.rows, run, namesakes)

    return replace(await _settled(attempt), notes=table.notes)


def read(content: bytes, name: str, columns: Columns) -> Table:
    spreadsheets.check_size(len(content))
    if file_kinds.kind_of(content, name) is FileKind.XLSX:
        return workbooks.read(content, columns)
    return csv_tables.read_csv(content, columns)


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
