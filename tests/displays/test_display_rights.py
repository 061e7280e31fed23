"""A screen's token tried against every query, mutation and subscription field that there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from busy import Busy, made
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)
from hall import opened
from tortoise import Tortoise
from world import World

import models
from realtime.documents import Refused
from schema import schema

GRAPHQL = schema._schema
DEPTH = 4
# What answers a screen; everything else has to be null, empty or a refusal. A new field of the schema is refused, or
# takes its place here.
ANSWERS = {
    "Query": {
        *("viewer", "node", "organizations", "organization", "taskArena", "task", "leaderboard"),
        *("blockBoard", "block", "courses", "courseBoard", "course", "pointRules"),
    },
    # as anybody's without a token
    "Mutation": {
        *("signIn", "beginOpenIdSignIn", "finishOpenIdSignIn"),
        *("requestDisplayPairing", "claimDisplayToken"),
        "reportScenes",  # of itself
    },
    "Subscription": {
        *("leaderboardUpdated", "standingUpdated", "taskArenaUpdated", "blockBoardUpdated", "courseBoardUpdated"),
        "displayUpdated",
    },
}
REFUSALS = {"NotAllowed", "NotFound"}
# Of people and for reviewers: phones, the name behind an alias, evidence, notes.
PRIVATE = ("13800138000", "13900139000", "李强", "照片", "很好", "不是这一次", "login-")


def fields_of(kind: str) -> dict[str, Any]:
    found = GRAPHQL.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return found.fields


def selection(of: Any, depth: int, inside: str = "") -> str:
    """Everything, objects and lists so deep."""
    if isinstance(of, GraphQLUnionType):
        parts = [f"... on {one.name} {selection(one, depth, f'{one.name}_')}" for one in of.types]
        return "{ __typename " + " ".join(parts) + " }"
    parts = ["__typename"]
    for name, field in of.fields.items():
        named = get_named_type(field.type)
        if any(is_required_argument(one) for one in field.args.values()):
            continue
        alias = f"{inside}{name}: {name}" if inside else name
        if is_leaf_type(named):
            parts.append(alias)
        elif depth > 0:
            parts.append(f"{alias} {selection(named, depth - 1)}")
    return "{ " + " ".join(parts) + " }"


def value(of: Any, name: str, ids: dict[str, str]) -> Any:
    """Something that fits an input type; ids by the name of what they are asked for."""
    if isinstance(of, GraphQLNonNull):
        return value(of.of_type, name, ids)
    if isinstance(of, GraphQLList):
        return [value(of.of_type, name, ids)]
    if isinstance(of, GraphQLInputObjectType):
        required = {key: one for key, one in of.fields.items() if is_required_input_field(one)}
        return {key: value(one.type, key, ids) for key, one in required.items()}
    if isinstance(of, GraphQLEnumType):
        return next(iter(of.values))
    given = {"Int": 1, "Float": 1.0, "Boolean": True, "Date": "2026-03-10", "DateTime": "2026-03-10T02:00:00Z"}
    return ids.get(name, ids["organizationId"]) if of.name == "ID" else given.get(of.name, "文字")


def operation(kind: str, name: str, ids: dict[str, str]) -> tuple[str, dict[str, Any]]:
    field = fields_of(kind)[name]
    named = get_named_type(field.type)
    required = {key: one for key, one in field.args.items() if is_required_argument(one)}
    declared = "(" + ", ".join(f"${key}: {one.type}" for key, one in required.items()) + ")" if required else ""
    passed = "(" + ", ".join(f"{key}: ${key}" for key in required) + ")" if required else ""
    depth = DEPTH - (kind == "Subscription")  # whose documents may have no more than 1,000 fields
    below = "" if is_leaf_type(named) else selection(named, depth)
    query = f"{kind.lower()} {declared} {{ found: {name}{passed} {below} }}"
    return query, {key: value(one.type, key, ids) for key, one in required.items()}


async def known(world: World, found: Busy) -> dict[str, str]:
    """An id of each sort, of things that are there and that a screen at the root might see."""
    root = found.company.root
    task = await models.Task.filter(organization_id=root.id, status="OPEN").first()
    block = await models.Block.filter(organization_id=root.id).first()
    claim = await models.Claim.filter(status="APPROVED").first()
    entry = await models.PointsEntry.all().first()
    assert task
    assert block
    assert claim
    assert entry
    return {
        "organizationId": world.id(root),
        "memberId": world.id(found.viewers["in the first branch"]),
        "taskId": world.id(task),
        "blockId": world.id(block),
        "claimId": world.id(claim),
        "pointsEntryId": world.id(entry),
        "subjectId": world.id(found.viewers["in the first branch"]),
    }


def of_field(name: str, ids: dict[str, str]) -> dict[str, str]:
    """`id` is of what the field is named after."""
    named = {"member": "memberId", "task": "taskId", "block": "blockId", "node": "claimId"}
    return {**ids, "id": ids[named.get(name, "organizationId")]}


def told(answer: Any) -> bool:
    """Whether anything is said, beyond an empty list."""
    if answer is None or (isinstance(answer, dict) and answer["__typename"] in REFUSALS):
        return False
    return not (isinstance(answer, dict) and "edges" in answer and not answer["edges"] and not answer["totalCount"])


def refusals(answer: Any) -> Iterator[str]:
    for one in answer if isinstance(answer, list) else [answer]:
        yield one["__typename"]


async def everything_kept() -> dict[str, int]:
    """How many rows each table has; pairings come and go."""
    tables = {model._meta.db_table for model in Tortoise.apps["models"].values()}
    return {one: await models.sql.value(f"SELECT COUNT(*) AS n FROM {one}") for one in tables - {"display_pairings"}}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_screen_asks_for_everything(world: World) -> None:
    found = await made(world)
    screen, ids = found.viewers["screen in the hall"], await known(world, found)
    said: set[str] = set()
    for name in fields_of("Query"):
        query, variables = operation("Query", name, of_field(name, ids))
        result = await world.execute(screen, query, **variables)
        text = json.dumps(result.data, ensure_ascii=False, default=str)
        assert [one for one in PRIVATE if one in text] == [], name
        if told((result.data or {}).get("found")):
            said.add(name)
    assert said <= ANSWERS["Query"], "this answered, and was not to"
    assert {"viewer", "organization", "leaderboard", "taskArena", "blockBoard", "block", "task"} <= said


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_screen_tries_to_do_everything(world: World) -> None:
    found = await made(world)
    screen, ids = found.viewers["screen in the hall"], await known(world, found)
    before = await everything_kept()
    for name in fields_of("Mutation"):
        query, variables = operation("Mutation", name, of_field(name, ids))
        result = await world.execute(screen, query, **variables)
        if name not in ANSWERS["Mutation"]:
            said = [type(one.original_error).__name__ for one in result.errors or ()]
            said += refusals((result.data or {}).get("found") or [])
            assert said, name
            assert set(said) <= REFUSALS, f"{name}: {said}"
    assert await everything_kept() == before


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_screen_follows_everything(world: World) -> None:
    found = await made(world)
    screen, ids = found.viewers["screen in the hall"], await known(world, found)
    followed: set[str] = set()
    async with opened(world) as hall:
        for name in fields_of("Subscription"):
            query, variables = operation("Subscription", name, {**ids, "id": ids["organizationId"]})
            if name == "standingUpdated":
                query = query.replace("standingUpdated(", f'standingUpdated(subjectId: "{ids["subjectId"]}", ')
            try:
                shown = await hall.screen(screen, query, **variables)
            except Refused:
                continue
            text = json.dumps((await shown.shows(lambda _: True)), ensure_ascii=False)
            assert [one for one in PRIVATE if one in text] == [], name
            followed.add(name)
    assert followed <= ANSWERS["Subscription"], "this was followed, and was not to be"
    assert {"leaderboardUpdated", "taskArenaUpdated", "blockBoardUpdated", "displayUpdated"} <= followed
