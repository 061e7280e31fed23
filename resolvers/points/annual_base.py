"""The base of a year: points that a rule gives each active member in its scope at New Year's midnight.

Each midnight looks for whom the year's base is missing, so that who joins or comes back within the year, and everyone
where the rule is new, has it at the next midnight, whole: once for each member, rule and year, whatever they belong to.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import models
from models import PointsEntry, PointsKind
from resolvers.facts import Fact
from resolvers.points import ledger
from resolvers.unit_of_work import Work
from rules import periods


async def at_midnight(work: Work, fact: Fact) -> None:
    await give(work, fact.root_id, fact.held_at)


async def give(work: Work, root_id: UUID, midnight: datetime) -> int:
    """What is missing at a midnight; gives how many. A midnight that is written so late that it would count in another
    year gives nothing."""
    codes = await models.rules.codes_with_base(root_id)
    if not codes:
        return 0
    zone, hours = await models.organizations.settling_root(root_id)
    at = ledger.past(midnight, work.now)
    counts_at = periods.counts_at(at, work.now, zone, timedelta(hours=hours))
    year = periods.local_day(midnight, zone).year
    if periods.local_day(counts_at, zone).year != year:
        return 0
    made: list[tuple[PointsEntry, str]] = []
    for code in codes:
        made += await _missing(work, root_id, code, year, (at, counts_at))
    if made:
        amounts: dict[UUID, int] = {}
        for one, _ in made:
            assert one.member_id
            amounts[one.member_id] = amounts.get(one.member_id, 0) + one.amount
        await models.members.all_locked(amounts)
        await models.members.credit_all(amounts)
        await models.points.append(made, await work.position(root_id))
    return len(made)


async def _missing(
    work: Work, root_id: UUID, code: str, year: int, moments: Sequence[datetime]
) -> list[tuple[PointsEntry, str]]:
    at, counts_at = moments
    members = await models.rules.without_base(root_id, code, year)
    places = await models.members.organizations_at({one: [counts_at] for one in members}) if members else {}
    rules = await models.rules.for_organizations([code], places.values())
    made: list[tuple[PointsEntry, str]] = []
    for member in members:
        place = places[member.id, counts_at]
        version = rules.at(code, place, counts_at)
        base = version.base if version and version.holds(counts_at) else None
        if version is None or base is None:
            continue
        entry = ledger.entry(
            work,
            root_id=root_id,
            organization_id=place,
            kind=PointsKind.EARNED,
            amount=base,
            rule=code,
            occurred_at=at,
            counts_at=counts_at,
            member_id=member.id,
            ranks=version.rule().ranks,
        )
        entry.rule_version_id, entry.base_year = version.id, year
        made.append((entry, version.rule().title))
    return made
