"""What is kept about one person, part by part: the rows behind `leitai member export`.

Each statement gives its own columns only: a new column is in the export when somebody decides that it is, and
nothing of other people is. Who decided, recorded or granted is left out.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from models import sql
from models.personal import Personal


async def read(tables: Iterable[Personal], member_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """By the name of each part. Inside a snapshot."""
    return {
        name: await sql.rows(statement, member=member_id, like=f"%{member_id}%")
        for table in tables
        for name, statement in table.export.items()
    }
