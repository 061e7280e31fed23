"""Points rules: what holds where, and how they are set, changed, ended and adopted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import models
from models import PointRule, PointRuleVersion
from resolvers import visibility
from resolvers.session import Permit, Session, Work
from resolvers.visibility import NIL_ID
from rules.points import specs
from rules.points.rule_sets import RULE_SETS
from rules.points.specs import Spec
from rules.refusals import Checks, InvalidInput, NotAllowed
from rules.roles import Scope

MOST_RULES = 200  # set at one organization: a list of what holds somewhere stays short
LONGEST_AGO = timedelta(days=366 * 5)
RESERVED = frozenset({"task.completed", "award.by_hand"})  # given otherwise: a rule would change nothing
UNKNOWN = "There is no such rule, or you may not see it."


@dataclass(frozen=True, slots=True)
class InForce:
    rule: PointRule
    version: PointRuleVersion


# ---------------------------------------------------------------- reads


async def in_force(session: Session, organization_id: UUID) -> list[InForce]:
    """What holds there now, by code: the nearest upwards, then what is built in. NotFound: not for this viewer."""
    lineage = await session.visible(organization_id)
    found = await models.rules.lines(None, [one.id for one in lineage])
    nearness: dict[UUID | None, int] = {one.id: -depth for depth, one in enumerate(lineage)}
    now = session.now()
    holding: dict[str, InForce] = {}
    for line in sorted(found, key=lambda one: nearness.get(one.rule.organization_id, 1)):
        version = line.begun(now)
        if version and version.holds(now):
            holding.setdefault(line.rule.code, InForce(line.rule, version))
    return [holding[code] for code in sorted(holding)]


async def visible_rule(session: Session, rule_id: UUID) -> PointRule:
    """Rules are no secret: whoever sees the organization sees its rules."""
    found = await PointRule.get_or_none(id=rule_id)
    await session.know((found and found.organization_id) or NIL_ID)
    if found and visibility.rule(session, found.organization_id):
        return found
    raise await session.not_found(UNKNOWN)


async def visible_version(session: Session, version_id: UUID) -> PointRuleVersion:
    found = await PointRuleVersion.get_or_none(id=version_id)
    await visible_rule(session, found.rule_id if found else NIL_ID)
    assert found
    return found


async def current(rule_ids: list[UUID], now: datetime) -> dict[UUID, PointRuleVersion]:
    """Of each rule the version that has begun last, or for one that has not begun its first."""
    lines = await models.rules.versions_of(rule_ids)
    return {
        rule_id: next((one for one in versions if one.valid_from <= now), versions[-1])
        for rule_id, versions in lines.items()
        if versions
    }


# ---------------------------------------------------------------- acts


async def create(
    session: Session,
    *,
    organization_id: UUID,
    code: str,
    rule: Mapping[str, Any],
    valid_from: datetime | None,
    valid_until: datetime | None,
) -> InForce:
    """For that organization and all below, from validFrom on. InvalidInput: it has a rule of that code."""
    session.signed_in()
    checks = Checks()
    code = specs.code_of(checks, code)
    checks.that(code not in RESERVED, "code", f"{code} is given by the product itself; take another code.")
    _check_time(checks, session.now(), valid_from, valid_until)
    checks.done()
    spec = specs.parse(rule, "rule")
    permit = await session.require(Scope.RULES_MANAGE, at=organization_id)
    async with session.work() as work:
        made = await _insert(work, permit, code)
        if made is None:
            raise InvalidInput.at("code", f"{code} is set here already; change that rule.")
        if await PointRule.filter(organization_id=organization_id).count() > MOST_RULES:
            raise InvalidInput.at("code", f"An organization sets at most {MOST_RULES} rules.")
        version = await _next(work, permit, made.id, 1, spec, valid_from, valid_until)
        _audit(work, permit, made)
    return InForce(made, version)


async def change(
    session: Session,
    rule_id: UUID,
    rule: Mapping[str, Any],
    valid_from: datetime | None,
    valid_until: datetime | None,
) -> InForce:
    """A new version, which replaces all others from validFrom on. What was given stays as it was given."""
    session.signed_in()
    checks = Checks()
    _check_time(checks, session.now(), valid_from, valid_until)
    checks.done()
    spec = specs.parse(rule, "rule")
    kept, permit = await _managed(session, rule_id)
    async with session.work() as work:
        newest = await _newest_locked(rule_id)
        version = await _next(work, permit, rule_id, newest.number + 1, spec, valid_from, valid_until)
        _audit(work, permit, kept)
    return InForce(kept, version)


async def end(session: Session, rule_id: UUID, at: datetime | None) -> InForce:
    """From then on it does not hold: what is set above, or built in, does again. It can be changed to begin anew."""
    session.signed_in()
    checks = Checks()
    _check_time(checks, session.now(), at, None, "at")
    checks.done()
    kept, permit = await _managed(session, rule_id)
    async with session.work() as work:
        newest = await _newest_locked(rule_id)
        if newest.valid_until is not None and newest.valid_until <= min(newest.valid_from, at or work.now):
            work.nothing_happened()  # it ended before
            return InForce(kept, newest)
        ends = at or work.now
        version = await _next(work, permit, rule_id, newest.number + 1, newest.rule(), ends, ends)
        _audit(work, permit, kept)
    return InForce(kept, version)


async def adopt(session: Session, organization_id: UUID, name: str) -> list[InForce]:
    """The rules of a set, at an organization; those whose codes it has already stay as they are."""
    session.signed_in()
    if name not in RULE_SETS:
        raise InvalidInput.at("set", f"There is no set {name}; there are {', '.join(sorted(RULE_SETS))}.")
    permit = await session.require(Scope.RULES_MANAGE, at=organization_id)
    adopted: list[InForce] = []
    async with session.work() as work:
        for code, rule in RULE_SETS[name].rules.items():
            made = await _insert(work, permit, code)
            if made is not None:
                version = await _next(work, permit, made.id, 1, specs.parse(rule), None, None)
                adopted.append(InForce(made, version))
        if await PointRule.filter(organization_id=organization_id).count() > MOST_RULES:
            raise InvalidInput.at("set", f"An organization sets at most {MOST_RULES} rules.")
        _audit(work, permit, *(one.rule for one in adopted))
    return adopted


def _audit(work: Work, permit: Permit, *rules: PointRule) -> None:
    here = permit.organization
    if rules:
        work.audit("PointRule", *(one.id for one in rules), root=here.root_id, at=here.id)
    else:
        work.nothing_happened()


def _check_time(
    checks: Checks, now: datetime, begins: datetime | None, ends: datetime | None, name: str = "validFrom"
) -> None:
    checks.that(begins is None or begins >= now - LONGEST_AGO, name, f"{name} lies more than five years back.")
    in_order = ends is None or ends > (begins or now)
    checks.that(in_order, "validUntil", "validUntil comes after validFrom.")


async def _managed(session: Session, rule_id: UUID) -> tuple[PointRule, Permit]:
    found = await visible_rule(session, rule_id)
    if found.organization_id is None:
        raise NotAllowed("This rule is built in; set one of the same code at an organization instead.")
    return found, await session.require(Scope.RULES_MANAGE, at=found.organization_id)


async def _insert(work: Work, permit: Permit, code: str) -> PointRule | None:
    made = PointRule(
        id=uuid4(),
        root_id=permit.organization.root_id,
        organization_id=permit.organization.id,
        code=code,
        created_at=work.now,
    )
    return made if await models.rules.insert(made) else None


async def _newest_locked(rule_id: UUID) -> PointRuleVersion:
    await models.rules.lock(rule_id)
    return (await models.rules.versions_of([rule_id]))[rule_id][0]


async def _next(
    work: Work,
    permit: Permit,
    rule_id: UUID,
    number: int,
    spec: Spec,
    begins: datetime | None,
    ends: datetime | None,
) -> PointRuleVersion:
    made = models.rules.version(
        rule_id, number, spec, work.now, permit.account_id, valid_from=begins or work.now, valid_until=ends
    )
    await made.save(force_create=True)
    return made
