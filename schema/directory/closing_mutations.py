"""Closing an organization and opening it again, and how each may be refused."""

from typing import Annotated, TypeAlias

import strawberry

from resolvers.directory import closings
from rules import refusals
from schema import errors, ids
from schema.closed import OrganizationIsClosed
from schema.context import Info
from schema.directory.organizations import Organization
from schema.errors import NotAllowed, NotFound, UserError, answer

# ---------------------------------------------------------------- inputs


@strawberry.input(description="The organization to close.")
class CloseOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(
        description="Without active members, and without open organizations below it."
    )


@strawberry.input(description="The organization to reopen.")
class ReopenOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(description="A closed organization whose parent is open.")


# ---------------------------------------------------------------- results


@strawberry.type(description="The organization is closed.")
class CloseOrganizationSuccess:
    organization: Organization = strawberry.field(description="The current state.")


@strawberry.type(description="The organization is open. Everything that its closing ended stays ended.")
class ReopenOrganizationSuccess:
    organization: Organization = strawberry.field(description="The current state.")


@strawberry.type(description="The organization still has members or open organizations below it.")
class OrganizationIsInUse(UserError):
    active_members: int = strawberry.field(description="How many active members belong to it itself.")
    open_children: int = strawberry.field(description="How many organizations directly below it are not closed.")


errors.answers(
    refusals.OrganizationIsInUse,
    lambda refusal: OrganizationIsInUse(
        message=refusal.message, active_members=refusal.active_members, open_children=refusal.open_children
    ),
)

CloseOrganizationResult: TypeAlias = Annotated[
    CloseOrganizationSuccess | NotAllowed | NotFound | OrganizationIsInUse, strawberry.union("CloseOrganizationResult")
]
ReopenOrganizationResult: TypeAlias = Annotated[
    ReopenOrganizationSuccess | NotAllowed | NotFound | OrganizationIsClosed,
    strawberry.union("ReopenOrganizationResult"),
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class ClosingMutations:
    @strawberry.mutation(
        description="Closes an organization. Its points keep counting above it, its boards stay, and late acts "
        "are still credited to it. Boards of later periods do not show it. Its tasks close and their "
        "claims are withdrawn, its screens are revoked, and its roles end. If it is already closed, "
        "nothing changes. Needs ADMIN at it and above."
    )
    async def close_organization(self, info: Info, input: CloseOrganizationInput) -> CloseOrganizationResult:
        async def act() -> CloseOrganizationSuccess:
            found = await closings.close(info.context.session, ids.read(input.organization_id, "Organization"))
            info.context.forget()
            return CloseOrganizationSuccess(organization=Organization.of(found))

        return await answer(act)

    @strawberry.mutation(
        description="Opens a closed organization again. Tasks, claims, screens and roles that its closing ended stay "
        "ended. Open before: it stays so. Needs ADMIN at it and above."
    )
    async def reopen_organization(self, info: Info, input: ReopenOrganizationInput) -> ReopenOrganizationResult:
        async def act() -> ReopenOrganizationSuccess:
            found = await closings.reopen(info.context.session, ids.read(input.organization_id, "Organization"))
            info.context.forget()
            return ReopenOrganizationSuccess(organization=Organization.of(found))

        return await answer(act)
