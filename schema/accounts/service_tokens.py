"""Tokens of other systems, which may record acts and nothing else."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

import models
from models.sessions import SERVICES
from resolvers.accounts import service_tokens
from schema import ids
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, NotFound, answer
from schema.node import Node, fetched_by
from schema.pages import Connection, page_of

if TYPE_CHECKING:
    from schema.directory.organizations import Organization


# ---------------------------------------------------------------- types


@strawberry.type(
    description="A token for another system, with its permissions. The token itself is shown once, when it is created."
)
class ServiceToken(Node):
    row: strawberry.Private[models.ServiceToken]

    @classmethod
    def of(cls, row: models.ServiceToken) -> "ServiceToken":
        return cls(
            id=strawberry.ID(ids.encode("ServiceToken", row.token_id)),
            row=row,
            name=row.name,
            rules=service_tokens.rules_of(row),
            created_at=row.created_at,
        )

    name: str = strawberry.field(description="The name of the other system.")
    rules: list[str] | None = strawberry.field(description="Codes of the rules it may record acts by; null: any.")
    created_at: datetime = strawberry.field(description="When the token was created.")

    @strawberry.field(description="It records acts of members here and everywhere below.")
    async def organization(
        self, info: Info
    ) -> Annotated["Organization", strawberry.lazy("schema.directory.organizations")]:
        from schema.directory.organizations import Organization

        return await Organization.load(info, self.row.organization_id)  # type: ignore[return-value]

    @strawberry.field(description="When it expires.")
    async def expires_at(self, info: Info) -> datetime:
        return (await self._token(info)).expires_at

    @strawberry.field(description="When the token was revoked; null if it was not.")
    async def revoked_at(self, info: Info) -> datetime | None:
        return (await self._token(info)).revoked_at

    async def _token(self, info: Info) -> models.AuthToken:
        found = await info.context.by_key("auth_tokens", _tokens).load(self.row.token_id)
        assert found
        return found


ServiceTokenConnection: TypeAlias = Connection[ServiceToken]


async def _tokens(keys: Any) -> dict[UUID, models.AuthToken]:
    return {one.id: one for one in await models.AuthToken.filter(id__in=list(set(keys)))}


@fetched_by("ServiceToken")
async def _service(info: Info, key: list[str]) -> ServiceToken:
    return ServiceToken.of(await service_tokens.get_visible(info.context.session, UUID(key[0])))


# ---------------------------------------------------------------- inputs


@strawberry.input(description="A token for another system.")
class CreateServiceTokenInput:
    organization_id: strawberry.ID = strawberry.field(
        description="The organization whose members, and all below, the token may record acts for."
    )
    name: str = strawberry.field(description="1 to 100 characters: which system it is for.")
    rules: list[str] | None = strawberry.field(
        default=None, description="Codes of the rules it may record acts by, at most 100; left out: any."
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="At most five years ahead; left out: in a year."
    )


@strawberry.input(description="A token that shall be no good from now on.")
class RevokeServiceTokenInput:
    service_token_id: strawberry.ID = strawberry.field(description="The object's id.")


# ---------------------------------------------------------------- results


@strawberry.type(description="The new token.")
class CreateServiceTokenSuccess:
    token: str = strawberry.field(description="For `Authorization: Bearer …`. Shown here and never again.")
    service_token: ServiceToken = strawberry.field(description="The permissions of the new token.")


@strawberry.type(description="Revoked.")
class RevokeServiceTokenSuccess:
    service_token: ServiceToken = strawberry.field(description="The current state.")


CreateServiceTokenResult: TypeAlias = Annotated[
    CreateServiceTokenSuccess | NotAllowed | NotFound | InvalidInput, strawberry.union("CreateServiceTokenResult")
]
RevokeServiceTokenResult: TypeAlias = Annotated[
    RevokeServiceTokenSuccess | NotAllowed | NotFound, strawberry.union("RevokeServiceTokenResult")
]

# ---------------------------------------------------------------- queries and mutations


@strawberry.type
class ServiceQueries:
    @strawberry.field(
        description="The service tokens of an organization, newest first, also those that ended. Null unless the "
        "viewer is ADMIN there."
    )
    async def service_tokens(
        self, info: Info, organization_id: strawberry.ID, first: int | None = 20, after: str | None = None
    ) -> Connection[ServiceToken] | None:
        place = ids.read(organization_id, "Organization")
        if not await service_tokens.may_list(info.context.session, place):
            return None
        return await page_of(info.context, SERVICES, place, ServiceToken.of, first=first, after=after)


@strawberry.type
class ServiceMutations:
    @strawberry.mutation(
        description="A token that may do nothing but recordAct and recordActs. Needs ADMIN at the organization or"
        " above. Idempotency keys belong to the token that sent them."
    )
    async def create_service_token(self, info: Info, input: CreateServiceTokenInput) -> CreateServiceTokenResult:
        async def act() -> CreateServiceTokenSuccess:
            token, made = await service_tokens.create(
                info.context.session,
                organization_id=ids.read(input.organization_id, "Organization"),
                name=input.name,
                rules=input.rules,
                expires_at=input.expires_at,
            )
            return CreateServiceTokenSuccess(token=token, service_token=ServiceToken.of(made))

        return await answer(act)

    @strawberry.mutation(description="Ends a service's token at once.")
    async def revoke_service_token(self, info: Info, input: RevokeServiceTokenInput) -> RevokeServiceTokenResult:
        async def act() -> RevokeServiceTokenSuccess:
            found = await service_tokens.revoke(info.context.session, ids.read(input.service_token_id, "ServiceToken"))
            info.context.forget()
            return RevokeServiceTokenSuccess(service_token=ServiceToken.of(found))

        return await answer(act)
