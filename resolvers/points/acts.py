"""Acts that are recorded from anywhere: by secretaries, and by other systems with tokens that may do only this.

Many at once are one transaction of each root, and each is answered on its own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

import models
from models import IdempotencyKey, Member, PointsEntry
from models.points import NewKey
from resolvers import audit, idempotency, visibility
from resolvers.points import earning, ledger
from resolvers.points.earning import Act
from resolvers.session import Service, Session, Viewer, Work
from resolvers.visibility import NIL_ID
from rules import texts
from rules.points.specs import MOST_CODE, MOST_QUANTITY
from rules.refusals import Checks, InvalidInput, NotAllowed, NotFound, Refusal
from rules.roles import Scope

MOST_ACTS = 500  # of one request: at most a few tenths of a second under the root's clock
UNKNOWN = "There is no such member, or you may not see it."
OTHER_INPUT = "This key was already used with different input; use a new key."


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody says was done. occurred_at None: now. key: new for each act."""

    rule: str
    member_id: UUID
    quantity: int
    result: str | None
    occurred_at: datetime | None
    key: str

    @property
    def request_hash(self) -> str:
        return idempotency.request_hash("act", self.rule, self.member_id, self.quantity, self.result, self.occurred_at)


Outcome = PointsEntry | Refusal


async def record(session: Session, report: Report) -> PointsEntry:
    """Same key and input: same entry."""
    [outcome] = await record_each(session, [report])
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


async def record_each(session: Session, reports: Sequence[Report]) -> list[Outcome]:
    """For each its entry, or why there is none. What one refuses harms no other. InvalidInput: too many."""
    recorder(session)
    if len(reports) > MOST_ACTS:
        raise InvalidInput.at("inputs", f"There are {len(reports)} acts; at most {MOST_ACTS} are recorded at once.")
    outcomes: dict[int, Outcome] = {}
    good: list[tuple[int, Report]] = []
    now = session.now()
    for place, given in enumerate(reports):
        result = None if given.result is None else texts.line(given.result)
        report = replace(given, rule=texts.line(given.rule), result=result, key=texts.line(given.key))
        fault = _fault(report, now)
        if fault is None:
            good.append((place, report))
        else:
            outcomes[place] = fault
    members = await models.members.by_ids(report.member_id for _, report in good)
    await _know_places(session, members)
    by_root: dict[UUID, list[tuple[int, Report]]] = defaultdict(list)
    for place, report in good:
        member = members.get(report.member_id)
        refused = await _refused(session, report, member)
        if member is None or refused is not None:
            outcomes[place] = refused or NotFound(UNKNOWN)
        else:
            by_root[member.root_id].append((place, report))
    if any(isinstance(one, NotFound) for one in outcomes.values()):
        await session.pad_response_time()
    for root_id in sorted(by_root):
        async with session.work() as work:
            recorded = await _recorded(session, work, root_id, [report for _, report in by_root[root_id]])
        outcomes.update(zip((place for place, _ in by_root[root_id]), recorded, strict=True))
    return [outcomes[place] for place in range(len(reports))]


def _fault(report: Report, now: datetime) -> InvalidInput | None:
    checks = Checks()
    checks.line(report.rule, "rule", least=1, most=MOST_CODE)
    in_range = 0 < report.quantity <= MOST_QUANTITY
    checks.that(in_range, "quantity", f"quantity is {report.quantity}; it lies between 1 and {MOST_QUANTITY:,}.")
    checks.line(report.result, "result", most=MOST_CODE)
    idempotency.checked(checks, report.key)
    ledger.check_time(checks, report.occurred_at, now)
    return InvalidInput(*checks.faults) if checks.faults else None


# ---------------------------------------------------------------- who may


def recorder(session: Session) -> Viewer:
    """A service's token may do this, and nothing else."""
    viewer = session.reader()
    return viewer if viewer.service else session.signed_in()


async def _know_places(session: Session, members: Mapping[UUID, Member]) -> None:
    await session.know(*[one.organization_id for one in members.values()] or [NIL_ID])


async def _refused(session: Session, report: Report, member: Member | None) -> Refusal | None:
    viewer = recorder(session)
    if member is None:
        return NotFound(UNKNOWN)
    lineage = await session.lineage(member.organization_id)
    if viewer.service:
        return _refused_to_service(viewer.service, report, {one.id for one in lineage})
    if not visibility.root(session, member.root_id):
        return NotFound(UNKNOWN)
    if not session.allowed(Scope.POINTS_AWARD, lineage):
        return NotAllowed(f"This needs the right {Scope.POINTS_AWARD.value} where the member belongs.")
    return None


def _refused_to_service(service: Service, report: Report, lineage: set[UUID]) -> Refusal | None:
    if service.organization_id not in lineage:
        return NotFound(UNKNOWN)
    if service.rules is not None and report.rule not in service.rules:
        return NotAllowed(f"This token may not record acts by {report.rule}; it is for {_listed(service.rules)}.")
    return None


def _listed(rules: frozenset[str]) -> str:
    return ", ".join(sorted(rules))


# ---------------------------------------------------------------- one root's


async def _recorded(session: Session, work: Work, root_id: UUID, reports: Sequence[Report]) -> list[Outcome]:
    """Keys first, then members, then the clock."""
    account_id = recorder(session).account_id
    hashes = {report: report.request_hash for report in reports}
    first = {report.key: report for report in reversed(reports)}
    ids = {key: uuid4() for key in first}
    fresh = [NewKey(key, hashes[report], ids[key]) for key, report in first.items()]
    kept = await models.points.keep_keys(account_id, fresh, work.now)
    new = [report for key, report in first.items() if key not in kept]
    made = await earning.earn_each(work, root_id, [_act(one, ids[one.key], work.now, account_id) for one in new])
    outcomes: dict[str, Outcome] = {one.key: entry for one, entry in zip(new, made, strict=True)}
    _audit(session, work, root_id, made)
    lost = [key for key, outcome in outcomes.items() if isinstance(outcome, Refusal)]
    if lost:
        await models.points.forget_keys(account_id, lost)
    before = await models.points.by_ids(one.entry_id for one in kept.values()) if kept else {}
    outcomes |= {key: before[one.entry_id] for key, one in kept.items() if one.entry_id in before}
    return [
        InvalidInput.at("idempotencyKey", OTHER_INPUT)
        if hashes[report] != _said(kept.get(report.key), hashes[first[report.key]])
        else outcomes[report.key]
        for report in reports
    ]


def _audit(session: Session, work: Work, root_id: UUID, made: Sequence[Outcome]) -> None:
    """One for all, in the log of the nearest organization above all that were credited."""
    entries = [one for one in made if isinstance(one, PointsEntry)]
    if not entries:
        work.nothing_happened()
        return
    lines = [[above.id for above in session.lineages.get(one.organization_id, ())] for one in entries]
    work.audit(
        "PointsEntry",
        *(one.id for one in entries),
        root=root_id,
        at=audit.nearest_above(lines) or root_id,
        members=[one.member_id for one in entries],
    )


def _said(kept: IdempotencyKey | None, now: str) -> str:
    return kept.request_hash if kept else now


def _act(report: Report, entry_id: UUID, now: datetime, account_id: UUID) -> Act:
    return Act(
        rule=report.rule,
        member_id=report.member_id,
        occurred_at=report.occurred_at or now,
        quantity=report.quantity,
        result=report.result,
        recorded_by=account_id,
        entry_id=entry_id,
    )
