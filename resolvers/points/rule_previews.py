"""What a rule would have given last month: that month's acts again, in the order in which they were recorded.

Replayed are acts of its code credited at the organization and below, where nothing nearer was set, and with them those
of the rules that share its group. What came before the month counts as it stands; acts that were taken back are left
out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import models
from models import PointRuleVersion, points_lists, sql
from resolvers.session import Session
from rules import periods
from rules.periods import Period, PeriodKind
from rules.points import evaluation, specs
from rules.points.evaluation import CutReason, Entry, TooManyPoints
from rules.points.specs import Earner, Spec
from rules.refusals import Checks, InvalidInput, wrong_at
from rules.roles import Scope

MOST_ACTS = 20_000  # about a second of work
MOST_DIFFERENCES = 20


@dataclass(frozen=True, slots=True)
class Total:
    """Of one rule: acts, what they gave, what they would have given."""

    code: str
    acts: int
    given: int
    would: int


@dataclass(frozen=True, slots=True)
class Difference:
    """member_id None: the points are the organization's own."""

    member_id: UUID | None
    organization_id: UUID
    given: int
    would: int


@dataclass(frozen=True, slots=True)
class Preview:
    """differences: the largest; affected: how many there are."""

    period: Period
    totals: Sequence[Total]
    affected: int
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class _Act:
    entry: Entry
    member_id: UUID | None
    organization_id: UUID
    replaced: bool


async def preview(
    session: Session, *, organization_id: UUID, code: str, rule: Mapping[str, Any], on: date | None
) -> Preview:
    """on: a day in the month; None: the month before this one."""
    session.signed_in()
    checks = Checks()
    code = specs.code_of(checks, code)
    checks.done()
    spec = specs.parse(rule, "rule")
    root = (await session.require(Scope.RULES_MANAGE, at=organization_id)).lineage[0]
    month, year = _month_and_year(session.now(), root.time_zone, on)
    acts = await _acts(organization_id, root.id, root.time_zone, code, spec, month, year)
    given: dict[str, list[int]] = defaultdict(list)
    would: dict[str, list[int]] = defaultdict(list)
    changes: dict[object, list[int]] = defaultdict(lambda: [0, 0])
    try:
        for entry, found in evaluation.replay((one.entry for one in acts), anew=True):
            given[entry.code].append(entry.amount)
            would[entry.code].append(found.amount)
            changes[entry.earner][0] += entry.amount
            changes[entry.earner][1] += found.amount
    except TooManyPoints as error:
        raise InvalidInput.at("rule.amount", str(error)) from None
    return Preview(
        month,
        [Total(one, len(given[one]), sum(given[one]), sum(would[one])) for one in sorted(given)],
        *_differences(acts, changes),
    )


def _month_and_year(now: datetime, zone: str, on: date | None) -> tuple[Period, Period]:
    today = periods.local_day(now, zone)
    if on is not None and on > today:
        raise InvalidInput.at("on", "on lies in the future; a preview looks back.")
    day = on or today.replace(day=1) - timedelta(days=1)
    with wrong_at("on"):
        return periods.period(PeriodKind.MONTH, day, zone), periods.period(PeriodKind.YEAR, day, zone)


def _differences(acts: Sequence[_Act], changes: Mapping[object, list[int]]) -> tuple[int, list[Difference]]:
    whose = {one.entry.earner: one for one in acts}
    changed = [earner for earner, (given, would) in changes.items() if given != would]
    changed.sort(key=lambda one: (-abs(changes[one][1] - changes[one][0]), str(one)))
    largest = changed[:MOST_DIFFERENCES]
    return len(changed), [
        Difference(whose[one].member_id, whose[one].organization_id, *changes[one]) for one in largest
    ]


# ---------------------------------------------------------------- the acts


async def _acts(
    organization_id: UUID, root_id: UUID, zone: str, code: str, spec: Spec, month: Period, year: Period
) -> list[_Act]:
    """In the order of the ledger, from the beginning of the month's year. InvalidInput: too many to replay."""
    assert month.ends_at is not None
    codes = {code}
    now = (await models.rules.for_organizations([code], [organization_id])).at(code, organization_id, month.ends_at)
    groups = {one for one in (spec.group, now.cap_group if now else None) if one}
    if groups:
        codes |= {one for some in (await models.rules.codes_of_groups(groups, root_id)).values() for one in some}
    rows = await points_lists.acts(organization_id, sorted(codes), year.starts_at, month.ends_at, MOST_ACTS + 1)
    if len(rows) > MOST_ACTS:
        raise InvalidInput.at(
            "organizationId", f"There are more than {MOST_ACTS:,} acts to replay; look at a smaller organization."
        )
    nearer = await models.rules.set_below(organization_id, code)
    versions = await models.rules.versions_by_ids(sql.uid(one["rule_version_id"]) for one in rows)
    return [_act(one, versions, (code, spec), nearer, (zone, month)) for one in rows]


def _act(
    row: dict[str, Any],
    versions: Mapping[UUID, PointRuleVersion],
    new: tuple[str, Spec],
    nearer: set[UUID],
    when: tuple[str, Period],
) -> _Act:
    version, (code, spec), (zone, month) = versions[sql.uid(row["rule_version_id"])], new, when
    counts_at, occurred_at = sql.instant(row["counts_at"]), sql.instant(row["occurred_at"])
    member = sql.uid(row["person_id"]) if row["person_id"] else None
    place = sql.uid(row["organization_id"])
    base = row["base_year"] is not None
    replaced = row["rule"] == code and sql.uid(row["rule_id"]) not in nearer and not base
    entry = Entry(
        id=sql.uid(row["id"]),
        earner=member or place,
        code=row["rule"],
        group=version.cap_group,
        spec=None if base else version.rule(),
        quantity=row["quantity"] or 0,
        result=row["result"],
        occurred_at=occurred_at,
        counts_at=counts_at,
        amount=row["amount"],
        zone=zone,
        fixed=not month.contains(counts_at) or (row["cut"] == CutReason.NOT_IN_FORCE and not replaced),
    )
    if not replaced or entry.fixed:
        return _Act(entry, member, place, False)
    anew = replace(
        entry, spec=spec, group=spec.group, earner=place if spec.earner is Earner.ORGANIZATION else entry.earner
    )
    return _Act(anew, member if spec.earner is Earner.MEMBER else None, place, True)
