"""Rewards 积分商城: set at an organization, redeemed by those below who may and who can pay.

Spending is a row of the ledger that does not rank. Lock order: redemption, reward, member, then clock.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import models
from models import PointsEntry, PointsKind, Redemption, RedemptionStatus, Reward, rewards
from models.clock import POINTS
from resolvers import idempotency, visibility
from resolvers.points import ledger as points_ledger
from resolvers.session import Session, Viewer, Work
from resolvers.visibility import NIL_ID
from rules import periods
from rules.periods import BoardState, Period, PeriodKind
from rules.refusals import (
    AlreadyRedeemed,
    Checks,
    NotAllowed,
    NotAmongTheFirst,
    NotEnoughPoints,
    RedemptionInWrongState,
    RewardIsSoldOut,
    RewardNotOpen,
)
from rules.roles import Scope

RULE = "reward.redeemed"


# ---------------------------------------------------------------- reads


async def get_visible(session: Session, reward_id: UUID) -> Reward:
    """Whoever sees its organization sees it while it is offered; who manages rewards there, in any case."""
    found = await Reward.get_or_none(id=reward_id)
    await session.know(found.organization_id if found else NIL_ID)
    if found and visibility.reward(session, found):
        return found
    raise await session.not_found("There is no such reward, or you may not see it.")


async def known_redemption(session: Session, redemption_id: UUID) -> Redemption:
    """One's own, and for who manages rewards there."""
    found = await Redemption.get_or_none(id=redemption_id)
    await session.know(found.organization_id if found else NIL_ID)
    if found and visibility.redemption(session, found):
        return found
    raise await session.not_found("There is no such redemption, or you may not see it.")


# ---------------------------------------------------------------- who may


@dataclass(frozen=True, slots=True)
class LastMonth:
    """A root's board of the month before `month`, as far as one member is concerned. rank None: none."""

    month: date
    board: Period
    final_at: datetime
    state: BoardState
    rank: int | None
    position: int
    frozen: bool


async def last_month(root_id: UUID, member_id: UUID, now: datetime) -> LastMonth:
    """Beneath a freeze as the public sees it: redeeming tells nothing of what is hidden."""
    zone, hours = await models.organizations.settling_root(root_id)
    settling = timedelta(hours=hours)
    month = periods.local_day(now, zone).replace(day=1)
    board = periods.period(PeriodKind.MONTH, month - timedelta(days=1), zone)
    async with models.database.snapshot():
        facts = await models.leaderboards.facts(root_id, public=True)
        assert facts is not None
        final_at = periods.final_at(board, settling)
        frozen = facts.frozen > 0
        ranking = await models.leaderboards.rank_members(
            root_id,
            board.starts_at,
            board.ends_at,
            facts.position,
            frozen=frozen,
            merged=await models.merges.seen(root_id, facts.merges, facts.position, None, final_at, frozen=frozen),
        )
    rank = next((one.rank for one in ranking if one.subject_id == member_id), None)
    assert final_at is not None
    return LastMonth(month, board, final_at, periods.state(board, now, settling), rank, facts.position, frozen)


def _check_open(reward: Reward, before: LastMonth, now: datetime) -> None:
    if reward.opens_at and now < reward.opens_at:
        raise RewardNotOpen(f"{reward.name} can't be redeemed yet.", reward, reward.opens_at)
    if reward.closes_at and now >= reward.closes_at:
        raise RewardNotOpen(f"{reward.name} can no longer be redeemed.", reward)
    if reward.top is None:
        return
    if before.state is not BoardState.FINAL:
        raise RewardNotOpen(
            "Eligibility depends on last month's FINAL board; try again when it is final.", reward, before.final_at
        )
    if before.rank is None or before.rank > reward.top:
        stood = "had no rank" if before.rank is None else f"was {before.rank}"
        raise NotAmongTheFirst(
            f"This is for the first {reward.top} of last month; this member {stood}.", reward.top, before.rank
        )


# ---------------------------------------------------------------- redeeming


async def redeem(session: Session, reward_id: UUID, key: str) -> Redemption:
    """One, for the viewer. Same key and input: the same redemption."""
    viewer = session.signed_in()
    if viewer.member_id is None:
        raise NotAllowed("Only members can redeem rewards; this account does not belong to a member.")
    checks = Checks()
    key = idempotency.checked(checks, key)
    checks.done()
    reward = await get_visible(session, reward_id)
    if reward.organization_id not in viewer.place:
        raise NotAllowed("This reward is for members of its organization and below.")
    request = idempotency.request_hash("redeem", reward_id)
    before = await last_month(reward.root_id, viewer.member_id, session.now())
    async with session.work() as work:
        entry_id = uuid4()
        if made := await points_ledger.replayed(session, key, request, entry_id, work):
            assert made.redemption_id is not None
            return await Redemption.get(id=made.redemption_id)
        taken = await rewards.take(reward_id)
        if taken is None:
            found = await Reward.get(id=reward_id)
            if found.active:
                raise RewardIsSoldOut(f"{found.name} is sold out.", found)
            raise RewardNotOpen(f"{found.name} is no longer offered.", found)
        _check_open(taken, before, work.now)
        return await _paid(work, viewer, viewer.member_id, taken, before, entry_id)


async def _paid(
    work: Work, viewer: Viewer, member_id: UUID, reward: Reward, before: LastMonth, entry_id: UUID
) -> Redemption:
    member = await models.members.locked(member_id)
    assert member is not None
    selves = await models.merges.selves(member_id) if member.duplicates else [member_id]
    taken = await rewards.slots_taken(selves, reward.organization_id, before.month)
    if reward.per_month is not None and len(taken) >= reward.per_month:
        newest = await rewards.newest(selves, reward.organization_id, before.month)
        often = "once" if reward.per_month == 1 else f"{reward.per_month} times"
        raise AlreadyRedeemed(f"A member redeems {often} a month; the next month opens again.", newest)
    if (balance := await models.members.spend(member_id, reward.price)) is not None:
        message = f"{reward.name} costs {reward.price} points; this member has {balance} to spend."
        raise NotEnoughPoints(message, reward.price, balance)
    made = await Redemption.create(
        root_id=reward.root_id,
        organization_id=reward.organization_id,
        reward_id=reward.id,
        member_id=member_id,
        price=reward.price,
        month=before.month,
        slot=rewards.free_slot(taken),
        top=reward.top,
        rank=before.rank,
        board_position=before.position,
        frozen=before.frozen,
        redeemed_at=work.now,
    )
    _audit(work, made)
    entry = points_ledger.entry(
        work,
        root_id=reward.root_id,
        organization_id=await models.members.organization_at(member, work.now),
        kind=PointsKind.SPENT,
        amount=-reward.price,
        rule=RULE,
        occurred_at=work.now,
        counts_at=work.now,
        member_id=member_id,
        redemption_id=made.id,
        recorded_by=viewer.account_id,
        ranks=False,
    )
    entry.id = entry_id
    await _enter(work, entry, reward.name)
    return made


async def _enter(work: Work, entry: PointsEntry, reason: str) -> None:
    """Into the ledger; the balance has moved already."""
    await models.points.append([(entry, reason)], await work.position(entry.root_id))
    work.touch(entry.root_id, at={POINTS: [entry.organization_id]}, hidden_under=entry.organization_id)


# ---------------------------------------------------------------- afterwards


async def _decide(work: Work, found: Redemption, status: RedemptionStatus, by: UUID) -> None:
    if not await rewards.decide(found.id, status, by, work.now):
        now = await Redemption.get(id=found.id)
        raise RedemptionInWrongState(f"This redemption is {now.status.value}; only a REDEEMED one can be decided.", now)
    _audit(work, found)


def _audit(work: Work, found: Redemption) -> None:
    work.audit("Redemption", found.id, root=found.root_id, at=found.organization_id, members=[found.member_id])


async def cancel(session: Session, redemption_id: UUID) -> Redemption:
    """By the member itself or who manages rewards there, before it is handed over: points and stock come back."""
    viewer = session.signed_in()
    found = await known_redemption(session, redemption_id)
    async with session.work() as work:
        await _decide(work, found, RedemptionStatus.CANCELLED, viewer.account_id)
        await rewards.give_back(found.reward_id)
        await models.members.credit(found.member_id, found.price)
        spent = await PointsEntry.get(redemption_id=found.id)
        counted = points_ledger.past(spent.counts_at, work.now)
        final = await points_ledger.counting(found.root_id, counted, work.now) != counted
        entry = points_ledger.entry(
            work,
            root_id=found.root_id,
            organization_id=spent.organization_id,
            kind=PointsKind.REVERSAL,
            amount=found.price,
            rule=spent.rule,
            occurred_at=work.now if final else counted,
            counts_at=work.now if final else spent.counts_at,
            member_id=found.member_id,
            reverses_id=spent.id,
            recorded_by=viewer.account_id,
            ranks=False,
        )
        reason = (await models.points.reasons([spent.id])).get(spent.id, "")
        await _enter(work, entry, reason)
    return await Redemption.get(id=found.id)


async def hand_over(session: Session, redemption_id: UUID) -> Redemption:
    """The member has it: nothing is cancelled any more."""
    found = await known_redemption(session, redemption_id)
    permit = await session.require(Scope.REWARDS_MANAGE, at=found.organization_id)
    async with session.work() as work:
        await _decide(work, found, RedemptionStatus.HANDED_OVER, permit.account_id)
    return await Redemption.get(id=found.id)
