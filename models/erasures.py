"""Taking a person's names, texts and addresses out of every table. What counts stays, under an id alone.

What each column is, and what becomes of it, stands in models/personal/.
Lock order: member first, the root's clock last, as everywhere.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from models import phones, sql
from models.database import connection, dialect
from models.members import Member
from models.personal import Personal

NAMELESS = {"name": "", "alias": None, "alias_set_aside": None, "name_key": None, "shown_key": None}


async def erase(tables: Iterable[Personal], member_id: UUID, at: datetime) -> None:
    """Everything but the row itself, whose member belongs nowhere by now. Inside a transaction, its row locked."""
    for table in tables:
        for statement in table.erase:
            await sql.execute(statement, member=member_id, at=at)
    await Member.filter(id=member_id).update(**NAMELESS, joined_on=None, erased_at=at, **asdict(phones.Sealed()))


async def leave_no_trace(tables: Iterable[Personal], seconds: float) -> bool:
    """What was erased is gone from the files too: on SQLite the log beside the file is emptied into it, on PostgreSQL
    dead rows are taken out. Outside a transaction. False: somebody read for so long that it could not be done."""
    if dialect() == "postgres":
        changed = ["members", *(one.table for one in tables if one.erase)]
        await connection().execute_script(f"VACUUM {', '.join(changed)}")
        return True
    await connection().execute_script(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    found = await connection().execute_query_dict("PRAGMA wal_checkpoint(TRUNCATE)")
    return not found or not found[0]["busy"]
