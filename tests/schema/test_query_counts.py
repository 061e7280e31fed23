"""Every list takes as many statements for twenty as for two. How many is written here, so that a change is seen."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from lists import Lists, begun
from strawberry.dataloader import DataLoader
from world import Person, World

from resolvers.blocks import board as blocks_board
from resolvers.session import Session
from rules.refusals import NotAllowed
from schema import schema
from schema.context import Context, K, V

GRAPHQL = schema._schema
SMALL, LARGE = 2, 20
PAGE = 100  # things of one list at most
TICKS = 50  # of the loop, in which whoever waited for an answer asks on
DEPTH = 1  # objects within the objects of a list

# Type.field → where it stands, with % for what is selected of it, and its statements: of one parent, then of many.
# Selected is all that the type has, objects with all that they have, but no other list.
LISTS: Mapping[str, Mapping[str, int]] = {
    "Query.organizations": {"organizations(first: 100) %": 3, "organizations(parentId: $root, first: 100) %": 6},
    "Organization.ancestors": {
        "organization(id: $deepest) { ancestors % }": 3,
        "organization(id: $root) { children(first: 100) { edges { node { ancestors % } } } }": 4,
    },
    "Organization.children": {
        "organization(id: $root) { children(first: 100) % }": 6,
        "organization(id: $root) { children(first: 100) { edges { node { children(first: 100) % } } } }": 7,
    },
    "Organization.roleGrants": {
        "organization(id: $root) { roleGrants(first: 100) % }": 7,
        "organization(id: $root) { children(first: 100) { edges { node { roleGrants(first: 100) % } } } }": 8,
    },
    "Organization.claims": {
        "organization(id: $root) { claims(first: 100) % }": 10,
        "organization(id: $root) { children(first: 100) { edges { node { claims(first: 100) % } } } }": 9,
    },
    "Member.mergedMembers": {
        "organization(id: $root) { members(first: 100, includeDescendants: true)"
        " { edges { node { mergedMembers % } } } }": 9,
    },
    "Organization.members": {
        'organization(id: $root) { members(first: 100, includeDescendants: true, search: "党员") % }': 6,
        "organization(id: $root) { children(first: 100) { edges { node { members(first: 100) % } } } }": 6,
    },
    "Member.pointsEntries": {
        "member(id: $follower) { pointsEntries(first: 100) % }": 16,
        "organization(id: $first) { members(first: 100) { edges { node { pointsEntries(first: 100) % } } } }": 15,
    },
    "Task.claims": {
        "task(id: $crowded) { claims(first: 100) % }": 9,
        "taskArena(organizationId: $root) { tasks(first: 100) { edges { node { claims(first: 100) % } } } }": 17,
    },
    "Viewer.redemptions": {"viewer { redemptions(first: 100) % }": 6},
    "Query.rewards": {"rewards(organizationId: $root, first: 100) %": 5},
    "Reward.redemptions": {
        "node(id: $cup) { ... on Reward { redemptions(first: 100) % } }": 9,
        "rewards(organizationId: $root, first: 100) { edges { node { redemptions(first: 100) % } } }": 9,
    },
    "Viewer.sessions": {"viewer { sessions(first: 100) % }": 2},
    "Viewer.roles": {"viewer { roles % }": 3},
    "Viewer.claims": {"viewer { claims(first: 100) % }": 6},
    "Viewer.claimableTasks": {"viewer { claimableTasks(first: 100) % }": 5},
    "TaskArena.tasks": {
        f"taskArena(organizationId: $root) {{ tasks(first: 100, status: {status}) % }}": statements
        for status, statements in {"OPEN": 12, "SCHEDULED": 12, "CLOSED": 15, "DRAFT": 15}.items()
    },
    "TaskArena.recentApprovals": {"taskArena(organizationId: $root) { recentApprovals(first: 50) % }": 16},
    "Query.courses": {
        f"courses(organizationId: $root, first: 100, status: {status}) %": statements
        for status, statements in {"PUBLISHED": 8, "DRAFT": 8}.items()
    },
    "CourseBoard.courses": {"courseBoard(organizationId: $root) { courses(first: 100) % }": 10},
    "Leaderboard.rows": {
        "leaderboard(input: { organizationId: $root }) { rows(first: 100) % }": 10,
        "leaderboard(input: { organizationId: $root, subject: ORGANIZATION }) { rows(first: 100) % }": 9,
    },
    "Leaderboard.around": {
        "leaderboard(input: { organizationId: $root }) { around(subjectId: $follower, radius: 50) % }": 10,
    },
    "Explanation.rules": {"explain(memberId: $follower, input: { organizationId: $root }) { rules % }": 13},
    "ExplainedRule.cuts": {"explain(memberId: $follower, input: { organizationId: $root }) { rules { cuts % } }": 13},
    "Explanation.entries": {
        "explain(memberId: $follower, input: { organizationId: $root }) { entries(first: 100) % }": 24,
    },
    "Query.displays": {"displays(organizationId: $root, first: 100) %": 5},
    "Display.scenes": {"displays(organizationId: $root, first: 100) { edges { node { scenes % } } }": 5},
    "Block.revisions": {"block(id: $busy) { revisions(first: 100) % }": 10},
    "Block.inspections": {
        "block(id: $busy) { inspections(first: 100) % }": 6,
        "blockBoard(organizationId: $root) { blocks(first: 100) { edges { node { inspections(first: 100) % } } } }": 17,
    },
    "BlockRevision.pairedWith": {
        "block(id: $busy) { revisions(first: 100) { edges { node { pairedWith % } } } }": 7,
    },
    "BlockRevision.openings": {
        "block(id: $busy) { revisions(first: 100) { edges { node { openings % } } } }": 7,
    },
    "BlockBoard.blocks": {"blockBoard(organizationId: $root) { blocks(first: 100) % }": 14},
    "Query.pointRules": {"pointRules(organizationId: $root) %": 5},
    "PointRule.versions": {"pointRules(organizationId: $root) { versions(first: 100) % }": 6},
    "PointRulePreview.differences": {
        'previewPointRule(input: { organizationId: $root, code: "course.heard", on: "2026-03-10",'
        ' rule: { title: "听党课", amount: 9 } }) { ... on PointRulePreview { differences % } }': 11,
    },
    "Query.serviceTokens": {"serviceTokens(organizationId: $root, first: 100) %": 6},
    "Query.auditLog": {"auditLog(organizationId: $root, first: 100) %": 8},
    "AuditEntry.members": {
        "auditLog(organizationId: $root, first: 100, memberId: $follower) { edges { node { members % } } }": 6,
    },
    "PointsLog.edges": {"pointsLog(organizationId: $root, first: 100) { edges % }": 17},
}
# Lists that are made of an input alone, or of one row.
OF_THE_INPUT = {
    *("InvalidInput.fields", "FieldError.path", "Mutation.recordActs", "AdoptRuleSetSuccess.rules"),
    *("MergeMembersSuccess.paidTwice", "PaidTwice.entries"),
    *("PointRuleVersion.results", "PointRuleVersion.caps", "PointRuleVersion.windows", "ServiceToken.rules"),
    *("PointRulePreview.rules", "AuditEntry.subjectIds", "AuditEntry.details"),
}


def is_list(field: GraphQLField) -> bool:
    bare = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return isinstance(bare, GraphQLList) or get_named_type(bare).name.endswith("Connection")


def everything(of: Any, depth: int, *, inside: str = "") -> str:
    """All fields but lists, objects among them so deep. inside: what keeps names of union members apart."""
    if isinstance(of, GraphQLUnionType):
        kinds = [f"... on {one.name} {everything(one, depth, inside=f'{one.name}_')}" for one in of.types]
        return "{ __typename " + " ".join(kinds) + " }"
    assert isinstance(of, GraphQLObjectType)
    parts = ["__typename"]
    for name, field in of.fields.items():
        named = get_named_type(field.type)
        alias = f"{inside}{name}: {name}" if inside else name
        if is_list(field) or any(is_required_argument(one) for one in field.args.values()):
            continue
        if is_leaf_type(named):
            parts.append(alias)
        elif depth > 0:
            parts.append(f"{alias} {everything(named, depth - 1)}")
    return "{ " + " ".join(parts) + " }"


def selection(of: Any) -> str:
    """All of each of a list's things, each marked with `here`."""
    if of.name.endswith("Connection"):
        page, edge = everything(GRAPHQL.type_map["PageInfo"], 0), get_named_type(of.fields["edges"].type)
        return f"{{ totalCount pageInfo {page} edges {selection(edge)} }}"
    if of.name.endswith("Edge"):
        return f"{{ cursor node {selection(get_named_type(of.fields['node'].type))} }}"
    return "{ here: __typename " + everything(of, DEPTH)[1:]


class OneByOne(Context):
    """Loads one thing after another: else what is loaded together, and in how many statements, were a matter of whose
    answer comes first."""

    def __init__(self, session: Session) -> None:
        self._turn = asyncio.Lock()
        super().__init__(session)

    def by_key(self, name: Hashable, load: Callable[[Sequence[K]], Awaitable[dict[K, V]]]) -> DataLoader[K, V | None]:
        async def in_turn(keys: Sequence[K]) -> dict[K, V]:
            async with self._turn:
                for _ in range(TICKS):
                    await asyncio.sleep(0)
                return await load(keys)

        return super().by_key(name, in_turn)


@dataclass(frozen=True)
class Taken:
    things: int
    statements: list[str]


async def take(lists: Lists, person: Person, kind: str, name: str, place: str) -> Taken:
    of = GRAPHQL.type_map[kind]
    assert isinstance(of, GraphQLObjectType)
    rows = {"root": lists.root, "first": lists.first, "deepest": lists.depths[-1], "follower": lists.follower}
    known = {key: lists.world.id(one) for key, one in rows.items()} | {
        "crowded": lists.crowded,
        "cup": lists.cup,
        "busy": lists.busy["id"],
    }
    variables = {key: one for key, one in known.items() if f"${key}" in place}
    declared = "(" + ", ".join(f"${key}: ID!" for key in variables) + ")" if variables else ""
    query = f"query {declared} {{ {place.replace('%', selection(get_named_type(of.fields[name].type)))} }}"
    blocks_board.kept.clear()  # else a load were shorter after another
    context = OneByOne(await lists.world.session(person))
    with lists.world.count_queries() as heard:
        result = await schema.execute(query, variable_values=variables, context_value=context)
    assert all(isinstance(one.original_error, NotAllowed) for one in result.errors or ()), (query, result.errors)
    statements = [one for one in heard if not one.startswith("SET TRANSACTION")]  # PostgreSQL's part of a snapshot
    return Taken(json.dumps(result.data).count('"here"'), statements)


async def taken(lists: Lists, *, by: Person | None = None) -> dict[str, Taken]:
    """Of every list, by someone who sees it whole."""
    everybody = {"Query": lists.operator, "Viewer": lists.follower}
    found: dict[str, Taken] = {}
    for full, places in LISTS.items():
        kind, name = full.split(".")
        for place in places:
            person = by or everybody.get(kind, lists.secretary)
            if kind == "Leaderboard":  # remembers the ranks at the day's start
                await take(lists, person, kind, name, place)
            found[place] = await take(lists, person, kind, name, place)
    return found


def test_every_list_is_counted() -> None:
    known = [one for name, one in GRAPHQL.type_map.items() if not name.startswith("__")]
    lists = {
        f"{one.name}.{name}"
        for one in known
        if isinstance(one, GraphQLObjectType) and not one.name.endswith("Connection")  # which is the list itself
        for name, field in one.fields.items()
        if is_list(field)
    }
    assert lists - OF_THE_INPUT == set(LISTS)


async def test_twenty_take_no_more_statements_than_two(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "strawberry.execution")  # which writes down each refusal with its traceback
    lists = await begun(world)
    await lists.grow(SMALL)
    few, few_seen = await taken(lists), await taken(lists, by=lists.follower)
    await lists.grow(LARGE - SMALL)
    many, many_seen = await taken(lists), await taken(lists, by=lists.follower)

    pinned = {place: statements for places in LISTS.values() for place, statements in places.items()}
    assert {place: len(one.statements) for place, one in few.items()} == pinned
    assert {place: len(one.statements) for place, one in many.items()} == pinned
    for place, one in few.items():
        assert many[place].things >= min(PAGE, 10 * one.things) >= 20, place
        assert len(many_seen[place].statements) == len(few_seen[place].statements), place
