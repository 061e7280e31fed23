"""Corrections: changes of what is FINAL, by an ADMIN and with a reason. Boards show that they were corrected."""

from datetime import datetime
from uuid import UUID, uuid4

import models
from models import PointsEntry, PointsKind
from resolvers import idempotency
from resolvers.directory import members
from resolvers.points import ledger
from resolvers.session import Session
from rules.refusals import Checks, InvalidInput
from rules.roles import Scope

RULE = "correction.by_hand"


async def correct(
    session: Session,
    *,
    member_id: UUID | None,
    organization_id: UUID | None,
    amount: int,
    reason: str,
    counts_at: datetime,
    key: str,
) -> PointsEntry:
    """Points that count on a day that is FINAL, where the member belonged then. Same key and input: same entry."""
    session.signed_in()
    checks = Checks()
    one = (member_id is None) != (organization_id is None)
    checks.that(one, "memberId", "Give memberId or organizationId, not both.")
    within = 0 < abs(amount) <= ledger.MOST_POINTS
    checks.that(within, "amount", f"amount is {amount}; it must lie within ±{ledger.MOST_POINTS} and not be 0.")
    reason = checks.text(reason, "reason", least=1, most=500)
    key = idempotency.checked(checks, key)
    recent = session.now() - ledger.LONGEST_AGO <= counts_at
    checks.that(recent, "countsAt", "countsAt lies more than five years back.")
    checks.that(counts_at <= session.now(), "countsAt", "countsAt lies in the future.")
    checks.done()
    place = organization_id
    if member_id is not None:
        member = await members.get_visible(session, member_id)
        place = await models.members.organization_at(member, counts_at)
    assert place is not None
    permit = await session.require(Scope.POINTS_CORRECT, at=place)
    root_id = permit.organization.root_id
    request = idempotency.request_hash("correct", member_id, organization_id, amount, reason, counts_at)
    async with session.work() as work:
        made_id = uuid4()
        if before := await ledger.replayed(session, key, request, made_id, work):
            return before
        if await ledger.counting(root_id, counts_at, work.now) == counts_at:
            raise InvalidInput.at("countsAt", "That day is not FINAL yet; award the points with occurredAt instead.")
        made = ledger.entry(
            work,
            root_id=root_id,
            organization_id=place,
            kind=PointsKind.EARNED if amount > 0 else PointsKind.DEDUCTED,
            amount=amount,
            rule=RULE,
            occurred_at=counts_at,
            counts_at=counts_at,
            member_id=member_id,
            recorded_by=permit.account_id,
            correction=True,
        )
        made.id = made_id
        ledger.audit(work, made)
        return await ledger.append(work, made, reason)
