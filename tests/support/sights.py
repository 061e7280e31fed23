"""What everybody of a realm is answered, held against the oracle: each field of each thing is one comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    parse,
)
from oracle import FIELDS, Oracle
from realm import Actor, Place, Realm, Thing, line

import models
from app.live.execution import answer
from models import OrganizationKind as Kind
from rules.refusals import NotSignedIn
from schema import schema
from schema.audiences import Audience, fields
from schema.context import Context

GRAPHQL = schema._schema
DECLARED = fields()
# Of whoever asks, or of the moment: not the same for two who both may see it.
MOVING = {"version", "asOf", "view", "online", "lastSeenAt", "claimedCount", "approvedCount", "pairedCount"}
INSIDE = (Kind.BRANCH, Kind.GROUP)
OF_PLACES = """{0}arena: taskArena(organizationId: "{1}") {{ view }}
{0}blocks: blockBoard(organizationId: "{1}") {{ view }}
{0}hall: courseBoard(organizationId: "{1}") {{ view }}
{0}courses: courses(organizationId: "{1}", status: DRAFT, first: 100) {{ edges {{ node {{ id }} }} }}
{0}drafts: taskArena(organizationId: "{1}") {{ tasks(status: DRAFT, first: 100) {{ edges {{ node {{ id }} }} }} }}
{0}board: leaderboard(input: {{ organizationId: "{1}", period: ALL_TIME }}) {{
  view rows(first: 100) {{ subject {{ ... on Member {{ id }} }} }} }}
{0}log: pointsLog(organizationId: "{1}", first: 100) {{ edges {{ node {{
  id member {{ id }} source {{ __typename }} }} }} }}
{0}displays: displays(organizationId: "{1}", first: 100) {{ edges {{ node {{ id }} }} }}
{0}rules: pointRules(organizationId: "{1}") {{ id }}
{0}tokens: serviceTokens(organizationId: "{1}") {{ edges {{ node {{ id }} }} }}
{0}known: organization(id: "{1}") {{ id }}
"""


def selection(kind: str) -> str:
    """All that it has for others than the viewer, objects by their ids."""
    of = GRAPHQL.type_map[kind]
    assert isinstance(of, GraphQLObjectType)
    parts: list[str] = []
    for name, one in of.fields.items():
        required = any(is_required_argument(argument) for argument in one.args.values())
        if required or DECLARED[kind, name] is Audience.ONESELF or (kind, name) == ("Leaderboard", "standing"):
            continue
        named = get_named_type(one.type)
        if is_leaf_type(named):
            parts.append(name)
        elif isinstance(named, (GraphQLUnionType, GraphQLInterfaceType)):
            parts.append(f"{name} {{ __typename }}")
        elif isinstance(named, GraphQLObjectType):
            inner = "id" if "id" in named.fields else "__typename"
            listed = "edges" in named.fields
            parts.append(f"{name}(first: 100) {{ edges {{ node {{ id }} }} }}" if listed else f"{name} {{ {inner} }}")
    return " ".join(parts)


@lru_cache(maxsize=50)
def _parsed(query: str) -> DocumentNode:
    return parse(query)


def ids_of(answer: Any) -> list[str] | None:
    return None if answer is None else [edge["node"]["id"] for edge in answer["edges"]]


class Sights:
    """wrong: what was answered otherwise than the oracle says; seen: how many comparisons of which sort."""

    def __init__(self, realm: Realm) -> None:
        self.realm = realm
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.by_id: dict[str, Thing] = {}
        self.oracle = Oracle(realm.world.clock.now)

    def check(self, sort: str, who: Actor, what: str, got: object, expected: object) -> None:
        self.seen[sort] += 1
        if got != expected:
            self.wrong.append(f"{who.name} {what}: {got!r}, and {expected!r} is right")

    async def ask(self, who: Actor, query: str, **variables: Any) -> ExecutionResult:
        """Read once for everybody who asks it."""
        document = _parsed(query)
        session = await self.realm.world.session(who.person if who.good else None)
        return await models.database.shielded(answer(document, None, variables, Context(session)))

    def _data(self, who: Actor, result: ExecutionResult) -> dict[str, Any]:
        """Nobody is told to sign in first, and everybody else of no error."""
        refusals = {type(one.original_error) for one in result.errors or ()}
        assert refusals == ({NotSignedIn} if who.person is None or not who.good else set()), result.errors
        assert result.data
        return result.data

    async def look(self, actors: Sequence[Actor], things: Sequence[Thing] | None = None) -> None:
        """Each of these at each of these, and at what can be asked of every place."""
        self.oracle = Oracle(self.realm.world.clock.now)
        things = self.realm.things if things is None else things
        self.by_id = {one.id: one for one in self.realm.things}
        truth = await self._answers(self.realm.operator, things)
        of_places = await self._of_places(self.realm.operator)
        for who in actors:
            answers = await self._answers(who, things)
            for number, thing in enumerate(things):
                self._thing(who, thing, answers[f"t{number}"], truth[f"t{number}"])
            places = await self._of_places(who)
            for number, place in enumerate(self.realm.places):
                self._place(who, place, f"p{number}", places, of_places)

    # ------------------------------------------------------------ things by their ids

    async def _answers(self, who: Actor, things: Sequence[Thing]) -> dict[str, Any]:
        kinds = {one.kind for one in things}
        fragments = [f"fragment F{kind} on {kind} {{ {selection(kind)} }}" for kind in kinds]
        asked = [f't{n}: node(id: "{one.id}") {{ __typename ...F{one.kind} }}' for n, one in enumerate(things)]
        result = await self.ask(who, f"{{ {' '.join(asked)} }} {' '.join(fragments)}")
        return self._data(who, result)

    def _thing(self, who: Actor, thing: Thing, got: Any, truth: Mapping[str, Any]) -> None:
        sees = self.oracle.sees(who, thing)
        self.check("thing", who, f"{thing.kind} at {name_of(thing.at)}", got is not None, sees)
        if got is None or not sees:
            return
        for name, value in truth.items():
            if name in MOVING or (thing.kind, name) in COUNTED:
                self.check("field", who, f"{thing.kind}.{name}", got[name] is None, value is None)
                continue
            expected = value
            gate = FIELDS.get((thing.kind, name))
            if gate and not gate(self.oracle, who, thing):
                expected = None
            elif listing := LISTS.get((thing.kind, name)):
                expected = [one for one in _items(value) if listing(self, who, thing, self.by_id.get(one))]
                got = {**got, name: _items(got[name])}
            self.check("field", who, f"{thing.kind}.{name} at {name_of(thing.at)}", got[name], expected)

    # ------------------------------------------------------------ what is asked of places

    async def _of_places(self, who: Actor) -> dict[str, Any]:
        world = self.realm.world
        asked = [OF_PLACES.format(f"p{n}", world.id(one.row)) for n, one in enumerate(self.realm.places)]
        result = await self.ask(who, f"{{ roots: organizations {{ edges {{ node {{ id }} }} }} {' '.join(asked)} }}")
        return self._data(who, result)

    def full(self, who: Actor, at: Place) -> bool:
        return self.oracle.has(who, "CLAIMS_REVIEW", at)

    def _place(self, who: Actor, at: Place, name: str, got: Mapping[str, Any], truth: Mapping[str, Any]) -> None:
        oracle, here = self.oracle, f"at {name_of(at)}"
        sees = oracle.board(who, at)
        view = {"view": "SCREEN" if who.screen else "FULL" if self.full(who, at) else "PUBLIC"} if sees else None
        for board in ("arena", "blocks", "hall"):
            self.check("place", who, f"{board} {here}", got[name + board], view)
        self.check("place", who, f"rules {here}", got[name + "rules"] is not None, sees)
        for listed, right in (("displays", "DISPLAYS_MANAGE"), ("tokens", "SERVICES_MANAGE")):
            expected = truth[name + listed] if oracle.has(who, right, at) else None
            self.check("place", who, f"{listed} {here}", got[name + listed], expected)
        self._drafts(who, at, name, got, truth)
        board = truth[name + "board"]
        rows = [self._subject(who, at, one["subject"]["id"]) for one in board["rows"]]
        found = got[name + "board"]
        self.check("place", who, f"leaderboard {here}", found and found["rows"], rows if sees else None)
        reads = sees and not who.screen
        self.check("place", who, f"log {here}", got[name + "log"] is not None, reads)
        if reads and got[name + "log"]:
            self._log(who, at, got[name + "log"]["edges"], truth[name + "log"]["edges"])

    def _drafts(self, who: Actor, at: Place, name: str, got: Mapping[str, Any], truth: Mapping[str, Any]) -> None:
        oracle, sees = self.oracle, self.oracle.board(who, at)
        drafts = [self.by_id[one] for one in ids_of(truth[f"{name}courses"]) or ()]
        manages = oracle.has(who, "COURSES_MANAGE", at)
        shown = [
            one.id
            for one in drafts
            if self.listed(who, at, one) and (oracle.own(who, one) or (manages and oracle.sees(who, one)))
        ]
        self.check(
            "place", who, f"draft courses at {name_of(at)}", ids_of(got[f"{name}courses"]), shown if sees else None
        )
        wanted = [self.by_id[one] for one in ids_of(truth[f"{name}drafts"]["tasks"]) or ()]
        reviewed = [one.id for one in wanted if oracle.sees(who, one) and self.full(who, at)]
        found = got[f"{name}drafts"]
        self.check(
            "place", who, f"drafts at {name_of(at)}", found and ids_of(found["tasks"]), reviewed if sees else None
        )

    def _subject(self, who: Actor, at: Place, member: str) -> Any:
        """Of a row on a board."""
        by = self.by_id[member].by
        assert by
        shown = self.full(who, at) or not by.hidden
        return {"subject": {"id": member} if shown else None}

    def _log(self, who: Actor, at: Place, got: Sequence[Any], truth: Sequence[Any]) -> None:
        self.check("place", who, "entries of the log", len(got), len(truth))
        for edge, true in zip(got, truth, strict=True):
            member = true["node"]["member"]
            expected = member and self._subject(who, at, member["id"])["subject"]
            self.check("log", who, "member of an entry in the log", edge["node"]["member"], expected)
            entry = self.by_id.get(true["node"]["id"])
            if entry:
                source = FIELDS["PointsEntry", "source"](self.oracle, who, entry)
                expected = true["node"]["source"] if source else None
                self.check("log", who, "source of an entry in the log", edge["node"]["source"], expected)

    def listed(self, who: Actor, board: Place, thing: Thing | None) -> bool:
        """Whether a board lists what is set somewhere: a GROUP's within its branch, and for reviewers above it."""
        assert thing
        assert thing.at
        if thing.at in line(board):
            return True
        return board in line(thing.at) and (
            thing.at.kind is not Kind.GROUP or board.kind in INSIDE or self.full(who, board)
        )


def name_of(at: Place | None) -> str:
    return at.row.code if at else "nowhere"


def _items(value: Any) -> list[str]:
    return [one["node"]["id"] for one in value["edges"]] if isinstance(value, dict) else [one["id"] for one in value]


Listed = Callable[[Sights, Actor, Thing, "Thing | None"], bool]


def _seen(sights: Sights, who: Actor, _: Thing, one: Thing | None) -> bool:
    assert one
    return sights.oracle.sees(who, one)


def _on_board(sights: Sights, who: Actor, board: Thing, one: Thing | None) -> bool:
    assert board.at
    return sights.listed(who, board.at, one)


def _approved(sights: Sights, who: Actor, board: Thing, one: Thing | None) -> bool:
    assert one
    assert one.by
    assert board.at
    return _on_board(sights, who, board, one) and (not one.by.hidden or sights.full(who, board.at))


# Lists that hold what the viewer may see.
LISTS: Mapping[tuple[str, str], Listed] = {
    ("Task", "claims"): _seen,
    ("Organization", "children"): _seen,
    ("Organization", "members"): _seen,
    ("TaskArena", "tasks"): _on_board,
    ("TaskArena", "recentApprovals"): _approved,
    ("CourseBoard", "courses"): _on_board,
    ("BlockBoard", "blocks"): _on_board,
}
# Counts of what a view lists.
COUNTED = {("TaskArena", "openCount"), ("BlockBoard", "blockCount")}
