"""Points rules and acts, for stories: a rule is set as data, an act earns by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from world import Person, World

import models
from models import Organization, PointRule, PointsEntry
from resolvers.points import earning
from resolvers.points.earning import Act
from rules.points import specs as points_specs
from rules.points.rule_sets import RULE_SETS

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
    spec = points_specs.parse(rule)
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


# ---------------------------------------------------------------- as a client sends them

ENTRY = """id kind amount rule reason quantity cutReason cutPoints occurredAt countsAt recordedAt
  member { id } organization { name } ruleVersion { number title rule { code } }"""
OUTCOME = f"""__typename ... on RecordActSuccess {{ pointsEntry {{ {ENTRY} }} }}
  ... on UserError {{ message }} ... on InvalidInput {{ fields {{ path message }} }}"""
RECORD = f"mutation ($input: RecordActInput!) {{ recordAct(input: $input) {{ {OUTCOME} }} }}"
RECORD_MANY = f"mutation ($inputs: [RecordActInput!]!) {{ recordActs(inputs: $inputs) {{ {OUTCOME} }} }}"


def reported(world: World, who: Person, rule: str, **given: Any) -> dict[str, Any]:
    """An input with a key of its own, unless one is given."""
    return {"rule": rule, "memberId": world.id(who), "idempotencyKey": str(uuid4())} | given


async def record(world: World, by: Person | None, who: Person, rule: str, **given: Any) -> dict[str, Any]:
    return (await world.ask(by, RECORD, input=reported(world, who, rule, **given)))["recordAct"]


async def record_many(world: World, by: Person | None, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return (await world.ask(by, RECORD_MANY, inputs=inputs))["recordActs"]


CREATE_TOKEN = """mutation ($input: CreateServiceTokenInput!) { createServiceToken(input: $input) {
  __typename ... on CreateServiceTokenSuccess { token serviceToken { id name rules expiresAt revokedAt
    organization { name } } }
  ... on UserError { message } ... on InvalidInput { fields { path } } } }"""


async def create_token(world: World, by: Person | None, at: Organization, **given: Any) -> dict[str, Any]:
    given = {"organizationId": world.id(at), "name": "学习平台"} | given
    return (await world.ask(by, CREATE_TOKEN, input=given))["createServiceToken"]


async def service(world: World, at: Organization, **given: Any) -> Person:
    """Another system with a token of its own."""
    made = await create_token(world, await world.operator(), at, **given)
    token = made["token"]
    kept = await models.AuthToken.get(token_hash=models.sessions.digest(token))
    account = await models.Account.get(id=kept.account_id)
    return Person(account, None, token, kept.expires_at + timedelta(days=9999))  # it never signs in anew
