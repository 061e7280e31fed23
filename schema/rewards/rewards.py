"""Rewards 积分商城 and their redemptions as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

import models
from models import RedemptionStatus
from models.rewards import OF_MEMBER, OF_MEMBER_BY_STATUS, OF_REWARD, OF_REWARD_BY_STATUS, OFFERED, SEEN
from resolvers import visibility
from resolvers.rewards import redemptions
from rules.roles import Scope
from schema import ids
from schema.context import Info
from schema.node import Node, fetched_by
from schema.pages import Connection, page_of

if TYPE_CHECKING:
    from schema.directory.members import Member
    from schema.directory.organizations import Organization
    from schema.points.entries import PointsEntry

strawberry.enum(
    RedemptionStatus,
    name="RedemptionStatus",
    description="REDEEMED: paid, and waiting to be handed over. CANCELLED: points and stock came back.",
)

# ---------------------------------------------------------------- types


@strawberry.type(description="Something that points buy, for members of its organization and below.")
class Reward(Node):
    row: strawberry.Private[models.Reward]

    @classmethod
    def of(cls, row: models.Reward) -> "Reward":
        return cls(
            id=strawberry.ID(ids.encode("Reward", row.id)),
            row=row,
            name=row.name,
            description=row.description,
            picture_url=row.picture_url,
            price=row.price,
            stock=row.stock,
            active=row.active,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            top=row.top,
            per_month=row.per_month,
        )

    name: str = strawberry.field(description="Up to 200 characters.")
    description: str = strawberry.field(description="May be empty.")
    picture_url: str | None = strawberry.field(description="The address of its picture.")
    price: int = strawberry.field(description="In points.")
    stock: int = strawberry.field(description="How many are left, never below 0.")
    active: bool = strawberry.field(
        description="Whether it is offered. One that is not is visible only to those who manage it."
    )
    opens_at: datetime | None = strawberry.field(description="When it can first be redeemed; null: at once.")
    closes_at: datetime | None = strawberry.field(description="When it closes (exclusive); null: no end.")
    top: int | None = strawberry.field(
        description="The lowest eligible rank on last month's FINAL board of the root; null: everyone is eligible."
    )
    per_month: int | None = strawberry.field(
        description="The most redemptions of a member in a month, over all rewards of this organization; null: no"
        " limit."
    )

    @strawberry.field(description="The organization that offers the course.")
    def organization(self, info: Info) -> Annotated["Organization", strawberry.lazy("schema.directory.organizations")]:
        from schema.directory.organizations import Organization

        return Organization.load(info, self.row.organization_id)  # type: ignore[return-value]

    @strawberry.field(description="Its redemptions, in order; null to those who may not hand it over.")
    async def redemptions(
        self, info: Info, status: RedemptionStatus | None = None, first: int | None = 20, after: str | None = None
    ) -> Connection["Redemption"] | None:
        await info.context.lineages.load(self.row.organization_id)
        if not visibility.may(info.context.session, Scope.REWARDS_MANAGE, self.row.organization_id):
            return None
        listing, values = (OF_REWARD_BY_STATUS, {"status": status.value}) if status else (OF_REWARD, {})
        return await page_of(info.context, listing, self.row.id, Redemption.of, first=first, after=after, **values)


@strawberry.type(description="A reward that a member paid for. Visible to the member and those who hand it over.")
class Redemption(Node):
    row: strawberry.Private[models.Redemption]

    @classmethod
    def of(cls, row: models.Redemption) -> "Redemption":
        return cls(
            id=strawberry.ID(ids.encode("Redemption", row.id)),
            row=row,
            status=row.status,
            price=row.price,
            redeemed_at=row.redeemed_at,
            decided_at=row.decided_at,
        )

    status: RedemptionStatus = strawberry.field(description="The redemption's status.")
    price: int = strawberry.field(description="The points paid.")
    redeemed_at: datetime = strawberry.field(description="When it was paid.")
    decided_at: datetime | None = strawberry.field(description="When it was handed over or cancelled.")

    @strawberry.field(description="The reward that was redeemed.")
    async def reward(self, info: Info) -> Reward:
        found = await info.context.by_key("rewards", models.rewards.by_ids).load(self.row.reward_id)
        assert found, "a reward is never deleted"
        return Reward.of(found)

    @strawberry.field(description="The member who redeemed it.")
    def member(self, info: Info) -> Annotated["Member", strawberry.lazy("schema.directory.members")]:
        from schema.directory.members import Member

        return Member.load(info, self.row.member_id)  # type: ignore[return-value]

    @strawberry.field(description="Its ledger entry: SPENT, which does not rank.")
    async def points_entry(self, info: Info) -> Annotated["PointsEntry", strawberry.lazy("schema.points.entries")]:
        from schema.points.entries import PointsEntry

        found = await info.context.by_key("spent", models.points.by_redemptions).load(self.row.id)
        assert found
        return PointsEntry.of(found)


async def own_redemptions(
    info: Info, member_id: UUID, status: RedemptionStatus | None, first: int | None, after: str | None
) -> Connection[Redemption]:
    """A member's, newest first."""
    listing, values = (OF_MEMBER_BY_STATUS, {"status": status.value}) if status else (OF_MEMBER, {})
    return await page_of(info.context, listing, member_id, Redemption.of, first=first, after=after, **values)


async def redemption_of(info: Info, redemption_id: UUID) -> Redemption | None:
    """None where the viewer may not see it."""
    context = info.context
    found = await context.by_key("redemptions", models.rewards.redemptions_by_ids).load(redemption_id)
    assert found
    await context.lineages.load(found.organization_id)
    return Redemption.of(found) if visibility.redemption(context.session, found) else None


@fetched_by("Reward")
async def _reward(info: Info, key: list[str]) -> Reward:
    return Reward.of(await redemptions.get_visible(info.context.session, UUID(key[0])))


@fetched_by("Redemption")
async def _redemption(info: Info, key: list[str]) -> Redemption:
    return Redemption.of(await redemptions.known_redemption(info.context.session, UUID(key[0])))


# ---------------------------------------------------------------- queries


@strawberry.type
class RewardQueries:
    @strawberry.field(
        description="The rewards that members of an organization can redeem: its own and those of the "
        "organizations above. Those who manage rewards there also see rewards that are not offered. "
        "Null if the viewer may not see the organization."
    )
    async def rewards(
        self,
        info: Info,
        organization_id: strawberry.ID,
        include_inactive: bool | None = False,
        first: int | None = 20,
        after: str | None = None,
    ) -> Connection[Reward] | None:
        session = info.context.session
        lineage = await session.perhaps_visible(ids.read(organization_id, "Organization"))
        if lineage is None:
            return None
        values: dict[str, Any] = {"yes": True}
        listing = OFFERED
        if include_inactive and session.allowed(Scope.REWARDS_MANAGE, lineage):
            listing, values = SEEN, values | visibility.places(session, Scope.REWARDS_MANAGE)
        return await page_of(info.context, listing, lineage[-1].id, Reward.of, first=first, after=after, **values)
