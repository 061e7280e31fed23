"""What may not be seen is answered as what never was: byte for byte, and in as many statements, for every field that
takes an id."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
    parse,
)
from hall import Hall, opened
from oracle import SEES, Oracle
from realm import Actor, Realm, Thing, made
from world import World

import models
from app.live.execution import answer, presented
from realtime.documents import Refused
from schema import ids, schema
from schema.context import Context

GRAPHQL = schema._schema
# What an argument's name means; else it is named after the type.
KINDS = {"rule": "PointRule", "grant": "RoleGrant", "subject": "Member", "lecturer": "Member", "responsible": "Member",
         "parent": "Organization"}  # fmt: skip
PATHS = {"PointRule": "rule", "RoleGrant": "grant"}
ANY = sorted(SEES)  # of `node`
SHOWN_ON_BOARDS = """query ($at: ID!, $who: ID!) { leaderboard(input: { organizationId: $at, period: ALL_TIME }) {
  around(subjectId: $who) { id } standing(subjectId: $who) { id } } }"""


def kind_of(argument: str, field: str) -> str:
    name = field if argument == "id" else argument.removesuffix("Id")
    return KINDS.get(name, name[0].upper() + name[1:])


def value(of: Any, name: str, known: dict[str, str]) -> Any:
    """Something that fits an input type; ids by their kinds."""
    if isinstance(of, GraphQLNonNull):
        return value(of.of_type, name, known)
    if isinstance(of, GraphQLList):
        return [value(of.of_type, name, known)] if name != "pairedWith" else [{"name": one} for one in "甲乙丙"]
    if isinstance(of, GraphQLInputObjectType):
        return {key: value(one.type, key, known) for key, one in of.fields.items() if is_required_input_field(one)}
    if isinstance(of, GraphQLEnumType):
        return next(iter(of.values))
    given = {"Int": 1, "Float": 1.0, "Boolean": True, "Date": "2026-03-10", "DateTime": "2026-03-10T02:00:00Z"}
    if of.name == "ID":
        return known.get(kind_of(name, name), known["Organization"])
    return "task.x" if name in ("code", "rule") else given.get(of.name, "文字文字文字")


def id_paths(arguments: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Where ids can be given: arguments, and fields of inputs."""
    for name, one in arguments.items():
        bare = get_named_type(one.type)
        if isinstance(bare, GraphQLInputObjectType):
            yield from ((name, key) for key, inner in bare.fields.items() if get_named_type(inner.type).name == "ID")
        elif bare.name == "ID":
            yield (name,)


def below(of: GraphQLNamedType) -> str:
    if is_leaf_type(of):
        return ""
    message = " ... on UserError { message } ... on InvalidInput { fields { path message } }"
    kinds = getattr(of, "types", None)
    return "{ __typename" + (message if kinds and any(one.name == "InvalidInput" for one in kinds) else
                             " ... on UserError { message }" if kinds else "") + " }"  # fmt: skip


def asked(operation: str, field: str, path: tuple[str, ...], tried: str, known: dict[str, str]) -> tuple[str, Any]:
    parent = GRAPHQL.type_map[operation]
    assert isinstance(parent, GraphQLObjectType)
    one = parent.fields[field]
    taken = {name: of for name, of in one.args.items() if is_required_argument(of) or name == path[0]}
    values = {name: value(of.type, name, known) for name, of in taken.items()}
    listed = isinstance(getattr(taken[path[0]].type, "of_type", None), GraphQLList)
    if len(path) == 1:
        values[path[0]] = tried
    else:
        inner = values[path[0]][0] if listed else values[path[0]]
        inner[path[1]] = tried
        if path[1] == "organizationId" and field in ("awardPoints", "correctPoints"):
            inner.pop("memberId", None)
    declared = ", ".join(f"${name}: {of.type}" for name, of in taken.items())
    passed = ", ".join(f"{name}: ${name}" for name in taken)
    return f"{operation.lower()} ({declared}) {{ found: {field}({passed}) {below(get_named_type(one.type))} }}", values


class Asking:
    """hall: for subscriptions alone, since its own polls would be counted with what others ask."""

    def __init__(self, realm: Realm) -> None:
        self.realm = realm
        self.hall: Hall | None = None
        self.told: list[str] = []
        self.compared = 0

    async def said(self, who: Actor, query: str, variables: dict[str, Any]) -> tuple[str, int]:
        """The answer's bytes, and how many statements it took."""
        world = self.realm.world
        session = await world.session(who.person)
        with world.count_queries() as heard:
            if query.startswith("subscription"):
                said = await self._followed(who, query, variables)
            else:
                context = Context(session)
                result = await models.database.shielded(answer(parse(query), None, variables, context))
                errors = [presented(one).formatted for one in result.errors or ()]
                said = json.dumps([result.data, errors], ensure_ascii=False)
        return said, 0 if self.hall else len(heard)

    async def _followed(self, who: Actor, query: str, variables: dict[str, Any]) -> str:
        assert self.hall
        viewer = await self.hall.live.viewer(f"Bearer {who.person.token}") if who.person else None
        if viewer is None:
            return ""
        operation = self.hall.live.documents.subscription(query, None, variables)
        try:
            await self.hall.live.open(viewer, operation)
        except Refused as refused:
            return json.dumps([one.formatted for one in refused.errors])
        return "followed"

    async def same(self, who: Actor, what: str, kind: str, hidden: Thing, query: str, variables: Any, put: Any) -> None:
        key = ids.decode(hidden.id)
        assert key
        other = next(one for one in self.realm.things if one.kind not in (kind, hidden.kind))
        never, wrong = ids.encode(kind, uuid4()), [other.id, ids.encode(other.kind, *key[1]), "?"]
        first = await self.said(who, query, put(variables, hidden.id))
        for one in (
            never,
            *(() if what.startswith("node ") else [self.realm.random.choice(wrong)]),
        ):  # to `node` no type is wrong
            found = await self.said(who, query, put(variables, one))
            self.compared += 1
            if found != first:
                self.told.append(f"{who.name} {what}: {first}, and for {one}: {found}")


def _put(path: tuple[str, ...], listed: bool) -> Any:
    def put(variables: Any, tried: str) -> Any:
        found = json.loads(json.dumps(variables))
        if len(path) == 1:
            found[path[0]] = tried
        else:
            (found[path[0]][0] if listed else found[path[0]])[path[1]] = tried
        return found

    return put


async def tried(asking: Asking, who: Actor, known: dict[str, str], hidden: dict[str, Thing]) -> None:
    for operation in ("Subscription",) if asking.hall else ("Query", "Mutation"):
        parent = GRAPHQL.type_map[operation]
        assert isinstance(parent, GraphQLObjectType)
        for field, one in parent.fields.items():
            for path in id_paths(dict(one.args)):
                kinds = ANY if field == "node" else [kind_of(path[-1], field)]
                for kind in kinds:
                    if kind not in hidden:
                        continue
                    query, variables = asked(operation, field, path, hidden[kind].id, known)
                    listed = isinstance(getattr(one.args[path[0]].type, "of_type", None), GraphQLList)
                    what = f"{field} {'.'.join(path)} {kind}"
                    await asking.same(who, what, kind, hidden[kind], query, variables, _put(path, listed))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_what_may_not_be_seen_is_as_what_never_was(world: World) -> None:
    realm = await made(world, Random("indistinguishable"))
    elsewhere = await world.organization("别处", "elsewhere")
    stranger = Actor("stranger", await world.member("郑爽", at=elsewhere))
    plain = next(one for one in realm.members if one.good and not one.roles)
    known = {"Organization": world.id(plain.home.row), "Member": world.id(plain.person)}  # type: ignore[union-attr, arg-type]
    asking = Asking(realm)
    screen = next(one for one in realm.actors if one.screen)
    nobody = Actor("nobody", good=False)

    async def all_of_them() -> None:
        for who in (stranger, plain, screen, nobody):
            oracle = Oracle(world.clock.now)
            unseen = [one for one in realm.things if who is stranger or not oracle.sees(who, one)]
            hidden = {kind: next((one for one in unseen if one.kind == kind), None) for kind in ANY}
            await tried(asking, who, known, {kind: one for kind, one in hidden.items() if one})

    await all_of_them()
    async with opened(world) as asking.hall:
        await all_of_them()
    assert not asking.told, "\n".join(asking.told[:10])
    assert asking.compared > 350


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_who_is_hidden_on_a_board_is_as_one_who_is_not_on_it(world: World) -> None:
    realm = await made(world, Random("hidden on boards"))
    hidden = next(one for one in realm.members if one.hidden and one.person)
    assert hidden.home
    root = next(one for one in realm.places if one.above is None and hidden.home.row.root_id == one.row.id)
    reader = await world.member("赵敏", at=root.row)
    by = realm.operator.person
    assert by
    assert hidden.person
    await world.award(by, hidden.person, 9)
    said: list[Any] = []
    await world.ask(reader, SHOWN_ON_BOARDS, at=world.id(root.row), who="?")  # the ranks at the day's start are kept
    for who in (world.id(hidden.person), ids.encode("Member", uuid4()), world.id(root.row), "?"):
        with world.count_queries() as heard:
            found = await world.ask(reader, SHOWN_ON_BOARDS, at=world.id(root.row), who=who)
        said.append((json.dumps(found), len(heard)))
    assert said == [said[0]] * 4


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_ids_are_of_122_random_bits(world: World) -> None:
    realm = await made(world, Random("ids"))
    for thing in realm.things:
        found = ids.decode(thing.id)
        assert found
        assert found[0] == thing.kind
        assert [UUID(one).version for one in found[1]] == [4]
