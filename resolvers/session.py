"""Who is asking, and the unit of work in which an operation happens.

`Session.require` gives a `Permit`: holding one proves that someone checked, and where. `Session.work` is one
transaction
with one `now`; what it touched is announced after the commit.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import models
from models import Organization, RoleGrant
from resolvers import failpoints
from rules.refusals import NotAllowed, NotFound
from rules.roles import Grant, Role, Scope, allows, roles_at


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a commit changed, for those who see everything or for the public: boards of these organizations
    (everything: of the whole root), and where tasks changed."""

    root_id: UUID
    version: int
    in_public: bool
    everything: bool
    changed: frozenset[UUID]
    tasks: frozenset[UUID]


Announce = Callable[[Announcement], None]
Now = Callable[[], datetime]
LineagesOf = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, Sequence[Organization]]]]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone signed in. member_id None: the operator's account. place: where the member belongs, root first, itself
    last."""

    account_id: UUID
    token_id: UUID
    login: str
    expires_at: datetime
    member_id: UUID | None
    root_id: UUID | None
    place: tuple[UUID, ...]
    grants: tuple[RoleGrant, ...]
    rules: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Permit:
    """Proof that a scope holds at an organization. lineage: its ancestors, root first, itself last."""

    scope: Scope
    organization: Organization
    lineage: tuple[Organization, ...]
    account_id: UUID
    member_id: UUID | None


@dataclass(slots=True)
class Touched:
    """Boards of one root that a transaction changes. hidden: what a freeze over an organization would hide, by it."""

    changed: set[UUID] = field(default_factory=set[UUID])
    tasks: set[UUID] = field(default_factory=set[UUID])
    everything: bool = False
    hidden: dict[UUID, "Touched"] = field(default_factory=dict[UUID, "Touched"])
    taken: models.clock.Taken | None = None

    def add(self, other: "Touched") -> None:
        self.changed |= other.changed
        self.tasks |= other.tasks
        self.everything |= other.everything

    @property
    def anything(self) -> bool:
        return bool(self.changed or self.tasks or self.everything)


@dataclass(slots=True)
class Work:
    now: datetime
    _touched: dict[UUID, Touched] = field(default_factory=dict[UUID, Touched])
    announcements: list[Announcement] = field(default_factory=list[Announcement])
    rights: bool = False

    def touch(
        self,
        root_id: UUID,
        *changed: UUID,
        tasks: Sequence[UUID] = (),
        everything: bool = False,
        hidden_under: UUID | None = None,
    ) -> None:
        """Boards of these organizations and above change, and arenas at and below where `tasks` changed.
        hidden_under: the public does not see this while that organization, or one above it, is frozen."""
        touched = self._touched.setdefault(root_id, Touched())
        if hidden_under is not None:
            touched = touched.hidden.setdefault(hidden_under, Touched())
        touched.changed.update(changed, tasks)
        touched.tasks.update(tasks)
        touched.everything |= everything

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
        touched = self._touched.setdefault(root_id, Touched())
        if touched.taken is None:
            failpoints.passing(failpoints.AFTER_FIRST_WRITE)
            touched.taken = await models.clock.take(root_id)
        return touched.taken

    async def settle(self) -> None:
        """Versions of what was touched; then rights, the last lock of all."""
        for root_id in sorted(self._touched):
            await self._settle(root_id, self._touched[root_id])
        if self.rights:
            await models.sessions.rights_changed()

    async def _settle(self, root_id: UUID, touched: Touched) -> None:
        taken = await self._taken(root_id)
        frozen: set[UUID] = set()
        if taken.public is None and touched.hidden:
            frozen = await models.freezes.under(root_id, touched.hidden)
        hidden = Touched()
        for organization_id, part in touched.hidden.items():
            (hidden if organization_id in frozen else touched).add(part)
        public = taken.public
        if public is None and touched.anything:
            public = await models.clock.take_public(root_id)
        if touched.anything:
            await self._mark(root_id, touched, taken.position, public)
        if hidden.anything:
            await self._mark(root_id, hidden, taken.position, None)

    async def _mark(self, root_id: UUID, touched: Touched, position: int, public: int | None) -> None:
        raised = await models.clock.mark(
            self.now,
            root=root_id,
            position=position,
            public=public,
            everything=touched.everything,
            changed=touched.changed,
            tasks=touched.tasks,
        )
        for version, in_public in ((position, False), (public, True)):
            if version is not None:
                self.announcements.append(
                    Announcement(
                        root_id, version, in_public, touched.everything, frozenset(raised), frozenset(touched.tasks)
                    )
                )


@asynccontextmanager
async def unit_of_work(now: datetime, announce: Announce) -> AsyncGenerator[Work]:
    failpoints.passing(failpoints.BEFORE_BEGIN)
    work = Work(now)
    async with models.database.transaction():
        yield work
        await work.settle()
        failpoints.passing(failpoints.BEFORE_COMMIT)
    failpoints.passing(failpoints.AFTER_COMMIT)
    for announcement in work.announcements:
        announce(announcement)
    failpoints.passing(failpoints.AFTER_ANNOUNCING)


@dataclass(slots=True)
class Session:
    """One operation of one caller. viewer None: nobody is signed in. lineages_of: where many ask at once and nobody is
    in a transaction, something that asks for all of them together."""

    viewer: Viewer | None
    clock: Now
    announce: Announce
    lineages: dict[UUID, tuple[Organization, ...]] = field(default_factory=dict[UUID, tuple[Organization, ...]])
    lineages_of: LineagesOf = models.organizations.lineages

    def now(self) -> datetime:
        return self.clock()

    @asynccontextmanager
    async def work(self) -> AsyncGenerator[Work]:
        """Time writes first what is due, so that nothing of today is recorded before its midnight."""
        from resolvers import time  # time's own work needs this module

        now = self.now()
        await time.write_due(now, self.announce)
        async with unit_of_work(now, self.announce) as work:
            yield work

    def signed_in(self) -> Viewer:
        if self.viewer is None:
            raise NotAllowed("Sign in first: send the token as `Authorization: Bearer …`.")
        return self.viewer

    async def lineage(self, organization_id: UUID) -> tuple[Organization, ...]:
        """Root first, itself last; empty for an unknown id. Kept for this operation."""
        if organization_id not in self.lineages:
            await self.know_lineages([organization_id])
        return self.lineages.get(organization_id, ())

    async def know_lineages(self, ids: Sequence[UUID]) -> None:
        unknown = [one for one in set(ids) if one not in self.lineages]
        if unknown:
            found = await self.lineages_of(unknown)
            self.lineages.update({one: tuple(found.get(one, ())) for one in unknown})

    def allowed(self, scope: Scope, lineage: Sequence[Organization]) -> bool:
        if self.viewer is None or not lineage:
            return False
        return allows(self.viewer.rules, scope, [one.id for one in lineage], self.now())

    def roles(self, lineage: Sequence[Organization]) -> set[Role]:
        if self.viewer is None or not lineage:
            return set()
        return roles_at(self.viewer.rules, [one.id for one in lineage], self.now())

    def sees(self, lineage: Sequence[Organization]) -> bool:
        """Whether an organization's boards and lists exist for the viewer: everything at or above a branch is public
        within its root, a GROUP's is for its branch and for those with a role over it."""
        viewer = self.viewer
        if viewer is None or not lineage:
            return False
        if self.roles(lineage):
            return True
        here = lineage[-1]
        if here.root_id != viewer.root_id and not self._granted_in(here.root_id):
            return False
        open_to_root = [one for one in lineage if one.kind is not models.OrganizationKind.GROUP]
        if open_to_root and open_to_root[-1].id == here.id:
            return True
        branch = open_to_root[-1].id if open_to_root else here.root_id
        return branch in viewer.place

    def _granted_in(self, root_id: UUID) -> bool:
        """A role anywhere in a root opens what is public in it."""
        assert self.viewer
        return any(root_id == self.root_of_grant(grant) for grant in self.viewer.grants)

    def root_of_grant(self, grant: RoleGrant) -> UUID | None:
        lineage = self.lineages.get(grant.organization_id) if grant.organization_id else None
        return lineage[0].id if lineage else None

    async def visible(self, organization_id: UUID) -> tuple[Organization, ...]:
        """The lineage of an organization that the viewer may know of. NotFound otherwise."""
        await self.know_own_lineages()
        lineage = await self.lineage(organization_id)
        if not self.sees(lineage):
            raise NotFound("There is no such organization, or you may not see it.")
        return lineage

    async def know_own_lineages(self) -> None:
        if self.viewer:
            await self.know_lineages([one.organization_id for one in self.viewer.grants if one.organization_id])

    async def require(self, scope: Scope, at: UUID) -> Permit:
        """NotFound: no such organization for this viewer. NotAllowed: it is there, but this needs a role that the
        viewer lacks."""
        viewer = self.signed_in()
        lineage = await self.visible(at)
        if not self.allowed(scope, lineage):
            raise NotAllowed(f"This needs the right {scope.value} at {lineage[-1].name} ({lineage[-1].code}).")
        return Permit(scope, lineage[-1], lineage, viewer.account_id, viewer.member_id)
