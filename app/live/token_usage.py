"""When tokens are used, to the hour: remembered here, and written by and by, so that no request waits for it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import models


class Uses:
    def __init__(self) -> None:
        self._new: set[UUID] = set()
        self._written: set[UUID] = set()  # in this hour
        self._hour: datetime | None = None

    def note(self, token_id: UUID) -> None:
        self._new.add(token_id)

    async def write(self, open_now: Iterable[UUID], at: datetime) -> None:
        """Those noted, and those that have open sockets; each once in an hour."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._written = hour, set()
        new = (self._new | set(open_now)) - self._written
        self._new = set()
        if new:
            await models.sessions.used(new, at)
            self._written |= new
