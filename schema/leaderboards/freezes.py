"""Freezing what the public sees of an organization and all below."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from resolvers.leaderboards import freezes
from schema import ids
from schema.context import Info
from schema.directory.organizations import Organization
from schema.errors import NotAllowed, NotFound, answer


@strawberry.input(description="The organization to freeze for the public.")
class FreezeLeaderboardsInput:
    organization_id: strawberry.ID = strawberry.field(description="With all below it.")


@strawberry.input(description="The organization to unfreeze.")
class UnfreezeLeaderboardsInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization that was frozen.")


@strawberry.type(description="From frozenAt on the public sees nothing new of it.")
class FreezeLeaderboardsSuccess:
    organization: Organization = strawberry.field(description="The frozen organization.")
    frozen_at: datetime = strawberry.field(description="When the freeze began; of an earlier freeze, if there was one.")


@strawberry.type(description="The public sees the truth again.")
class UnfreezeLeaderboardsSuccess:
    organization: Organization = strawberry.field(description="The organization that is no longer frozen.")
    unfrozen_at: datetime = strawberry.field(description="When the freeze ended.")


FreezeLeaderboardsResult: TypeAlias = Annotated[
    FreezeLeaderboardsSuccess | NotAllowed | NotFound, strawberry.union("FreezeLeaderboardsResult")
]
UnfreezeLeaderboardsResult: TypeAlias = Annotated[
    UnfreezeLeaderboardsSuccess | NotAllowed | NotFound, strawberry.union("UnfreezeLeaderboardsResult")
]


@strawberry.type
class FreezeMutations:
    @strawberry.mutation(
        description="One public cut-off for every number that comes from this organization and below, wherever shown."
    )
    async def freeze_leaderboards(self, info: Info, input: FreezeLeaderboardsInput) -> FreezeLeaderboardsResult:
        async def act() -> FreezeLeaderboardsSuccess:
            place = ids.read(input.organization_id, "Organization")
            organization, at = await freezes.freeze(info.context.session, place)
            return FreezeLeaderboardsSuccess(organization=Organization.of(organization), frozen_at=at)

        return await answer(act)

    @strawberry.mutation(description="Every screen moves to the truth at once, and the public log goes on in order.")
    async def unfreeze_leaderboards(self, info: Info, input: UnfreezeLeaderboardsInput) -> UnfreezeLeaderboardsResult:
        async def act() -> UnfreezeLeaderboardsSuccess:
            place = ids.read(input.organization_id, "Organization")
            organization, at = await freezes.unfreeze(info.context.session, place)
            return UnfreezeLeaderboardsSuccess(organization=Organization.of(organization), unfrozen_at=at)

        return await answer(act)
