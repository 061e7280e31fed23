"""Setting rewards, redeeming them, handing them over, and how each may be refused."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from resolvers.rewards import items, redemptions
from rules import refusals
from schema import errors, ids
from schema.closed import OrganizationIsClosed
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, NotFound, UserError, answer
from schema.rewards.rewards import Redemption, Reward

# ---------------------------------------------------------------- inputs


@strawberry.input(description="A new reward.")
class CreateRewardInput:
    organization_id: strawberry.ID = strawberry.field(description="Members of it and of all below may redeem.")
    name: str = strawberry.field(description="1 to 200 characters.")
    description: str = strawberry.field(default="", description="Up to 5,000 characters.")
    picture_url: str | None = strawberry.field(default=None, description="An http(s) address.")
    price: int = strawberry.field(description="In points, 1 to 1,000,000.")
    stock: int = strawberry.field(description="How many there are, 0 to 1,000,000.")
    active: bool = strawberry.field(default=True, description="Whether it is offered at once.")
    opens_at: datetime | None = strawberry.field(default=None, description="When it opens; left out: at once.")
    closes_at: datetime | None = strawberry.field(default=None, description="When it closes; left out: no end.")
    top: int = strawberry.field(
        default=10,
        description="The lowest eligible rank on last month's FINAL board of the root; 0: everyone is eligible.",
    )
    per_month: int = strawberry.field(
        default=1, description="How often a member redeems in a month at this organization; 0: without a limit."
    )


@strawberry.input(description="Fields that are left out stay unchanged.")
class UpdateRewardInput:
    reward_id: strawberry.ID = strawberry.field(description="The reward.")
    name: str | None = strawberry.field(default=None, description="1 to 200 characters.")
    description: str | None = strawberry.field(default=None, description="Up to 5,000 characters.")
    picture_url: str | None = strawberry.field(default=None, description="An http(s) address; empty: none.")
    price: int | None = strawberry.field(default=None, description="In points; redemptions keep theirs.")
    add_stock: int | None = strawberry.field(default=0, description="So many more; below zero fewer, never below none.")
    active: bool | None = strawberry.field(default=None, description="Whether it is offered.")
    opens_at: datetime | None = strawberry.field(default=None, description="When it opens.")
    closes_at: datetime | None = strawberry.field(default=None, description="When it closes (exclusive).")
    top: int | None = strawberry.field(default=None, description="As for a new one; 0: for everybody.")
    per_month: int | None = strawberry.field(default=None, description="As for a new one; 0: without a limit.")


@strawberry.input(description="The reward to redeem.")
class RedeemRewardInput:
    reward_id: strawberry.ID = strawberry.field(description="Of the viewer's organization or of one above.")
    idempotency_key: str = strawberry.field(
        description="1 to 200 characters, new for each redemption. Same key and input: the same redemption."
    )


@strawberry.input(description="The redemption to cancel.")
class CancelRedemptionInput:
    redemption_id: strawberry.ID = strawberry.field(description="One that is REDEEMED.")


@strawberry.input(description="The redemption to hand over.")
class HandOverRedemptionInput:
    redemption_id: strawberry.ID = strawberry.field(description="One that is REDEEMED.")


# ---------------------------------------------------------------- refusals


@strawberry.type(description="Not offered, outside its window, or before last month's board is FINAL.")
class RewardNotOpen(UserError):
    reward: Reward = strawberry.field(description="The current state.")
    opens_at: datetime | None = strawberry.field(description="When redeeming opens; null: unknown.")


@strawberry.type(description="None is left.")
class RewardIsSoldOut(UserError):
    reward: Reward = strawberry.field(description="The current state.")


@strawberry.type(description="It is for the first of last month.")
class NotAmongTheFirst(UserError):
    top: int = strawberry.field(description="How many ranks may redeem it.")
    rank: int | None = strawberry.field(description="The member's of last month, as boards show it; null: none.")


@strawberry.type(description="It costs more than the member has.")
class NotEnoughPoints(UserError):
    price: int = strawberry.field(description="The price.")
    balance: int = strawberry.field(description="The member's balance.")


@strawberry.type(description="The member has reached this month's limit of redemptions.")
class AlreadyRedeemed(UserError):
    redemption: Redemption = strawberry.field(description="The newest of this month.")


@strawberry.type(
    description="It is decided already. Carries the redemption, so that a retry after a lost answer sees that it had "
    "succeeded."
)
class RedemptionInWrongState(UserError):
    redemption: Redemption = strawberry.field(description="The current state.")


errors.answers(
    refusals.RewardNotOpen,
    lambda one: RewardNotOpen(message=one.message, reward=Reward.of(one.subject), opens_at=one.opens_at),
)
errors.answers(
    refusals.RewardIsSoldOut, lambda one: RewardIsSoldOut(message=one.message, reward=Reward.of(one.subject))
)
errors.answers(refusals.NotAmongTheFirst, lambda one: NotAmongTheFirst(message=one.message, top=one.top, rank=one.rank))
errors.answers(
    refusals.NotEnoughPoints, lambda one: NotEnoughPoints(message=one.message, price=one.price, balance=one.balance)
)
errors.answers(
    refusals.AlreadyRedeemed, lambda one: AlreadyRedeemed(message=one.message, redemption=Redemption.of(one.subject))
)
errors.answers(
    refusals.RedemptionInWrongState,
    lambda one: RedemptionInWrongState(message=one.message, redemption=Redemption.of(one.subject)),
)

# ---------------------------------------------------------------- results


@strawberry.type(description="The reward is there.")
class CreateRewardSuccess:
    reward: Reward = strawberry.field(description="The new reward.")


@strawberry.type(description="The reward has changed.")
class UpdateRewardSuccess:
    reward: Reward = strawberry.field(description="The current state.")


@strawberry.type(description="Paid.")
class RedeemRewardSuccess:
    redemption: Redemption = strawberry.field(
        description="The new redemption, or the one that this key created before."
    )


@strawberry.type(description="Points and stock came back.")
class CancelRedemptionSuccess:
    redemption: Redemption = strawberry.field(description="The current state.")


@strawberry.type(description="The member has it.")
class HandOverRedemptionSuccess:
    redemption: Redemption = strawberry.field(description="The current state.")


CreateRewardResult: TypeAlias = Annotated[
    CreateRewardSuccess | NotAllowed | NotFound | InvalidInput | OrganizationIsClosed,
    strawberry.union("CreateRewardResult"),
]
UpdateRewardResult: TypeAlias = Annotated[
    UpdateRewardSuccess | NotAllowed | NotFound | InvalidInput, strawberry.union("UpdateRewardResult")
]
RedeemRewardResult: TypeAlias = Annotated[
    RedeemRewardSuccess
    | NotAllowed
    | NotFound
    | InvalidInput
    | RewardNotOpen
    | RewardIsSoldOut
    | NotAmongTheFirst
    | NotEnoughPoints
    | AlreadyRedeemed,
    strawberry.union("RedeemRewardResult"),
]
CancelRedemptionResult: TypeAlias = Annotated[
    CancelRedemptionSuccess | NotAllowed | NotFound | RedemptionInWrongState, strawberry.union("CancelRedemptionResult")
]
HandOverRedemptionResult: TypeAlias = Annotated[
    HandOverRedemptionSuccess | NotAllowed | NotFound | RedemptionInWrongState,
    strawberry.union("HandOverRedemptionResult"),
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class RewardMutations:
    @strawberry.mutation(description="Offers a reward. Needs ADMIN or SECRETARY at the organization or above.")
    async def create_reward(self, info: Info, input: CreateRewardInput) -> CreateRewardResult:
        async def act() -> CreateRewardSuccess:
            made = await items.create(
                info.context.session,
                organization_id=ids.read(input.organization_id, "Organization"),
                name=input.name,
                description=input.description,
                picture_url=input.picture_url,
                price=input.price,
                stock=input.stock,
                active=input.active,
                opens_at=input.opens_at,
                closes_at=input.closes_at,
                top=input.top,
                per_month=input.per_month,
            )
            return CreateRewardSuccess(reward=Reward.of(made))

        return await answer(act)

    @strawberry.mutation(description="Changes a reward. Needs ADMIN or SECRETARY at its organization or above.")
    async def update_reward(self, info: Info, input: UpdateRewardInput) -> UpdateRewardResult:
        async def act() -> UpdateRewardSuccess:
            found = await items.update(
                info.context.session,
                ids.read(input.reward_id, "Reward"),
                add_stock=input.add_stock or 0,
                name=input.name,
                description=input.description,
                picture_url=input.picture_url,
                price=input.price,
                active=input.active,
                opens_at=input.opens_at,
                closes_at=input.closes_at,
                top=input.top,
                per_month=input.per_month,
            )
            return UpdateRewardSuccess(reward=Reward.of(found))

        return await answer(act)

    @strawberry.mutation(
        description="Pays for one with the viewer's points, which lowers the balance and no rank. Stock and balance "
        "never go below 0."
    )
    async def redeem_reward(self, info: Info, input: RedeemRewardInput) -> RedeemRewardResult:
        async def act() -> RedeemRewardSuccess:
            made = await redemptions.redeem(
                info.context.session, ids.read(input.reward_id, "Reward"), input.idempotency_key
            )
            return RedeemRewardSuccess(redemption=Redemption.of(made))

        return await answer(act)

    @strawberry.mutation(
        description="Gives points and stock back, until it is handed over. The viewer's own, or with ADMIN or "
        "SECRETARY at the reward's organization or above."
    )
    async def cancel_redemption(self, info: Info, input: CancelRedemptionInput) -> CancelRedemptionResult:
        async def act() -> CancelRedemptionSuccess:
            found = await redemptions.cancel(info.context.session, ids.read(input.redemption_id, "Redemption"))
            return CancelRedemptionSuccess(redemption=Redemption.of(found))

        return await answer(act)

    @strawberry.mutation(
        description="Says that the member has it. Needs ADMIN or SECRETARY at the reward's organization or above."
    )
    async def hand_over_redemption(self, info: Info, input: HandOverRedemptionInput) -> HandOverRedemptionResult:
        async def act() -> HandOverRedemptionSuccess:
            found = await redemptions.hand_over(info.context.session, ids.read(input.redemption_id, "Redemption"))
            return HandOverRedemptionSuccess(redemption=Redemption.of(found))

        return await answer(act)
