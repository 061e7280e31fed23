"""What can be done with organizations, and how each may be refused."""

from typing import Annotated, TypeAlias

import strawberry

from resolvers.directory import organizations
from schema import ids
from schema.closed import OrganizationIsClosed
from schema.context import Info
from schema.directory.organizations import (
    CreateOrganizationInput,
    MoveOrganizationInput,
    Organization,
    UpdateOrganizationInput,
)
from schema.errors import InvalidInput, NotAllowed, NotFound, answer

# ---------------------------------------------------------------- results


@strawberry.type(description="The organization is there.")
class CreateOrganizationSuccess:
    organization: Organization = strawberry.field(description="The new organization.")


@strawberry.type(description="The organization has its new code or name.")
class UpdateOrganizationSuccess:
    organization: Organization = strawberry.field(description="The current state.")


@strawberry.type(description="The organization is in its new place.")
class MoveOrganizationSuccess:
    organization: Organization = strawberry.field(description="The current state.")


CreateOrganizationResult: TypeAlias = Annotated[
    CreateOrganizationSuccess | NotAllowed | NotFound | InvalidInput | OrganizationIsClosed,
    strawberry.union("CreateOrganizationResult"),
]
UpdateOrganizationResult: TypeAlias = Annotated[
    UpdateOrganizationSuccess | NotAllowed | NotFound | InvalidInput,
    strawberry.union("UpdateOrganizationResult"),
]
MoveOrganizationResult: TypeAlias = Annotated[
    MoveOrganizationSuccess | NotAllowed | NotFound | InvalidInput | OrganizationIsClosed,
    strawberry.union("MoveOrganizationResult"),
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class OrganizationMutations:
    @strawberry.mutation(
        description="A new organization. Needs ADMIN at its parent or above; a root, ADMIN everywhere."
    )
    async def create_organization(self, info: Info, input: CreateOrganizationInput) -> CreateOrganizationResult:
        async def act() -> CreateOrganizationSuccess:
            made = await organizations.create(
                info.context.session,
                parent_id=ids.optional(input.parent_id, "Organization"),
                code=input.code,
                name=input.name,
                kind=input.kind,
                time_zone=input.time_zone,
            )
            info.context.forget()
            return CreateOrganizationSuccess(organization=Organization.of(made))

        return await answer(act)

    @strawberry.mutation(
        description="Gives it another code or name. Needs ADMIN or SECRETARY there or above, ADMIN for a time zone."
    )
    async def update_organization(self, info: Info, input: UpdateOrganizationInput) -> UpdateOrganizationResult:
        async def act() -> UpdateOrganizationSuccess:
            found = await organizations.update(
                info.context.session,
                ids.read(input.organization_id, "Organization"),
                code=input.code,
                name=input.name,
                lecturing=input.lecturing,
                time_zone=input.time_zone,
            )
            info.context.forget()
            return UpdateOrganizationSuccess(organization=Organization.of(found))

        return await answer(act)

    @strawberry.mutation(
        description="Moves an organization with everything below. Points already given stay where they were "
        "credited. Needs ADMIN above both its old and its new place."
    )
    async def move_organization(self, info: Info, input: MoveOrganizationInput) -> MoveOrganizationResult:
        async def act() -> MoveOrganizationSuccess:
            found = await organizations.move(
                info.context.session,
                ids.read(input.organization_id, "Organization"),
                ids.read(input.parent_id, "Organization"),
            )
            info.context.forget()
            return MoveOrganizationSuccess(organization=Organization.of(found))

        return await answer(act)
