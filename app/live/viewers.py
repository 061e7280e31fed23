"""Who the sockets speak for. A hall that comes back all at once is looked up in batches, and each token once.

A viewer is remembered only for as long as no rights moved: whoever is told a remembered one asked the database for the
position of rights, after calling. A token that was taken away is refused at once, as if nothing were remembered.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import models
from app.live.batching import Batched, Coalesced, Spawn
from resolvers.accounts import sign_in
from resolvers.session import Now, Viewer

REMEMBERED = 10_000  # tokens: as many as a process holds sockets
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
        found = await sign_in.viewers_by_digest(digests, now)
        made = {digest: Known(position, viewer, now + FOR) for digest, viewer in found.items()}
        for digest in digests:
            self._known.pop(digest, None)
        self._known.update(made)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return made


class Speakers:
    """In whose name frames are made for open sockets. A stream is opened in the name of its viewer as it then was, and
    its frames go on while rights move: each is made with those of its own moment, so that of two frames of one version
    neither shows an older place of the viewer than the other."""

    def __init__(self, clock: Now, rights: Coalesced[int], spawn: Spawn) -> None:
        self._clock, self._rights = clock, rights
        self._known: OrderedDict[UUID, tuple[Viewer, int]] = OrderedDict()
        self._lookups: Batched[UUID, tuple[Viewer, int]] = Batched(self._look_up, spawn)

    def learn(self, viewer: Viewer, position: int) -> None:
        """A viewer, and a position of rights that it is no older than."""
        known = self._known.get(viewer.token_id)
        if known is None or known[1] < position:
            self._known[viewer.token_id] = viewer, position
            self._known.move_to_end(viewer.token_id)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    async def now(self, viewer: Viewer) -> Viewer:
        """With the rights of a moment after this call. Frames made together ask once whether any moved. One whose
        token ended meanwhile as it was: its sockets are being closed."""
        known = self._known.get(viewer.token_id)
        if known is None or known[1] != await self._rights.get():
            known = await self._lookups.get(viewer.token_id)
        return known[0] if known else viewer

    async def _look_up(self, token_ids: Sequence[UUID]) -> dict[UUID, tuple[Viewer, int]]:
        position = await self._rights.get()
        found = await sign_in.viewers_of(token_ids, self._clock())
        for viewer in found.values():
            self.learn(viewer, position)
        return {token_id: (viewer, position) for token_id, viewer in found.items()}
