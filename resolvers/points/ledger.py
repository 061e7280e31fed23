"""Awards and reversals: rows of the ledger, each with its key, its credited organization and its position."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import models
from models import Member, PointsEntry, PointsKind
from models.clock import POINTS
from resolvers import idempotency, visibility
from resolvers.directory import members
from resolvers.session import Session, Work
from resolvers.visibility import NIL_ID
from rules import periods
from rules.refusals import AlreadyReversed, Checks, InvalidInput
from rules.roles import Scope

MOST_POINTS = 1_000_000  # of one entry: a typing error, not a deed
CLOCKS_APART = timedelta(minutes=5)  # how far a client's clock may run ahead of ours
LONGEST_AGO = timedelta(days=366 * 5)


def entry(
    work: Work,
    *,
    root_id: UUID,
    organization_id: UUID,
    kind: PointsKind,
    amount: int,
    rule: str,
    counts_at: datetime,
    occurred_at: datetime,
    member_id: UUID | None = None,
    claim_id: UUID | None = None,
    study_id: UUID | None = None,
    reverses_id: UUID | None = None,
    redemption_id: UUID | None = None,
    recorded_by: UUID | None = None,
    ranks: bool = True,
    correction: bool = False,
) -> PointsEntry:
    """A row that is recorded now; its position and line come when it is appended."""
    return PointsEntry(
        id=uuid4(),
        root_id=root_id,
        position=0,
        line=0,
        member_id=member_id,
        organization_id=organization_id,
        kind=kind,
        amount=amount,
        ranks=ranks,
        rule=rule,
        claim_id=claim_id,
        study_id=study_id,
        reverses_id=reverses_id,
        redemption_id=redemption_id,
        correction=correction,
        recorded_by_id=recorded_by,
        occurred_at=occurred_at,
        counts_at=counts_at,
        recorded_at=work.now,
        reached=int(work.now.timestamp()),
    )


async def append(work: Work, made: PointsEntry, reason: str) -> PointsEntry:
    """Into the ledger, the member's balance and the boards, in the lock order member → clock."""
    if made.member_id and made.amount:
        await models.members.credit(made.member_id, made.amount)
    position = await work.position(made.root_id)
    await models.points.append([(made, reason)], position)
    work.touch(made.root_id, at={POINTS: [made.organization_id]}, hidden_under=made.organization_id)
    return made


async def counting(root_id: UUID, occurred_at: datetime, now: datetime) -> datetime:
    """By which time boards place an act: when it happened, or now if that day is FINAL.

    `occurred_at` lies at or before `now`; for a moment that another process noted, take `past` of it.
    """
    zone, hours = await models.organizations.settling_root(root_id)
    return periods.counts_at(occurred_at, now, zone, timedelta(hours=hours))


def past(moment: datetime, now: datetime) -> datetime:
    """The moment, or now for one that lies ahead of this process's clock."""
    return min(moment, now)


def check_time(checks: Checks, occurred_at: datetime | None, now: datetime) -> None:
    if occurred_at is not None:
        checks.that(occurred_at <= now + CLOCKS_APART, "occurredAt", "occurredAt lies in the future.")
        recent = occurred_at >= now - LONGEST_AGO
        checks.that(recent, "occurredAt", "occurredAt lies more than five years back.")


async def replayed(session: Session, key: str, request: str, new_id: UUID, work: Work) -> PointsEntry | None:
    """None: the key is new. Otherwise the entry that it made. InvalidInput: it made another."""
    made = await idempotency.made_before(session, key, request, new_id, work)
    return None if made is None else await PointsEntry.get(id=made)


async def award(
    session: Session,
    *,
    member_id: UUID | None,
    organization_id: UUID | None,
    amount: int,
    reason: str,
    occurred_at: datetime | None,
    key: str,
) -> PointsEntry:
    """To a member or to an organization itself; below zero a deduction. Same key and input: same entry."""
    session.signed_in()
    checks = Checks()
    one = (member_id is None) != (organization_id is None)
    checks.that(one, "memberId", "Give memberId or organizationId, not both.")
    checks.that(
        0 < abs(amount) <= MOST_POINTS,
        "amount",
        f"amount is {amount}; it must lie within ±{MOST_POINTS} and not be 0.",
    )
    reason = checks.text(reason, "reason", least=1, most=500)
    key = idempotency.checked(checks, key)
    now = session.now()
    check_time(checks, occurred_at, now)
    checks.done()
    member: Member | None = None
    if member_id is not None:
        member = await members.present(session, member_id)
    place = member.organization_id if member else organization_id
    assert place is not None
    permit = await session.require(Scope.POINTS_AWARD, at=place)
    request = idempotency.request_hash("award", member_id, organization_id, amount, reason, occurred_at)
    async with session.work() as work:
        made_id = uuid4()
        if before := await replayed(session, key, request, made_id, work):
            return before
        occurred = past(occurred_at or work.now, work.now)
        root_id = permit.organization.root_id
        counts = await counting(root_id, occurred, work.now)
        made = entry(
            work,
            root_id=root_id,
            organization_id=await models.members.organization_at(member, counts) if member else place,
            kind=PointsKind.EARNED if amount > 0 else PointsKind.DEDUCTED,
            amount=amount,
            rule="award.by_hand",
            occurred_at=occurred,
            counts_at=counts,
            member_id=member.id if member else None,
            recorded_by=permit.account_id,
        )
        made.id = made_id
        audit(work, made)
        return await append(work, made, reason)


def audit(work: Work, made: PointsEntry) -> None:
    work.audit("PointsEntry", made.id, root=made.root_id, at=made.organization_id, members=[made.member_id])


async def visible_entry(session: Session, entry_id: UUID) -> PointsEntry:
    """An entry that the viewer may see. NotFound otherwise.

    One's own; an organization's own where one sees the organization; a member's where PERSONAL_READ holds over the
    credited organization or over the member; what a claim earned, for those who may review it."""
    found = await PointsEntry.get_or_none(id=entry_id)
    member = await Member.get_or_none(id=(found and found.member_id) or NIL_ID)
    claim = await models.Claim.get_or_none(id=(found and found.claim_id) or NIL_ID)
    task = await models.Task.get_or_none(id=claim.task_id if claim else NIL_ID)
    frozen = await models.freezes.hides(entry_id)
    places = [one.organization_id for one in (found, member, task) if one]
    await session.know(*places or [NIL_ID])
    if found and member is None and visibility.own_points(session, found, frozen=frozen):
        return found
    if found and member and visibility.entry(session, found, member.organization_id, task and task.organization_id):
        return found
    raise await session.not_found("There is no such points entry, or you may not see it.")


async def reverse(
    session: Session, entry_id: UUID, reason: str, key: str, *, as_correction: bool = False
) -> PointsEntry:
    """A reversing entry. It counts when its original does, while that day is not FINAL; otherwise now, or as a
    correction there too."""
    session.signed_in()
    checks = Checks()
    reason = checks.text(reason, "reason", least=1, most=500)
    key = idempotency.checked(checks, key)
    checks.done()
    original = await visible_entry(session, entry_id)
    scope = Scope.POINTS_CORRECT if as_correction else Scope.POINTS_AWARD
    permit = await session.require(scope, at=original.organization_id)
    if original.redemption_id:
        raise InvalidInput.at("pointsEntryId", "This entry paid for a reward; cancel the redemption instead.")
    if original.kind is PointsKind.REVERSAL:
        raise InvalidInput.at("pointsEntryId", "This entry is a reversal itself; award the points again instead.")
    request = idempotency.request_hash("correct" if as_correction else "reverse", entry_id, reason)
    async with session.work() as work:
        made_id = uuid4()
        if before := await replayed(session, key, request, made_id, work):
            return before
        if original.member_id:
            await models.members.credit(original.member_id, 0)  # the lock at which two reversals meet
        if by := await PointsEntry.get_or_none(reverses_id=original.id):
            raise AlreadyReversed("This entry was already reversed.", by)
        position = await work.position(original.root_id)  # and those of an organization's own points
        if by := await PointsEntry.get_or_none(reverses_id=original.id):
            raise AlreadyReversed("This entry was already reversed.", by)
        counted = past(original.counts_at, work.now)
        final = await counting(original.root_id, counted, work.now) != counted
        if as_correction and not final:
            raise InvalidInput.at("asCorrection", "That day is not FINAL yet; reverse the entry without a correction.")
        now_instead = final and not as_correction
        made = entry(
            work,
            root_id=original.root_id,
            organization_id=original.organization_id,
            kind=PointsKind.REVERSAL,
            amount=-original.amount,
            rule=original.rule,
            occurred_at=work.now if now_instead else counted,
            counts_at=work.now if now_instead else original.counts_at,
            member_id=original.member_id,
            reverses_id=original.id,
            recorded_by=permit.account_id,
            ranks=original.ranks,
            correction=as_correction,
        )
        made.id, made.rule_version_id = made_id, original.rule_version_id
        if made.member_id:
            await models.members.credit(made.member_id, made.amount)
        await models.points.append([(made, reason)], position)
        work.touch(made.root_id, at={POINTS: [made.organization_id]}, hidden_under=made.organization_id)
        audit(work, made)
        return made
