"""Roles: who may do what, where, from when to when."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

import models
from models.roles import GRANTS, NOT_ENDED, of_role
from resolvers.directory import roles
from rules.roles import Role
from schema import ids
from schema.closed import OrganizationIsClosed
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, NotFound, answer
from schema.node import Node, fetched_by
from schema.pages import page_of

if TYPE_CHECKING:
    from schema.directory.members import Member
    from schema.directory.organizations import Organization


strawberry.enum(
    Role,
    name="Role",
    description="Holds at an organization and everywhere below. ADMIN: everything. SECRETARY 书记: members, "
    "tasks, reviews, points, names. REVIEWER: decides on claims. MEMBER: takes part there like a member.",
)

# ---------------------------------------------------------------- types


@strawberry.type(description="A role from one moment to another. It may be held again later: each time is a grant.")
class RoleGrant(Node):
    row: strawberry.Private[models.RoleGrant]

    @classmethod
    def of(cls, row: models.RoleGrant) -> "RoleGrant":
        return cls(
            id=strawberry.ID(ids.encode("RoleGrant", row.id)),
            row=row,
            role=row.role,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )

    role: Role = strawberry.field(description="The role.")

    @strawberry.field(description="The member who holds the role; null for an operator's account.")
    async def member(self, info: Info) -> Annotated["Member", strawberry.lazy("schema.directory.members")] | None:
        from schema.directory.members import Member

        return await Member.load(info, self.row.member_id) if self.row.member_id else None

    @strawberry.field(description="The organization where the role holds, with all below; null: everywhere.")
    async def organization(
        self, info: Info
    ) -> Annotated["Organization", strawberry.lazy("schema.directory.organizations")] | None:
        from schema.directory.organizations import Organization

        return await Organization.load(info, self.row.organization_id) if self.row.organization_id else None

    starts_at: datetime = strawberry.field(description="When the role begins.")
    ends_at: datetime | None = strawberry.field(
        description="When the role ends; null: no end. A grant revoked before it began ends where it starts."
    )


def grants_of(
    info: Info, organization_id: UUID, *, role: Role | None, ended: bool, first: int, after: str | None
) -> Any:
    """A page of an organization's grants: those that hold or will, or with those that have ended."""
    listing, values = (GRANTS, dict[str, Any]()) if ended else (NOT_ENDED, {"now": info.context.now})
    if role is not None:
        listing, values = of_role(listing), {**values, "role": role.value}
    return page_of(info.context, listing, organization_id, RoleGrant.of, first=first, after=after, **values)


@fetched_by("RoleGrant")
async def _grant(info: Info, key: list[str]) -> RoleGrant:
    return RoleGrant.of(await roles.get_visible(info.context.session, UUID(key[0])))


# ---------------------------------------------------------------- inputs


@strawberry.input(description="A role for a member, from one moment to another.")
class GrantRoleInput:
    member_id: strawberry.ID = strawberry.field(description="The member; in the organization's root.")
    organization_id: strawberry.ID = strawberry.field(
        description="The organization where the role holds, with all below."
    )
    role: Role = strawberry.field(description="The role.")
    starts_at: datetime | None = strawberry.field(default=None, description="Left out: now.")
    ends_at: datetime | None = strawberry.field(
        default=None, description="After startsAt, in the future; left out: open."
    )


@strawberry.input(description="The role grant to end.")
class RevokeRoleInput:
    grant_id: strawberry.ID = strawberry.field(description="A grant that holds, or that has yet to begin.")


# ---------------------------------------------------------------- results


@strawberry.type(description="The role is given.")
class GrantRoleSuccess:
    grant: RoleGrant = strawberry.field(description="The new grant.")


@strawberry.type(description="The role has ended.")
class RevokeRoleSuccess:
    grant: RoleGrant = strawberry.field(description="The current state.")


GrantRoleResult: TypeAlias = Annotated[
    GrantRoleSuccess | NotAllowed | NotFound | InvalidInput | OrganizationIsClosed, strawberry.union("GrantRoleResult")
]
RevokeRoleResult: TypeAlias = Annotated[RevokeRoleSuccess | NotAllowed | NotFound, strawberry.union("RevokeRoleResult")]

# ---------------------------------------------------------------- mutations


@strawberry.type
class RoleMutations:
    @strawberry.mutation(
        description="Gives a member a role. ADMIN gives any; SECRETARY gives REVIEWER and MEMBER, and strictly "
        "below its own place SECRETARY."
    )
    async def grant_role(self, info: Info, input: GrantRoleInput) -> GrantRoleResult:
        async def act() -> GrantRoleSuccess:
            made = await roles.grant(
                info.context.session,
                member_id=ids.read(input.member_id, "Member"),
                organization_id=ids.read(input.organization_id, "Organization"),
                role=input.role,
                starts_at=input.starts_at,
                ends_at=input.ends_at,
            )
            info.context.forget()
            return GrantRoleSuccess(grant=RoleGrant.of(made))

        return await answer(act)

    @strawberry.mutation(description="Ends a role now. Needs the right to grant it.")
    async def revoke_role(self, info: Info, input: RevokeRoleInput) -> RevokeRoleResult:
        async def act() -> RevokeRoleSuccess:
            found = await roles.revoke(info.context.session, ids.read(input.grant_id, "RoleGrant"))
            info.context.forget()
            return RevokeRoleSuccess(grant=RoleGrant.of(found))

        return await answer(act)
