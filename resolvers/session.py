"""Who is asking. `Session.require` gives a `Permit`: holding one proves that someone checked, and where."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter, sleep
from uuid import UUID

import models
from models import AuditActor, Organization, RoleGrant
from resolvers import scheduler
from resolvers.audit import Actor
from resolvers.boards import BoardView
from resolvers.openid_provider import Provider
from resolvers.signing import Signer
from resolvers.unit_of_work import Announcement, Ports, Work, require_time, unit_of_work
from rules import visibility
from rules.refusals import NotAllowed, NotFound, NotSignedIn
from rules.roles import Grant, Role, Scope
from rules.visibility import Ancestor, Principal

__all__ = ["Announcement", "Now", "Permit", "Ports", "Session", "Viewer", "Work", "unit_of_work"]
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
    role_grants: tuple[Grant, ...]
    display_id: UUID | None = None
    service: Service | None = None
    duplicates: tuple[UUID, ...] = ()  # members that were merged into this one

    @property
    def selves(self) -> tuple[UUID, ...]:
        """All members that are this person."""
        return (self.member_id, *self.duplicates) if self.member_id else ()

    @property
    def home(self) -> UUID | None:
        """Where the member belongs, or the display hangs."""
        return self.place[-1] if self.place else None


@dataclass(frozen=True, slots=True)
class Permit:
    """Proof that a scope holds at an organization. lineage: its ancestors, root first, itself last."""

    scope: Scope
    organization: Organization
    lineage: tuple[Organization, ...]
    account_id: UUID
    member_id: UUID | None


def ancestors(lineage: Sequence[Organization]) -> tuple[Ancestor, ...]:
    """As rules/visibility.py knows it."""
    return tuple(Ancestor(one.id, one.kind is models.OrganizationKind.GROUP) for one in lineage)


RESPONSE_STEP = 0.025  # seconds: longer than a look-up takes, whether it finds a row or not
COARSE = 0.003  # seconds: the loop counts whole milliseconds from when it begins to wait, which tells when that was


@dataclass(slots=True)
class Session:
    """One operation of one caller. viewer None: nobody is signed in. address: where it comes from, empty for a frame.
    public_url: how clients reach this server. lineages_of: where many ask at once and nobody is in a transaction,
    something that asks for all of them together."""

    viewer: Viewer | None
    clock: Now
    ports: Ports
    address: str = ""
    public_url: str = ""
    lineages: dict[UUID, tuple[Organization, ...]] = field(default_factory=dict[UUID, tuple[Organization, ...]])
    lineages_of: LineagesOf = models.organizations.lineages
    signer: Signer | None = None  # of block chains; None: this server has no key
    operation: str = "direct"  # the field that was asked for, for the audit log; set by whoever executes it
    phones_seen: set[UUID] = field(default_factory=set[UUID])  # whose numbers this operation showed in full
    provider: Provider | None = None  # that people may sign in through; None: none is set up

    began: float = field(default_factory=perf_counter)

    def now(self) -> datetime:
        return self.clock()

    def looks_at_phone(self, member_id: UUID) -> None:
        """Of somebody else: to be recorded once the operation is done."""
        if self.viewer is not None and member_id not in self.viewer.selves:
            self.phones_seen.add(member_id)

    @asynccontextmanager
    async def work(self) -> AsyncGenerator[Work]:
        """Time writes first what is due, so that nothing of today is recorded before its midnight. TimeIsBehind, when
        it takes a position at a root where time could not: everywhere else it goes on."""
        now = self.now()
        written = await scheduler.run_due(now, self.ports)
        async with unit_of_work(now, self.ports, self.actor(), written.behind) as work:
            yield work

    async def catch_up(self, organization_id: UUID) -> None:
        """A board shows what time has done, also when it is only read. TimeIsBehind: not at this root."""
        behind = (await scheduler.run_due(self.now(), self.ports)).behind
        if behind:
            for root in (await self.lineage(organization_id))[:1]:
                require_time(root.id, behind)

    def actor(self, action: str | None = None) -> Actor:
        """Who the audit log says it was. action None: the operation."""
        action, viewer = action or self.operation, self.viewer
        if viewer is None:
            return Actor(AuditActor.NOBODY, action, address=self.address)
        kinds = {
            AuditActor.SERVICE: viewer.service,
            AuditActor.DISPLAY: viewer.display_id,
            AuditActor.MEMBER: viewer.member_id,
        }
        return Actor(
            next((kind for kind, found in kinds.items() if found), AuditActor.OPERATOR),
            action,
            viewer.account_id,
            viewer.token_id,
            viewer.member_id,
            viewer.display_id,
            self.address,
            viewer.root_id,
            viewer.home,
        )

    def reader(self) -> Viewer:
        """Whoever has a token, screens too."""
        if self.viewer is None:
            raise NotSignedIn
        return self.viewer

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

    # ------------------------------------------------------------ what the viewer is there

    def principal(self) -> Principal | None:
        """Who looks, as rules/visibility.py knows it; after `know_own_lineages`, where the roots of roles matter."""
        viewer = self.viewer
        if viewer is None:
            return None
        now = self.now()
        roots = (self._root_of(one) for one in viewer.role_grants if one.holds(now))
        return Principal(
            at=now,
            account=viewer.account_id,
            person=viewer.member_id,
            screen=viewer.display_id,
            service=viewer.service is not None,
            place=viewer.place,
            grants=viewer.role_grants,
            roots=frozenset(one for one in roots if one),
            duplicates=frozenset(viewer.duplicates),
        )

    def _root_of(self, grant: Grant) -> UUID | None:
        lineage = self.lineages.get(grant.organization_id) if grant.organization_id else None
        return lineage[0].id if lineage else None

    def allowed(self, scope: Scope, lineage: Sequence[Organization]) -> bool:
        return visibility.may(self.principal(), scope, ancestors(lineage))

    def roles(self, lineage: Sequence[Organization]) -> set[Role]:
        return visibility.roles(self.principal(), ancestors(lineage))

    def sees(self, lineage: Sequence[Organization]) -> bool:
        """Whether an organization's boards and lists exist for the viewer."""
        return visibility.boards(self.principal(), ancestors(lineage))

    def view(self, lineage: Sequence[Organization]) -> BoardView:
        """What the viewer sees of boards there."""
        if self.viewer is not None and self.viewer.display_id is not None:
            return BoardView.SCREEN
        return BoardView.FULL if self.allowed(Scope.CLAIMS_REVIEW, lineage) else BoardView.PUBLIC

    async def visible(self, organization_id: UUID) -> tuple[Organization, ...]:
        """The lineage of an organization that the viewer may know of. NotFound otherwise."""
        await self.know(organization_id)
        lineage = self.lineages.get(organization_id, ())
        if not self.sees(lineage):
            raise await self.not_found("There is no such organization, or you may not see it.")
        return lineage

    async def perhaps_visible(self, organization_id: UUID) -> tuple[Organization, ...] | None:
        """The same, None instead of NotFound: for queries, which answer null."""
        try:
            return await self.visible(organization_id)
        except NotFound:
            return None

    async def not_found(self, message: str) -> NotFound:
        """Raise for missing and hidden objects alike. The response time is padded to a fixed step, so that timing does
        not reveal which."""
        await self.pad_response_time()
        return NotFound(message)

    async def pad_response_time(self) -> None:
        """Wait for the next whole step since the operation began."""
        now = perf_counter()
        at = now + RESPONSE_STEP - (now - self.began) % RESPONSE_STEP
        await asyncio.sleep(at - now - COARSE)
        await asyncio.to_thread(sleep, max(0.0, at - perf_counter()))

    async def know(self, *organization_ids: UUID) -> None:
        """The lineages of these, and of the viewer's roles, in one statement at most."""
        own = [one.organization_id for one in self.viewer.grants if one.organization_id] if self.viewer else []
        await self.know_lineages([*own, *organization_ids])

    async def know_own_lineages(self) -> None:
        await self.know()

    async def require(self, scope: Scope, at: UUID) -> Permit:
        """NotFound: no such organization for this viewer. NotAllowed: it is there, but this needs a role that the
        viewer lacks."""
        viewer = self.signed_in()
        lineage = await self.visible(at)
        if not self.allowed(scope, lineage):
            raise NotAllowed(f"This needs the right {scope.value} at {lineage[-1].name} ({lineage[-1].code}).")
        return Permit(scope, lineage[-1], lineage, viewer.account_id, viewer.member_id)
