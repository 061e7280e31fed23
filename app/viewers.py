"""Who the sockets speak for. A hall that comes back all at once is looked up in batches, and each token once.

A viewer is remembered only for as long as no rights moved: whoever is told a remembered one asked the database for the
position of rights, after calling. A token that was taken away is refused at once, as if nothing were remembered.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import models
from app.batches import Batched, Coalesced, Spawn
from resolvers import sessions
from resolvers.session import Now, Viewer

REMEMBERED = 10_000  # tokens, by digest: as many as a process holds sockets
FOR = timedelta(seconds=30)  # a hall is back within this; grants that begin meanwhile move rights too


@dataclass(frozen=True, slots=True)
class Known:
    """position: of rights, before it was looked up."""

    position: int
    viewer: Viewer
    until: datetime


class Viewers:
    def __init__(self, clock: Now, spawn: Spawn) -> None:
        self._clock = clock
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._lookups: Batched[str, Known] = Batched(self._look_up, spawn)
        self.rights = Coalesced(models.sessions.rights_position, spawn)
        self.asked = self.looked_up = self.batches = 0

    async def of(self, token: str) -> tuple[Viewer, int] | None:
        """The viewer, and a position of rights that it is no older than; None: the token is not good."""
        self.asked += 1
        digest = models.sessions.digest(token)
        known = self._known.get(digest)
        if known is None or self._clock() >= known.until or known.position != await self.rights.get():
            known = await self._lookups.get(digest)
        if known is None or self._clock() >= known.viewer.expires_at:
            return None
        return known.viewer, known.position

    async def _look_up(self, digests: Sequence[str]) -> dict[str, Known]:
        self.batches += 1
        self.looked_up += len(digests)
        position = await self.rights.get()
        now = self._clock()
        found = await sessions.viewers_by_digest(digests, now)
        made = {digest: Known(position, viewer, now + FOR) for digest, viewer in found.items()}
        for digest in digests:
            self._known.pop(digest, None)
        self._known.update(made)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return made
