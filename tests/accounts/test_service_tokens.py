"""Tokens of other systems: made and revoked by ADMINs, shown once, good for recording acts and for nothing else."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from acts import create_token, record, service
from graphql import GraphQLList, GraphQLNonNull, get_named_type, is_composite_type
from selections import Walk
from story import Story, told
from strangers import turned_away
from world import World

from models import AuthToken, ServiceToken
from rules.roles import Role
from schema import schema

GRAPHQL = schema._schema
FOR_EVERYBODY = {
    *("signIn", "beginOpenIdSignIn", "finishOpenIdSignIn", "requestDisplayPairing", "claimDisplayToken"),
    *("recordAct", "recordActs"),
}
REVOKE = """mutation ($id: ID!) { revokeServiceToken(input: {serviceTokenId: $id}) {
  __typename ... on RevokeServiceTokenSuccess { serviceToken { revokedAt } } } }"""
LIST = """query ($id: ID!) { serviceTokens(organizationId: $id) { totalCount edges { node {
  id name rules createdAt expiresAt revokedAt organization { name } } } } }"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def test_an_admin_makes_a_token_that_is_shown_once(world: World, story: Story) -> None:
    admin = await world.member("何静", at=story.company.first, roles=[Role.ADMIN])
    made = await create_token(world, admin, story.company.first, rules=["course.heard", "a.b", "a.b"])

    assert made["__typename"] == "CreateServiceTokenSuccess"
    kept = made["serviceToken"]
    assert (kept["name"], kept["rules"]) == ("学习平台", ["a.b", "course.heard"])
    assert (kept["expiresAt"], kept["revokedAt"]) == ("2027-03-10T02:00:00Z", None)
    found = await world.ask(admin, LIST, id=world.id(story.company.first))
    [edge] = found["serviceTokens"]["edges"]
    assert edge["node"]["id"] == kept["id"]
    assert made["token"] not in str(found)
    assert (await world.ask(admin, "query ($id: ID!) { node(id: $id) { id } }", id=kept["id"]))["node"]


async def test_only_an_admin_makes_sees_and_revokes_them(world: World, story: Story) -> None:
    company = story.company
    neighbour = await world.member("何静", at=company.second, roles=[Role.ADMIN])
    made = await create_token(world, await world.operator(), company.first)
    for person, kind in ((None, "NotAllowed"), (story.li, "NotAllowed"), (story.secretary, "NotAllowed")):
        assert (await create_token(world, person, company.first))["__typename"] == kind
    await turned_away(world, LIST, id=world.id(company.first))
    for person in (story.li, story.secretary, neighbour):
        assert (await world.ask(person, LIST, id=world.id(company.first)))["serviceTokens"] is None
        answer = await world.ask(person, REVOKE, id=made["serviceToken"]["id"])
        assert answer["revokeServiceToken"]["__typename"] == ("NotFound" if person else "NotAllowed")
    assert await ServiceToken.all().count() == 1


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": " "}, "name"),
        ({"expiresAt": "2026-03-10T02:00:00Z"}, "expiresAt"),
        ({"expiresAt": "2036-03-10T02:00:00Z"}, "expiresAt"),
        ({"rules": []}, "rules"),
        ({"rules": ["course.heard", "Not A Code"]}, "rules.1"),
    ],
)
async def test_a_fault_is_named(world: World, story: Story, given: dict[str, Any], path: str) -> None:
    made = await create_token(world, await world.operator(), story.company.root, **given)
    assert made["__typename"] == "InvalidInput"
    assert [one["path"] for one in made["fields"]] == [path.split(".")]


async def test_a_token_is_good_until_it_ends_or_is_revoked(world: World, story: Story) -> None:
    operator = await world.operator()
    made = await service(world, story.company.root, expiresAt="2026-03-11T02:00:00Z")
    other = await service(world, story.company.root)
    assert (await record(world, made, story.li, "course.heard"))["__typename"] == "RecordActSuccess"
    world.clock.advance(days=1)
    assert (await record(world, made, story.li, "course.heard"))["__typename"] == "NotAllowed"

    [kept] = await ServiceToken.filter(token_id=(await AuthToken.get(account_id=other.account.id)).id)
    assert (await record(world, other, story.li, "course.heard"))["__typename"] == "RecordActSuccess"
    from schema import ids

    answer = await world.ask(operator, REVOKE, id=ids.encode("ServiceToken", kept.token_id))
    assert answer["revokeServiceToken"]["serviceToken"]["revokedAt"] == "2026-03-11T02:00:00Z"
    assert (await record(world, other, story.li, "course.heard"))["__typename"] == "NotAllowed"


# ---------------------------------------------------------------- and nothing else


@pytest.fixture
async def known(world: World, story: Story) -> dict[str, list[Any]]:
    """Arguments that name things which are there."""
    await world.award(story.secretary, story.li, 5)
    task = await world.task(story.secretary, at=story.company.first)
    ids: dict[str, list[Any]] = {
        "ID": [world.id(one) for one in (story.company.root, story.li, task)],
        "organizationId": [world.id(story.company.root)],
        "parentId": [world.id(story.company.root)],
        "memberId": [world.id(story.li)],
        "taskId": [world.id(task)],
        "String": ["甲"],
        "DateTime": [(world.clock.now + timedelta(days=3)).isoformat()],
        "Date": ["2026-03-10"],
        "Long": [1],
        "from": ["06:00"],
        "to": ["07:00"],
        "after": [None],
    }
    return ids


async def test_a_service_can_change_nothing_else(world: World, story: Story, known: dict[str, list[Any]]) -> None:
    door = await service(world, story.company.root)
    walk = Walk(GRAPHQL, Random("service"), known, lambda *_: True)
    assert GRAPHQL.mutation_type
    for name, field in GRAPHQL.mutation_type.fields.items():
        if name in FOR_EVERYBODY:
            continue
        given = {
            key: walk.value(key, GraphQLNonNull(one.type) if not isinstance(one.type, GraphQLNonNull) else one.type)
            for key, one in field.args.items()
        }
        declared = ", ".join(f"${key}: {one.type}" for key, one in field.args.items())
        passed = ", ".join(f"{key}: ${key}" for key in field.args)
        head, tail = (f"({declared})", f"({passed})") if declared else ("", "")
        query = f"mutation {head} {{ done: {name}{tail} {{ __typename ... on UserError {{ message }} }} }}"
        answer = (await world.ask(door, query, **given))["done"]
        assert answer["__typename"] in ("NotAllowed", "NotFound"), (name, answer)


async def test_a_service_can_read_nothing(world: World, story: Story, known: dict[str, list[Any]]) -> None:
    door = await service(world, story.company.root)
    walk = Walk(GRAPHQL, Random("service"), known, lambda *_: True)
    assert GRAPHQL.query_type
    for name, field in GRAPHQL.query_type.fields.items():
        if name == "viewer":
            continue
        for identity in known["ID"]:
            given = {key: walk.value(key, one.type) for key, one in field.args.items()}
            given |= {key: identity for key in ("id",) if key in field.args}
            declared = ", ".join(f"${key}: {one.type}" for key, one in field.args.items())
            passed = ", ".join(f"{key}: ${key}" for key in field.args)
            kind = get_named_type(field.type)
            selected = "{ edges { cursor } }" if kind.name.endswith("Connection") else "{ __typename }"
            head, tail = (f"({declared})", f"({passed})") if declared else ("", "")
            query = f"query {head} {{ found: {name}{tail} {selected if is_composite_type(kind) else ''} }}"
            result = await world.execute(door, query, **given)
            found = result.data and result.data["found"]
            assert found in (None, {"edges": []}, [], {"__typename": "NotAllowed"}, {"__typename": "NotFound"}), name
            assert not isinstance(field.type, GraphQLList) or not found


async def test_a_service_is_nobody(world: World, story: Story) -> None:
    door = await service(world, story.company.root)
    query = "{ viewer { member { id } roles { id } claims { totalCount } claimableTasks { totalCount } } }"
    nothing = {"totalCount": 0}
    found = await world.ask(door, query)
    assert found["viewer"] == {"member": None, "roles": [], "claims": nothing, "claimableTasks": nothing}
