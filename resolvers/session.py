"""Who is asking. `Session.require` gives a `Permit`: holding one proves that someone checked, and where."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import models
from models import Organization, RoleGrant
from resolvers.boards import BoardView
from resolvers.signing import Signer
from resolvers.work import Announce, Announcement, Work, unit_of_work
from rules.refusals import NotAllowed, NotFound
from rules.roles import Grant, Role, Scope, allows, roles_at

__all__ = ["Announce", "Announcement", "Now", "Permit", "Session", "Viewer", "Work", "unit_of_work"]
Now = Callable[[], datetime]
LineagesOf = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, Sequence[Organization]]]]


@dataclass(frozen=True, slots=True)
class Service:
    """What another system's token is for: recording acts by these rules (None: by any), for members at the
    organization and below, and nothing else."""

    organization_id: UUID
    rules: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone signed in. member_id and display_id None: the operator's account, or a service. place: where the member
    belongs, or the display hangs, root first, itself last."""

    account_id: UUID
    token_id: UUID
    login: str
    expires_at: datetime
    member_id: UUID | None
    root_id: UUID | None
    place: tuple[UUID, ...]
    grants: tuple[RoleGrant, ...]
    rules: tuple[Grant, ...]
    display_id: UUID | None = None
    service: Service | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """Proof that a scope holds at an organization. lineage: its ancestors, root first, itself last."""

    scope: Scope
    organization: Organization
    lineage: tuple[Organization, ...]
    account_id: UUID
    member_id: UUID | None


@dataclass(slots=True)
class Session:
    """One operation of one caller. viewer None: nobody is signed in. address: where it comes from, empty for a frame.
    public_url: how clients reach this server. lineages_of: where many ask at once and nobody is in a transaction,
    something that asks for all of them together."""

    viewer: Viewer | None
    clock: Now
    announce: Announce
    address: str = ""
    public_url: str = ""
    lineages: dict[UUID, tuple[Organization, ...]] = field(default_factory=dict[UUID, tuple[Organization, ...]])
    lineages_of: LineagesOf = models.organizations.lineages
    signer: Signer | None = None  # of block chains; None: this server has no key

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

    def reader(self) -> Viewer:
        """Whoever has a token, screens too."""
        if self.viewer is None:
            raise NotAllowed("Sign in first: send the token as `Authorization: Bearer …`.")
        return self.viewer

    @property
    def reads_people(self) -> bool:
        """Whether lists of people are for the viewer: a screen shows those on its boards."""
        return self.viewer is not None and self.viewer.display_id is None

    def signed_in(self) -> Viewer:
        """Who may act: every change begins here."""
        viewer = self.reader()
        if viewer.display_id is not None:
            raise NotAllowed("This token is a screen's, and a screen only reads; sign in with your own login.")
        if viewer.service is not None:
            raise NotAllowed("This token is another system's; it may only record acts.")
        return viewer

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
        if viewer.display_id is not None and not self._on_its_way(lineage):
            return False
        open_to_root = [one for one in lineage if one.kind is not models.OrganizationKind.GROUP]
        if open_to_root and open_to_root[-1].id == here.id:
            return True
        branch = open_to_root[-1].id if open_to_root else here.root_id
        return branch in viewer.place

    def _on_its_way(self, lineage: Sequence[Organization]) -> bool:
        """A screen sees its own organization, what is above it and what is below."""
        assert self.viewer
        return lineage[-1].id in self.viewer.place or self.viewer.place[-1] in {one.id for one in lineage}

    def view(self, lineage: Sequence[Organization]) -> BoardView:
        """What the viewer sees of boards there."""
        if self.viewer is not None and self.viewer.display_id is not None:
            return BoardView.SCREEN
        return BoardView.FULL if self.allowed(Scope.CLAIMS_REVIEW, lineage) else BoardView.PUBLIC

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
