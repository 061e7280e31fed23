"""Rewards that points buy, and their redemptions. Stock and balance are held by conditional UPDATEs and CHECKs, how
often somebody may redeem by counting what it holds, under its lock; a unique slot keeps two that counted at once apart.
"""

import itertools
from collections.abc import Container, Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import sql
from models.merges import SELVES
from models.pages import Listing, at_or_below, narrowed


class RedemptionStatus(StrEnum):
    REDEEMED = "REDEEMED"
    CANCELLED = "CANCELLED"
    HANDED_OVER = "HANDED_OVER"


class Reward(Model):
    """supplied: how many there ever were. top: the last rank of last month that may redeem; None: everybody may.
    per_month: how often somebody may redeem at this organization in a month; None: without a limit."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    root_id = fields.UUIDField()
    organization_id = fields.UUIDField()
    name = fields.CharField(max_length=200)
    description = fields.TextField()
    picture_url = fields.CharField(max_length=2000, null=True)
    price = fields.IntField()
    stock = fields.IntField()
    supplied = fields.IntField()
    active = fields.BooleanField(default=True)
    opens_at = fields.DatetimeField(null=True)
    closes_at = fields.DatetimeField(null=True)
    top = fields.IntField(null=True)
    per_month = fields.IntField(null=True)
    created_by_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "rewards"


class Redemption(Model):
    """month: the first day of the one in which it was redeemed, at the root. slot: a number that no other
    living one of the member, organization and month has; it says nothing about how many there are.
    rank, board_position: where the member stood last month, up to which position; None: nobody asked. frozen: the
    board was the public's, beneath a freeze."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    root_id = fields.UUIDField()
    organization_id = fields.UUIDField()
    reward_id = fields.UUIDField()
    member_id = fields.UUIDField()
    price = fields.IntField()
    status = fields.CharEnumField(RedemptionStatus, max_length=20, default=RedemptionStatus.REDEEMED)
    month = fields.DateField()
    slot = fields.IntField()
    top = fields.IntField(null=True)
    rank = fields.IntField(null=True)
    board_position = fields.BigIntField()
    frozen = fields.BooleanField()
    redeemed_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)
    decided_by_id = fields.UUIDField(null=True)

    class Meta(Model.Meta):
        table = "redemptions"


async def supply(reward_id: UUID, more: int) -> bool:
    """False: so many are not in stock any more."""
    return bool(
        await sql.execute(
            """UPDATE rewards SET stock = stock + :more, supplied = supplied + :more
               WHERE id = :id AND stock + :more >= 0""",
            id=reward_id,
            more=more,
        )
    )


async def take(reward_id: UUID) -> Reward | None:
    """One out of stock: the reward as it then stands, locked. None: there is none, or it is not offered."""
    found = await sql.models(
        Reward,
        "UPDATE rewards SET stock = stock - 1 WHERE id = :id AND stock > 0 AND active = :yes RETURNING *",
        id=reward_id,
        yes=True,
    )
    return found[0] if found else None


async def give_back(reward_id: UUID) -> None:
    await sql.execute("UPDATE rewards SET stock = stock + 1 WHERE id = :id", id=reward_id)


async def slots_taken(member_ids: Sequence[UUID], organization_id: UUID, month: date) -> list[int]:
    """One for each living redemption of the person, under the member's lock."""
    found = await sql.rows(
        """SELECT slot FROM redemptions WHERE member_id IN :members AND organization_id = :organization
             AND month = :month AND status <> 'CANCELLED'""",
        members=member_ids,
        organization=organization_id,
        month=month,
    )
    return [one["slot"] for one in found]


def free_slot(taken: Container[int]) -> int:
    """The smallest that is not taken."""
    return next(slot for slot in itertools.count(1) if slot not in taken)


async def decide(redemption_id: UUID, status: RedemptionStatus, by: UUID, at: datetime) -> bool:
    """False: it is decided already."""
    return bool(
        await sql.execute(
            """UPDATE redemptions SET status = :status, decided_at = :at, decided_by_id = :by
               WHERE id = :id AND status = 'REDEEMED'""",
            id=redemption_id,
            status=status.value,
            at=at,
            by=by,
        )
    )


async def newest(member_ids: Sequence[UUID], organization_id: UUID, month: date) -> Redemption | None:
    """The newest living one of a month."""
    return (
        await Redemption.filter(member_id__in=member_ids, organization_id=organization_id, month=month)
        .exclude(status=RedemptionStatus.CANCELLED)
        .order_by("-redeemed_at")
        .first()
    )


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, Reward]:
    return {found.id: found for found in await Reward.filter(id__in=list(set(ids)))}


async def redemptions_by_ids(ids: Iterable[UUID]) -> dict[UUID, Redemption]:
    return {found.id: found for found in await Redemption.filter(id__in=list(set(ids)))}


# ---------------------------------------------------------------- lists

REWARDS = Listing(
    Reward,
    "rewards t JOIN organization_paths p ON p.ancestor_id = t.organization_id",
    "p.descendant_id",
    (("created_at", False), ("id", False)),
)
OFFERED = narrowed(REWARDS, "t.active = :yes")
SEEN = narrowed(REWARDS, f"t.active = :yes OR {at_or_below('t.organization_id')}")
OF_REWARD = Listing(Redemption, "redemptions t", "t.reward_id", (("redeemed_at", False), ("id", False)))
OF_MEMBER = Listing(Redemption, f"redemptions t {SELVES}", "self.person_id", (("redeemed_at", True), ("id", True)))
OF_REWARD_BY_STATUS, OF_MEMBER_BY_STATUS = (narrowed(one, "t.status = :status") for one in (OF_REWARD, OF_MEMBER))
