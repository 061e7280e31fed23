"""Earning by rules: an act becomes a row of the ledger, with what its rule gives after all that was given before.

Every act is kept, also one that a cap leaves nothing: with amount 0 and the reason. Lock order: members by id, then the
root's clock; an organization's own points are reckoned under the clock, since they have no member to lock.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import models
from models import Member, PointRuleVersion, PointsEntry, PointsKind
from models.caps import Account, Sums
from models.clock import POINTS
from models.rules import Rules
from resolvers.points import ledger
from resolvers.session import Work
from rules import periods
from rules.periods import PeriodKind
from rules.points import evaluation
from rules.points.evaluation import CutReason, Given, TooManyPoints, Used
from rules.points.specs import MOST_QUANTITY, Earner, Spec, Unit
from rules.refusals import InvalidInput, Refusal


@dataclass(frozen=True, slots=True)
class Act:
    """rule: a code; the version in force at the credited organization, nearest upwards, at countsAt decides.
    member_id None: the organization itself earns. quantity: in the rule's unit. result: picks a line of its table.
    reason: empty for the rule's title. sources: further columns of the entry, such as study_id."""

    rule: str
    member_id: UUID | None
    occurred_at: datetime
    reason: str = ""
    organization_id: UUID | None = None
    quantity: int = 1
    result: str | None = None
    sources: Mapping[str, UUID] = field(default_factory=dict[str, UUID])
    recorded_by: UUID | None = None
    entry_id: UUID = field(default_factory=uuid4)


async def earn(work: Work, root_id: UUID, acts: Sequence[Act]) -> list[PointsEntry]:
    """One entry for each act, in order; all of them, or none. InvalidInput: no rule of that code is set there or
    above, or it does not fit the act."""
    outcomes = await earn_each(work, root_id, acts)
    for one in outcomes:
        if isinstance(one, Refusal):
            raise one
    return [one for one in outcomes if isinstance(one, PointsEntry)]


async def earn_each(work: Work, root_id: UUID, acts: Sequence[Act]) -> list[PointsEntry | InvalidInput]:
    """For each act its entry, or why there is none. A bounded number of statements, however many acts."""
    zone, hours = await models.organizations.settling_root(root_id)
    members = await models.members.persons_locked(one.member_id for one in acts if one.member_id)
    acts = _of_survivors(acts, members)
    placed = await _placed(work, acts, members, zone, timedelta(hours=hours))
    rules = await models.rules.for_organizations({one.rule for one in acts}, {one.organization_id for one in placed})
    ready = [_ready(one, rules) for one in placed]
    if any(isinstance(one, _Ready) and one.earner is None for one in ready):
        await work.position(root_id)  # the lock of whoever earns without being a member
    selves = [one.id for one in members.values() if one.duplicates]
    others = await models.merges.duplicates(selves) if selves else {}
    books = await _Books.opened([one for one in ready if isinstance(one, _Ready)], root_id, zone, others)
    made = [books.enter(work, root_id, one) if isinstance(one, _Ready) else one for one in ready]
    kept = [one for one in made if isinstance(one, PointsEntry)]
    if kept:
        await _append(work, root_id, kept, {one.entry_id: one.reason for one in acts}, books)
    return made


def _of_survivors(acts: Sequence[Act], members: Mapping[UUID, Member]) -> Sequence[Act]:
    """What is reported of a member that was merged is the survivor's."""
    merged = {one.id: one.merged_into_id for one in members.values() if one.merged_into_id}
    if not merged:
        return acts
    return [replace(one, member_id=merged.get(one.member_id, one.member_id)) if one.member_id else one for one in acts]


async def _append(
    work: Work, root_id: UUID, kept: Sequence[PointsEntry], reasons: Mapping[UUID, str], books: "_Books"
) -> None:
    moved: dict[UUID, int] = defaultdict(int)
    for one in kept:
        if one.member_id:
            moved[one.member_id] += one.amount
    await models.members.credit_all(moved)
    position = await work.position(root_id)
    await models.points.append([(one, reasons[one.id] or books.titles[one.id]) for one in kept], position)
    for organization_id in {one.organization_id for one in kept}:
        work.touch(root_id, at={POINTS: [organization_id]}, hidden_under=organization_id)


# ---------------------------------------------------------------- where and by which rule


@dataclass(frozen=True, slots=True)
class _Placed:
    act: Act
    occurred_at: datetime
    counts_at: datetime
    organization_id: UUID


async def _placed(
    work: Work, acts: Sequence[Act], members: Mapping[UUID, Member], zone: str, settling: timedelta
) -> list[_Placed]:
    occurred = [ledger.past(one.occurred_at, work.now) for one in acts]
    counts = [periods.counts_at(one, work.now, zone, settling) for one in occurred]
    moments: dict[UUID, set[datetime]] = defaultdict(set)
    for act, at in zip(acts, counts, strict=True):
        if act.member_id:
            moments[act.member_id].add(at)
    places = await models.members.organizations_at({members[one]: at for one, at in moments.items()})
    placed: list[_Placed] = []
    for act, at, counted in zip(acts, occurred, counts, strict=True):
        place = places[act.member_id, counted] if act.member_id else act.organization_id
        assert place is not None, "an act is a member's or an organization's"
        placed.append(_Placed(act, at, counted, place))
    return placed


@dataclass(frozen=True, slots=True)
class _Ready:
    """earner: the member who earns; None: the organization."""

    placed: _Placed
    version: PointRuleVersion
    spec: Spec
    holds: bool
    earner: UUID | None


def _ready(placed: _Placed, rules: Rules) -> _Ready | InvalidInput:
    act = placed.act
    version = rules.at(act.rule, placed.organization_id, placed.counts_at)
    if version is None:
        return InvalidInput.at("rule", f"There is no rule {act.rule} where this is credited.")
    spec = version.rule()
    if not 0 < act.quantity <= MOST_QUANTITY:
        return InvalidInput.at("quantity", f"quantity is {act.quantity}; it lies between 1 and {MOST_QUANTITY:,}.")
    if spec.earner is Earner.MEMBER and act.member_id is None:
        return InvalidInput.at("memberId", f"The points of {act.rule} are a member's: say whose.")
    earner = act.member_id if spec.earner is Earner.MEMBER else None
    return _Ready(placed, version, spec, version.holds(placed.counts_at), earner)


# ---------------------------------------------------------------- what was given before


@dataclass(slots=True)
class _Books:
    """What the ledger gave before, and what this batch has added; each account once."""

    zone: str
    sums: dict[Account, Sums]
    by_earner: Mapping[UUID, Sequence[Account]]
    titles: dict[UUID, str] = field(default_factory=dict[UUID, str])

    @classmethod
    async def opened(
        cls, acts: Sequence[_Ready], root_id: UUID, zone: str, duplicates: Mapping[UUID, Sequence[UUID]]
    ) -> "_Books":
        accounts = {account for one in acts if one.holds for account in _accounts(one, zone).values()}
        groups = {one.group for one in accounts if one.group}
        codes = await models.rules.codes_of_groups(groups, root_id) if groups else {}
        by_earner: dict[UUID, list[Account]] = defaultdict(list)
        for one in accounts:
            by_earner[_earner(one)].append(one)
        return cls(zone, await models.caps.sums(accounts, codes, duplicates) if accounts else {}, by_earner)

    def enter(self, work: Work, root_id: UUID, one: _Ready) -> PointsEntry | InvalidInput:
        act, placed, spec = one.placed.act, one.placed, one.spec
        try:
            given = self._given(one)
        except TooManyPoints as error:
            return InvalidInput.at("quantity", str(error))
        made = ledger.entry(
            work,
            root_id=root_id,
            organization_id=placed.organization_id,
            kind=PointsKind.DEDUCTED if spec.takes else PointsKind.EARNED,
            amount=given.amount,
            rule=act.rule,
            occurred_at=placed.occurred_at,
            counts_at=placed.counts_at,
            member_id=one.earner,
            recorded_by=act.recorded_by,
            ranks=spec.ranks,
        )
        made.id = act.entry_id
        made.rule_version_id, made.quantity, made.result = one.version.id, act.quantity, act.result
        made.cut, made.cut_points = given.cut, given.cut_points if given.cut else None
        for column, source in act.sources.items():
            setattr(made, column, source)
        self.titles[made.id] = spec.title
        self._add(one, given.amount)
        return made

    def _given(self, one: _Ready) -> Given:
        if not one.holds:
            return Given(0, CutReason.NOT_IN_FORCE)
        spec, act = one.spec, one.placed.act
        sums = {key: self.sums[account] for key, account in _accounts(one, self.zone).items()}
        before = {key: found.taken if spec.takes else found.given for key, found in sums.items()}
        used = Used(
            {cap: before[cap.period, cap.shared] for cap in spec.caps},
            before[TODAY] if TODAY in before and spec.unit is Unit.ONCE_A_DAY else 0,
            sums[_year(spec)].total if spec.floor is not None else 0,
        )
        return evaluation.evaluate(spec, act.quantity, act.result, one.placed.occurred_at, self.zone, used)

    def _add(self, one: _Ready, amount: int) -> None:
        """To every account that the entry belongs to."""
        at = one.placed.counts_at
        for account in self.by_earner.get(one.earner or one.placed.organization_id, ()) if amount else ():
            same = account.group == one.spec.group if account.rule is None else account.rule == one.placed.act.rule
            if same and account.starts <= at < account.ends:
                sums = self.sums[account]
                sums.total += amount
                if amount > 0:
                    sums.given += amount
                else:
                    sums.taken -= amount


Key = tuple[PeriodKind, bool]
TODAY: Key = (PeriodKind.DAY, False)


def _year(spec: Spec) -> Key:
    return PeriodKind.YEAR, spec.group is not None


def _accounts(one: _Ready, zone: str) -> dict[Key, Account]:
    """What has to be known before: by period, and whether it is shared."""
    spec = one.spec
    keys = {(cap.period, cap.shared) for cap in spec.caps}
    if spec.unit is Unit.ONCE_A_DAY:
        keys.add(TODAY)
    if spec.floor is not None:
        keys.add(_year(spec))
    return {key: _account(one, key, zone) for key in keys}


def _account(one: _Ready, key: Key, zone: str) -> Account:
    kind, shared = key
    period = evaluation.period_of(kind, one.placed.counts_at, zone)
    assert period.starts_at is not None, "no cap is for all time"
    assert period.ends_at is not None, "no cap is for all time"
    return Account(
        one.earner,
        None if one.earner else one.placed.organization_id,
        None if shared else one.placed.act.rule,
        one.spec.group if shared else None,
        period.starts_at,
        period.ends_at,
    )


def _earner(account: Account) -> UUID:
    earner = account.member_id or account.organization_id
    assert earner is not None
    return earner
