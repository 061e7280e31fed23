"""Points rules and acts, for stories: a rule is set as data, an act earns by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from world import Person, World

import models
from models import Organization, PointRule, PointsEntry
from resolvers import earning
from resolvers.earning import Act
from rules import point_specs
from rules.rule_sets import RULE_SETS

LONG_AGO = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


async def set_rule(
    at: Organization,
    code: str,
    rule: Mapping[str, Any],
    *,
    valid_from: datetime = LONG_AGO,
    valid_until: datetime | None = None,
) -> PointRule:
    """A rule, or the next version of one that is there."""
    spec = point_specs.parse(rule)
    made = PointRule(root_id=at.root_id, organization_id=at.id, code=code, created_at=LONG_AGO)
    async with models.database.transaction():
        await models.rules.insert(made)
        kept = await PointRule.get(organization_id=at.id, code=code)
        number = len((await models.rules.versions_of([kept.id]))[kept.id]) + 1
        await models.rules.version(
            kept.id, number, spec, LONG_AGO, None, valid_from=valid_from, valid_until=valid_until
        ).save(force_create=True)
    return kept


async def adopt(at: Organization, name: str) -> None:
    for code, rule in RULE_SETS[name].rules.items():
        await set_rule(at, code, rule)


def act(world: World, who: Person | Organization, rule: str, **given: Any) -> Act:
    """Now, once, unless it is said otherwise."""
    given = {"occurred_at": world.clock.now} | given
    member = who.id if isinstance(who, Person) else None
    place = who.id if isinstance(who, Organization) else None
    return Act(rule=rule, member_id=member, organization_id=place, **given)


async def earn(world: World, root_id: UUID, *acts: Act) -> list[PointsEntry]:
    """In one batch."""
    async with (await world.session(None)).work() as work:
        return await earning.earn(work, root_id, acts)


async def earn_one(world: World, who: Person | Organization, rule: str, **given: Any) -> PointsEntry:
    root = who.root_id if isinstance(who, Organization) else (await models.Member.get(id=who.id)).root_id
    [made] = await earn(world, root, act(world, who, rule, **given))
    return made
