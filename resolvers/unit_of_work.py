"""The unit of work in which an operation happens: one transaction with one `now`.

What it touched gets its versions before the commit, and is announced after it.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

import models
from models.clock import ALL, BLOCKS, COURSES, COURSES_BELOW, POINTS, TASKS, Changes, Instant, InstantKind
from resolvers import audit, failpoints
from resolvers.audit import Actor, Subject
from resolvers.facts import Fact

T = TypeVar("T")
NO_BOARDS: Mapping[str, Collection[UUID]] = {}
SHOWN_ABOVE = {TASKS: POINTS, COURSES: COURSES_BELOW}  # what is set at an organization shows above it too
ATTEMPTS = 3  # of a transaction that lost a deadlock or a serialization


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a commit changed, for those who see everything or for the public: boards, by whose they are; or one display,
    whose version this is."""

    root_id: UUID
    version: int
    in_public: bool
    boards: Changes
    display_id: UUID | None = None


Announce = Callable[[Announcement], None]
Handler = Callable[["Work", Fact], Awaitable[None]]
WriteInstant = Callable[["Work", Instant], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Naming:
    """Boards of a topic that show names. of_member: the organizations where a member is named there. of_organization:
    where an organization is, be it beside its members."""

    topic: str
    of_member: Callable[[UUID], Awaitable[Collection[UUID]]]
    of_organization: Callable[[UUID], Awaitable[Collection[UUID]]]


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the core meets the systems; resolvers/systems.py makes it. announce: called after each commit. hears: the
    handlers of every kind of fact. instants: what the scheduler does when one of a kind is due. names: the boards that
    show names, leaderboards aside."""

    announce: Announce
    hears: Mapping[str, Sequence[Handler]]
    instants: Mapping[InstantKind, WriteInstant]
    names: Sequence[Naming] = ()


@dataclass(slots=True)
class Touched:
    """Boards of one root that a transaction changes. hidden: what a freeze over an organization would hide, by it.
    stopped: what any freeze of the root hides."""

    open: Changes = field(default_factory=Changes)
    hidden: dict[UUID, Changes] = field(default_factory=dict[UUID, Changes])
    stopped: Changes = field(default_factory=Changes)
    taken: models.clock.Taken | None = None


class TimeIsBehind(Exception):
    """Something that time had to write at this root could not be written: what comes later has to wait for it."""


@dataclass(slots=True)
class Work:
    """behind: roots at which nothing may take a position, and why."""

    now: datetime
    hears: Mapping[str, Sequence[Handler]] = field(default_factory=dict[str, Sequence[Handler]])
    names: Sequence[Naming] = ()
    _touched: dict[UUID, Touched] = field(default_factory=dict[UUID, Touched])
    announcements: list[Announcement] = field(default_factory=list[Announcement])
    rights: bool = False
    by: Actor | None = None
    behind: Mapping[UUID, Exception] = field(default_factory=dict[UUID, Exception])
    _subjects: list[Subject] | None = None

    async def fact(
        self,
        kind: str,
        root_id: UUID,
        subject: UUID,
        *,
        held_at: datetime | None = None,
        other: UUID | None = None,
        measure: int | None = None,
    ) -> None:
        """Tells every system that hears this kind, and waits for all. held_at None: now. KeyError: no system declares
        the kind."""
        told = Fact(kind, root_id, subject, held_at or self.now, self.now, other, measure)
        for handle in self.hears[kind]:
            await handle(self, told)

    def audit(
        self,
        kind: str,
        *ids: UUID,
        root: UUID | None,
        at: UUID | None,
        members: Sequence[UUID | None] = (),
        **details: Any,
    ) -> None:
        """What this act was done to, for the audit log, as the API names it. at: the organization where it happened.
        members: whom it concerns. details: nothing personal. Told twice: two entries."""
        concerned = [one for one in dict.fromkeys(members) if one]
        self._subjects = [*(self._subjects or ()), Subject(kind, ids, root, at, concerned, details)]

    def nothing_happened(self) -> None:
        """A repetition, or what was so before: no entry in the audit log."""
        self._subjects = []

    def touch(
        self,
        root_id: UUID,
        *changed: UUID,
        at: Mapping[str, Collection[UUID]] = NO_BOARDS,
        everything: bool = False,
        hidden_under: UUID | None = None,
        while_frozen: bool = False,
    ) -> None:
        """All boards of these organizations and above change. at: boards of these topics only; with TASKS also arenas
        below, with COURSES course boards below. everything: all boards of the root.
        hidden_under: the public does not see this while that organization, or one above it, is frozen; while_frozen:
        while anything of the root is."""
        touched = self._touched.setdefault(root_id, Touched())
        boards = touched.open if hidden_under is None else touched.hidden.setdefault(hidden_under, Changes())
        boards = touched.stopped if while_frozen else boards
        for topic in (ALL, POINTS, BLOCKS, COURSES_BELOW):
            boards.put(topic, changed)
        for topic, ids in at.items():
            boards.put(topic, ids)
            if topic in SHOWN_ABOVE:
                boards.put(SHOWN_ABOVE[topic], ids)
        boards.everything |= everything

    async def naming_member(self, member_id: UUID) -> dict[str, Collection[UUID]]:
        """Organizations by topic: whose boards show this member's name, leaderboards aside. Under the clock's lock."""
        return {one.topic: await one.of_member(member_id) for one in self.names}

    async def naming_organization(self, organization_id: UUID) -> dict[str, Collection[UUID]]:
        """As `naming_member`, of an organization's name."""
        return {one.topic: await one.of_organization(organization_id) for one in self.names}

    def touch_displays(self, root_id: UUID, versions: Mapping[UUID, int]) -> None:
        """These screens have a new version each."""
        for display_id, version in versions.items():
            self.announcements.append(Announcement(root_id, version, False, Changes(), display_id))

    def change_rights(self) -> None:
        """What someone may see changes: open streams are looked at again."""
        self.rights = True

    async def position(self, root_id: UUID) -> int:
        """This transaction's position on the root's clock. Ask after every other lock."""
        return (await self._taken(root_id)).position

    async def hides(self, root_id: UUID, organization_id: UUID) -> bool:
        """Whether the public does not see what happens now at an organization. Takes the position."""
        taken = await self._taken(root_id)
        return taken.public is None and bool(await models.freezes.under(root_id, [organization_id]))

    async def _taken(self, root_id: UUID) -> models.clock.Taken:
        require_time(root_id, self.behind)
        touched = self._touched.setdefault(root_id, Touched())
        if touched.taken is None:
            failpoints.passing(failpoints.AFTER_FIRST_WRITE)
            touched.taken = await models.clock.take(root_id)
        return touched.taken

    async def settle(self) -> None:
        """Versions of what was touched; then the audit log; then rights, the last lock of all."""
        for root_id in sorted(self._touched):
            await self._settle(root_id, self._touched[root_id])
        if self.by is not None:
            subjects = audit.unnamed(self.by, self._touched) if self._subjects is None else self._subjects
            positions = {root: one.taken.position for root, one in self._touched.items() if one.taken}
            await audit.write(self.now, self.by, subjects, positions)
        if self.rights:
            await models.sessions.rights_changed()

    async def _settle(self, root_id: UUID, touched: Touched) -> None:
        taken = await self._taken(root_id)
        frozen: set[UUID] = set()
        if taken.public is None and touched.hidden:
            frozen = await models.freezes.under(root_id, touched.hidden)
        seen, hidden = touched.open, Changes()
        (seen if taken.public is not None else hidden).add(touched.stopped)
        for organization_id, part in touched.hidden.items():
            (hidden if organization_id in frozen else seen).add(part)
        public = taken.public
        if public is None and seen:
            public = await models.clock.take_public(root_id)
        if seen:
            await self._mark(root_id, seen, taken.position, public)
        if hidden:
            await self._mark(root_id, hidden, taken.position, None)

    async def _mark(self, root_id: UUID, boards: Changes, position: int, public: int | None) -> None:
        raised = await models.clock.mark(self.now, root_id, position, public, boards)
        for version, in_public in ((position, False), (public, True)):
            if version is not None:
                self.announcements.append(Announcement(root_id, version, in_public, raised))


def require_time(root_id: UUID, behind: Mapping[UUID, Exception]) -> None:
    """TimeIsBehind: this root is one of those."""
    if root_id in behind:
        raise TimeIsBehind(f"time is behind at root {root_id}") from behind[root_id]


NOWHERE: Mapping[UUID, Exception] = {}


@asynccontextmanager
async def unit_of_work(
    now: datetime, ports: Ports, by: Actor | None = None, behind: Mapping[UUID, Exception] = NOWHERE
) -> AsyncGenerator[Work]:
    """by: for the audit log; None: time itself. behind: as `scheduler.run_due` gives it."""
    failpoints.passing(failpoints.BEFORE_BEGIN)
    work = Work(now, ports.hears, ports.names, by=by, behind=behind)
    async with models.database.transaction():
        yield work
        await work.settle()
        failpoints.passing(failpoints.BEFORE_COMMIT)
    failpoints.passing(failpoints.AFTER_COMMIT)
    for announcement in work.announcements:
        ports.announce(announcement)
    failpoints.passing(failpoints.AFTER_ANNOUNCING)


async def retried(act: Callable[[], Awaitable[T]]) -> T:
    """A transaction that lost a deadlock is tried again."""
    for _ in range(ATTEMPTS - 1):
        with suppress(asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
            return await act()
    return await act()
