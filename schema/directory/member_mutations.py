"""What can be done with members, and how each may be refused."""

from typing import Annotated, TypeAlias

import strawberry

from resolvers.directory import members
from schema import ids
from schema.accounts.sessions import TooManyAttempts
from schema.closed import OrganizationIsClosed
from schema.context import Info
from schema.directory.members import (
    CreateMemberInput,
    Member,
    MoveMemberInput,
    UpdateMemberInput,
    UpdateMyPrivacyInput,
)
from schema.errors import InvalidInput, NotAllowed, NotFound, answer

# ---------------------------------------------------------------- results


@strawberry.type(description="The member is there.")
class CreateMemberSuccess:
    member: Member = strawberry.field(description="The new member.")


@strawberry.type(description="The member has changed.")
class UpdateMemberSuccess:
    member: Member = strawberry.field(description="The current state.")


@strawberry.type(description="The member belongs to its new organization.")
class MoveMemberSuccess:
    member: Member = strawberry.field(description="The current state.")


@strawberry.type(description="The viewer's choice holds on every board.")
class UpdateMyPrivacySuccess:
    member: Member = strawberry.field(description="The viewer, as others see it now.")


CreateMemberResult: TypeAlias = Annotated[
    CreateMemberSuccess | NotAllowed | NotFound | InvalidInput | TooManyAttempts | OrganizationIsClosed,
    strawberry.union("CreateMemberResult"),
]
UpdateMemberResult: TypeAlias = Annotated[
    UpdateMemberSuccess | NotAllowed | NotFound | InvalidInput | TooManyAttempts | OrganizationIsClosed,
    strawberry.union("UpdateMemberResult"),
]
MoveMemberResult: TypeAlias = Annotated[
    MoveMemberSuccess | NotAllowed | NotFound | InvalidInput | OrganizationIsClosed,
    strawberry.union("MoveMemberResult"),
]
UpdateMyPrivacyResult: TypeAlias = Annotated[
    UpdateMyPrivacySuccess | NotAllowed | InvalidInput, strawberry.union("UpdateMyPrivacyResult")
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class MemberMutations:
    @strawberry.mutation(
        description="A new member, with an account where a login is given. Needs ADMIN or SECRETARY there or above."
    )
    async def create_member(self, info: Info, input: CreateMemberInput) -> CreateMemberResult:
        async def act() -> CreateMemberSuccess:
            made = await members.create(
                info.context.session,
                organization_id=ids.read(input.organization_id, "Organization"),
                name=input.name,
                alias=input.alias,
                phone=input.phone,
                joined_on=input.joined_on,
                login=input.login,
                password=input.password,
                another_person=input.another_person,
            )
            info.context.forget()
            return CreateMemberSuccess(member=Member.of(made))

        return await answer(act)

    @strawberry.mutation(
        description="Changes a member. Needs ADMIN or SECRETARY there or above. For a member with a role, "
        "changing login, password or activity also needs the right to grant that role."
    )
    async def update_member(self, info: Info, input: UpdateMemberInput) -> UpdateMemberResult:
        async def act() -> UpdateMemberSuccess:
            found = await members.update(
                info.context.session,
                ids.read(input.member_id, "Member"),
                name=input.name,
                phone=input.phone,
                joined_on=input.joined_on,
                login=input.login,
                password=input.password,
                active=input.active,
            )
            info.context.forget()
            return UpdateMemberSuccess(member=Member.of(found))

        return await answer(act)

    @strawberry.mutation(
        description="Moves a member within its root. Points already given stay where they were credited. "
        "Needs ADMIN or SECRETARY at or above both organizations."
    )
    async def move_member(self, info: Info, input: MoveMemberInput) -> MoveMemberResult:
        async def act() -> MoveMemberSuccess:
            found = await members.move(
                info.context.session,
                ids.read(input.member_id, "Member"),
                ids.read(input.organization_id, "Organization"),
            )
            info.context.forget()
            return MoveMemberSuccess(member=Member.of(found))

        return await answer(act)

    @strawberry.mutation(description="The member's own choice, seen on every board and screen at once.")
    async def update_my_privacy(self, info: Info, input: UpdateMyPrivacyInput) -> UpdateMyPrivacyResult:
        async def act() -> UpdateMyPrivacySuccess:
            found = await members.update_my_privacy(
                info.context.session, alias=input.alias, hidden_on_boards=input.hidden_on_boards
            )
            info.context.forget()
            return UpdateMyPrivacySuccess(member=Member.of(found))

        return await answer(act)
