"""Organizations: the tree 党委 → 党支部 → 党小组 as clients see it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

import models
from models import ClaimStatus, Lecturing, OrganizationKind, pages
from models.organizations import CHILDREN, CHILDREN_ON_THE_WAY, ROOTS, open_ones
from models.tasks import REVIEW_QUEUE
from resolvers import visibility
from resolvers.directory import organizations
from rules.refusals import NotFound
from rules.roles import Role, Scope
from schema import ids
from schema.arena.tasks import Claim, page_of_claims
from schema.context import Info
from schema.directory.roles import RoleGrant, grants_of
from schema.node import Node, fetched_by
from schema.pages import Connection, empty, page_of

if TYPE_CHECKING:
    from schema.directory.members import Member


strawberry.enum(
    OrganizationKind,
    name="OrganizationKind",
    description="党委 COMMITTEE, 党总支 GENERAL_BRANCH, 党支部 BRANCH, 党小组 GROUP.",
)

# ---------------------------------------------------------------- types


@strawberry.type(description="A place in the tree, to which members belong. Known to everybody within its root.")
class Organization(Node):
    row: strawberry.Private[models.Organization]

    @classmethod
    def of(cls, row: models.Organization) -> "Organization":
        return cls(
            id=strawberry.ID(ids.encode("Organization", row.id)),
            row=row,
            code=row.code,
            name=row.name,
            kind=row.kind,
            time_zone=row.time_zone,
            lecturing=row.lecturing,
            closed_at=row.closed_at,
        )

    @classmethod
    async def load(cls, info: Info, organization_id: UUID) -> "Organization":
        found = await info.context.organizations.load(organization_id)
        assert found, "an organization is never deleted"
        return cls.of(found)

    code: str = strawberry.field(description="A short, unique code; import files refer to it.")
    name: str = strawberry.field(description="As people say it.")
    kind: OrganizationKind = strawberry.field(description="The kind of organization.")

    @strawberry.field(description="The organization directly above; null for a root.")
    async def parent(self, info: Info) -> "Organization | None":
        return await Organization.load(info, self.row.parent_id) if self.row.parent_id else None

    @strawberry.field(description="Root first, without itself.")
    async def ancestors(self, info: Info) -> list["Organization"]:
        lineage = await info.context.lineages.load(self.row.id) or ()
        return [Organization.of(one) for one in lineage[:-1]]

    @strawberry.field(description="The organizations directly below, by code. includeClosed adds closed ones.")
    async def children(
        self, info: Info, first: int | None = 50, after: str | None = None, include_closed: bool | None = False
    ) -> Connection["Organization"]:
        first = 50 if first is None else first
        return await _children(info, self.row.id, first, after, closed=bool(include_closed))

    @strawberry.field(description="Active members, its own and those of everything below.")
    async def member_count(self, info: Info, include_descendants: bool | None = True) -> int:
        below = include_descendants is not False
        counts = info.context.by_key(
            ("member_counts", below), lambda keys: models.organizations.member_counts(keys, below)
        )
        return await counts.load(self.row.id) or 0

    @strawberry.field(
        description="Present and future role grants at this organization, newest first; null if the viewer may "
        "not see them."
    )
    async def role_grants(
        self,
        info: Info,
        role: Role | None = None,
        first: int | None = 20,
        after: str | None = None,
        include_ended: bool | None = False,
    ) -> Connection[RoleGrant] | None:
        if not await self._allowed(info, Scope.ROLES_READ):
            return None
        return await grants_of(
            info,
            self.row.id,
            role=role,
            ended=bool(include_ended),
            first=20 if first is None else first,
            after=after,
        )

    @strawberry.field(
        description="The review queue of this organization and below, with its history, oldest first; "
        "null for those who may not review here."
    )
    async def claims(
        self,
        info: Info,
        status: ClaimStatus | None = None,
        first: int | None = 20,
        after: str | None = None,
    ) -> Connection[Claim] | None:
        if not await self._allowed(info, Scope.CLAIMS_REVIEW):
            return None
        first = 20 if first is None else first
        return await page_of_claims(info, REVIEW_QUEUE, self.row.id, status, first=first, after=after)

    @strawberry.field(
        description="Active members, in the order of their entry. search: any part of the displayName, in any "
        "spelling. For viewers who may read them, search also matches the real name, or a whole phone"
        " number. includeInactive adds former members, for the same viewers."
    )
    async def members(
        self,
        info: Info,
        include_descendants: bool | None = False,
        search: str | None = None,
        first: int | None = 20,
        after: str | None = None,
        include_inactive: bool | None = False,
    ) -> Connection[Annotated["Member", strawberry.lazy("schema.directory.members")]]:
        from schema.directory.members import members_of

        if not visibility.people(info.context.session):
            return empty()
        return await members_of(
            info,
            self.row,
            below=bool(include_descendants),
            search=search,
            inactive=bool(include_inactive),
            first=20 if first is None else first,
            after=after,
        )

    time_zone: str = strawberry.field(
        description="IANA name, the root's; days, months and quarters of its boards begin at its midnight."
    )

    lecturing: Lecturing | None = strawberry.field(
        description="Who may offer courses of their own here and below. Null: inherited from the nearest ancestor"
        " that sets it; defaults to EVERY_MEMBER."
    )

    closed_at: datetime | None = strawberry.field(
        description="When it was closed; null while it is open. A closed organization has no members and nothing "
        "begins there. Its points keep counting above it, and boards of periods begun before still "
        "show it."
    )

    async def _allowed(self, info: Info, scope: Scope) -> bool:
        await info.context.lineages.load(self.row.id)
        return visibility.may(info.context.session, scope, self.row.id)


async def _children(info: Info, parent: UUID, first: int, after: str | None, *, closed: bool) -> Any:
    viewer = info.context.session.viewer
    listing, way = CHILDREN, dict[str, Any]()
    if viewer is not None and viewer.display_id is not None:
        listing, way = CHILDREN_ON_THE_WAY, {"hangs": viewer.place[-1], "place": viewer.place}
    listing = listing if closed else open_ones(listing)
    return await page_of(info.context, listing, parent, Organization.of, first=first, after=after, **way)


async def _roots(info: Info, first: int, after: str | None, *, closed: bool) -> Any:
    session = info.context.session
    viewer = session.viewer
    if viewer is None:
        pages.bounded(first)
        return empty()
    await session.know_own_lineages()
    seen = visibility.roots(session)
    return await page_of(
        info.context,
        ROOTS if closed else open_ones(ROOTS),
        viewer.account_id,
        Organization.of,
        first=first,
        after=after,
        everything=int(seen is None),
        seen=tuple(sorted(seen or ())),
    )


@fetched_by("Organization")
async def _organization(info: Info, key: list[str]) -> Organization:
    return Organization.of(await organizations.get_visible(info.context.session, UUID(key[0])))


# ---------------------------------------------------------------- inputs


@strawberry.input(description="A new organization.")
class CreateOrganizationInput:
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="The organization above; left out: a new root, which only an operator can create."
    )
    code: str = strawberry.field(description="1 to 64 characters, used by no other organization.")
    name: str = strawberry.field(description="1 to 200 characters.")
    kind: OrganizationKind = strawberry.field(description="The kind of organization.")
    time_zone: str | None = strawberry.field(
        default=None,
        description="IANA name, for a root only; left out: Asia/Shanghai. It can change until points are recorded.",
    )


@strawberry.input(description="The new code, name, lecturing or time zone.")
class UpdateOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization to change.")
    code: str | None = strawberry.field(default=None, description="1 to 64 characters; left out: unchanged.")
    name: str | None = strawberry.field(default=None, description="1 to 200 characters; left out: unchanged.")
    lecturing: Lecturing | None = strawberry.field(
        default=None, description="Who may offer courses of their own here and below; left out: unchanged."
    )
    time_zone: str | None = strawberry.field(
        default=None,
        description="IANA name, for a root only, and only while nothing is recorded there; left out: unchanged.",
    )


@strawberry.input(description="Another place in the tree.")
class MoveOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(
        description="The organization to move, with all below. Not a root."
    )
    parent_id: strawberry.ID = strawberry.field(
        description="The new parent; in the same root, outside the moved organization."
    )


# ---------------------------------------------------------------- queries


@strawberry.type
class OrganizationQueries:
    @strawberry.field(
        description="Roots that the viewer can see, or the children of parentId; by code. includeClosed adds "
        "closed organizations."
    )
    async def organizations(
        self,
        info: Info,
        parent_id: strawberry.ID | None = None,
        first: int | None = 50,
        after: str | None = None,
        include_closed: bool | None = False,
    ) -> Connection[Organization]:
        first, closed = 50 if first is None else first, bool(include_closed)
        if parent_id is None:
            return await _roots(info, first, after, closed=closed)
        try:
            parent = await organizations.get_visible(info.context.session, ids.read(parent_id, "Organization"))
        except NotFound:
            return empty()
        return await _children(info, parent.id, first, after, closed=closed)

    @strawberry.field(description="An organization; null if it does not exist, or the viewer may not see it.")
    async def organization(self, info: Info, id: strawberry.ID) -> Organization | None:
        try:
            return Organization.of(await organizations.get_visible(info.context.session, ids.read(id, "Organization")))
        except NotFound:
            return None
