"""The sharing oracle: whatever two viewers ask for together, each gets what it gets alone."""

import logging
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import pytest
from busy import STRANGER, Busy, made
from hall import Hall, opened
from pairs import Answer, alone, statements, together
from selections import Allowed, Asked, Field, Spelling, Walk
from world import World

from realtime.documents import Documents, Operation
from realtime.graphql_errors import Refused
from resolvers.session import Viewer
from schema import schema
from schema.live import SHAREABLE

GRAPHQL = schema._schema
# A display follows itself alone, so there is nobody to share with.
OF_ONESELF = {"displayUpdated"}
NOT_FOR_SCREENS = {"pointsAwarded"}
ALL = GRAPHQL.subscription_type.fields if GRAPHQL.subscription_type else {}
SUBSCRIPTIONS = {name: one for name, one in ALL.items() if name not in OF_ONESELF}
TRIPLES = 20_000  # of viewer, viewer and operation, over all fields; 1,200 in `make test`
VIEWERS = 3  # for each operation, which makes three pairs
Given = dict[str, Any]
Names = frozenset[tuple[str, str]]  # types and fields
Values = Mapping[str, Sequence[Any]]
ANY_VALUES: Values = {"ID": ["a"], "String": ["a"], "Date": ["2026-03-10"], "organizationId": ["a"], "subjectId": ["a"]}


def board(walk: Walk) -> Given:
    return {"input": walk.value("input", SUBSCRIPTIONS["leaderboardUpdated"].args["input"].type)}


def standing(walk: Walk) -> Given:
    return board(walk) | {"subjectId": walk.random.choice([None, *walk.values["subjectId"]])}


def place(walk: Walk) -> Given:
    return {"organizationId": walk.random.choice(walk.values["organizationId"])}


# The arguments of each subscription, so that most of what is asked for is there. A new subscription adds its line.
RECIPES: Mapping[str, Callable[[Walk], Given]] = {
    "leaderboardUpdated": board,
    "standingUpdated": standing,
    "taskArenaUpdated": place,
    "blockBoardUpdated": place,
    "courseBoardUpdated": place,
    "pointsAwarded": place,
}


def fields_of(kind: str) -> list[str]:
    return list(getattr(GRAPHQL.type_map.get(kind), "fields", {}))


def declared(kind: str, name: str) -> bool:
    return name in SHAREABLE.get(kind, {})


def among(known: Mapping[str, Container[str]]) -> Allowed:
    return lambda kind, name: name in known[kind]


def anything(_: str, __: str) -> bool:
    return True


UNDECLARED = [(kind, name) for kind in SHAREABLE for name in fields_of(kind) if not declared(kind, name)]
# Undeclared, though it would do no harm: the same for everybody, and loaded with the board.
HARMLESS = {("Organization", "timeZone"), ("Organization", "lecturing"), ("Organization", "closedAt")}
# Undeclared, and never asked of whom it tells: a duplicate has no row on a board that moves.
NOT_THERE = {("Member", "mergedInto")}
# Where life goes on as ever, and where a freeze hides it from the public.
CASES = [(field, frozen) for field in sorted(SUBSCRIPTIONS) for frozen in (False, True)]
# Declared for some arguments only.
FOR_SOME = [("Leaderboard", "standing"), ("TaskArena", "tasks")]


def operation(random: Random, values: Values, field: str, allowed: Allowed, wanted: Names = frozenset()) -> Asked:
    walk = Walk(GRAPHQL, random, values, allowed, wanted)
    return walk.below(field, RECIPES[field](walk))


def any_operation(random: Random, values: Values, field: str) -> Asked:
    """Most of them may be shared; a fifth selects one thing that may not, a fifth whatever comes."""
    match random.randrange(5):
        case 0:
            return operation(random, values, field, anything)
        case 1:
            return operation(random, values, field, declared, frozenset({random.choice(UNDECLARED)}))
        case _:
            return operation(random, values, field, declared)


async def viewers_of(hall: Hall, found: Busy) -> dict[str, Viewer]:
    known = {name: await hall.live.viewer(f"Bearer {person.token}") for name, person in found.viewers.items()}
    return {name: viewer for name, viewer in known.items() if viewer}


def kind_of(answers: Sequence[Answer], executed: int) -> str:
    """What became of a pair; that two shared is seen by the executions."""
    if any(answer.board is None for answer in answers):
        return "refused"
    if len({(answer.board, answer.group) for answer in answers}) == 1:
        return "shared" if executed == 1 else "a poll between"  # after which followers of a log look again
    assert executed == 2
    return "apart" if answers[0].shareable else "each its own"


async def compared(
    hall: Hall, random: Random, viewers: Mapping[str, Viewer], asked: Asked, pairs: int = 3
) -> tuple[Counter[str], str]:
    """What became of each pair of some viewers, who spell the operation in two ways; and what is wrong, if anything."""
    seen: Counter[str] = Counter()
    names = random.sample(sorted({*viewers} - {STRANGER}), VIEWERS)
    if random.random() < 0.1:
        names[random.randrange(VIEWERS)] = STRANGER
    texts = [Spelling(random, variables).of(asked) for variables in (0, 0.8)]
    operations = [hall.live.documents.subscription(query, None, variables) for query, variables in texts]
    assert operations[0].shareable == operations[1].shareable, texts
    spelled: dict[str, Operation] = dict(zip(names, operations * VIEWERS, strict=False))
    single = {name: await alone(hall, viewers[name], texts[number % len(texts)]) for number, name in enumerate(names)}
    for pair in list(combinations(names, 2))[:pairs]:
        answers, executed = await together(hall, [(viewers[name], spelled[name]) for name in pair])
        for name, answer in zip(pair, answers, strict=True):
            if answer.says != single[name].says:
                return seen, f"{' and '.join(pair)}: {name} got {answer.says}, not {single[name].says}, of {texts}"
        seen[kind_of(answers, executed)] += 1
    if operations[0].shareable and (heard := await statements(hall, viewers[names[0]], operations[0])):
        return seen, f"a shared frame takes {heard}, of {texts}"
    return seen, ""


@pytest.fixture(autouse=True)
def _without_refusals(caplog: pytest.LogCaptureFixture) -> None:
    """Strawberry would write each down with its traceback."""
    caplog.set_level(logging.CRITICAL, "strawberry.execution")


def test_every_subscription_has_a_recipe() -> None:
    assert set(RECIPES) == set(ALL) - OF_ONESELF


def test_what_is_declared_exists() -> None:
    assert [(kind, name) for kind, names in SHAREABLE.items() for name in names if name not in fields_of(kind)] == []


def test_one_undeclared_field_anywhere_is_not_shared() -> None:
    random, documents, missed = Random("undeclared"), Documents(GRAPHQL, SHAREABLE), list[object]()
    for one in UNDECLARED:
        met = 0
        for attempt in range(200):
            if met == 3:
                break
            field = sorted(SUBSCRIPTIONS)[attempt % len(SUBSCRIPTIONS)]
            asked = operation(random, ANY_VALUES, field, declared, frozenset({one}))
            if one in asked.selected:
                query, variables = Spelling(random, random.random()).of(asked)
                try:
                    followed = documents.subscription(query, None, variables)
                except Refused:  # it asks for too much at once
                    continue
                assert not followed.shareable, query
                met += 1
        missed += [] if met else [one]
    assert not missed


@pytest.mark.parametrize("field", sorted(SUBSCRIPTIONS))
def test_the_type_s_name_may_always_be_asked(field: str) -> None:
    walk = Walk(GRAPHQL, Random(field), ANY_VALUES, anything)
    root = replace(walk.below(field, RECIPES[field](walk)).root, below=(Field("__typename", None, (), (), None),))
    query, variables = Spelling(Random(field), 0).of(Asked(root, {}))
    assert Documents(GRAPHQL, {}).subscription(query, None, variables).shareable


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_views_never_share(world: World) -> None:
    """Whoever may review sees another board, whatever is asked."""
    found = await made(world)
    values = {**found.values, "organizationId": [world.id(found.company.root)], "on": [None]}
    async with opened(world) as hall:
        viewers = await viewers_of(hall, found)
        for field in SUBSCRIPTIONS:
            walk = Walk(GRAPHQL, Random(field), values, declared)
            asked = walk.below(field, {**RECIPES[field](walk), "after": None, "subjectId": None})
            query, variables = Spelling(Random(field), 0).of(asked)
            one = hall.live.documents.subscription(query, None, variables)
            names = ["secretary", "in the second branch", "in the first branch", "screen in the hall"]
            if field in NOT_FOR_SCREENS or field == "standingUpdated":  # nor has a screen a standing of its own
                names.pop()
            keys = [(await hall.live.open(viewers[name], one))[0].key for name in names]
            views = [getattr(getattr(key, "board", key), "view", None) for key in keys]
            assert views == ["FULL", "PUBLIC", "PUBLIC", "SCREEN"][: len(names)]
            assert keys[1] == keys[2]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("field", "frozen"), CASES)
async def test_two_get_together_what_each_gets_alone(
    world: World, field: str, frozen: bool, scaled: Callable[[int], int]
) -> None:
    random, seen = Random(f"{field} {frozen}"), Counter[str]()
    wanted = TRIPLES if scaled(10) == 10 else 1_200
    found = await made(world, frozen=frozen)
    async with opened(world) as hall:
        viewers = await viewers_of(hall, found)
        if field in NOT_FOR_SCREENS:
            viewers = {name: one for name, one in viewers.items() if not one.display_id}
        while seen.total() * len(CASES) < wanted:
            try:
                became, wrong = await compared(hall, random, viewers, any_operation(random, found.values, field))
            except Refused:  # it asks for too much at once
                continue
            assert not wrong, wrong
            seen += became
    few = seen.total() / 10
    # Each way often enough to say something; how often exactly goes with chance, and with what fields there are.
    assert min(seen["shared"], seen["apart"], seen["each its own"]) > few / 2, seen
    assert 0 < seen["refused"] < 4 * few, seen
    assert seen["a poll between"] < few, seen


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_whatever_is_declared_wrongly_is_noticed(world: World) -> None:
    found, random, unnoticed = await made(world), Random("wrong"), list[tuple[str, str]]()
    everything = {kind: dict.fromkeys(fields_of(kind), lambda _: True) for kind in GRAPHQL.type_map}
    async with opened(world) as hall:
        viewers = await viewers_of(hall, found)
        for kind, name in [*UNDECLARED, *FOR_SOME]:
            if (kind, name) in HARMLESS | NOT_THERE:
                continue
            # what can only be reached through it is declared with it
            wrong = {**everything, **SHAREABLE, kind: {**SHAREABLE[kind], name: lambda _: True}}
            hall.live.documents = Documents(GRAPHQL, wrong)
            for attempt in range(160):
                field = sorted(SUBSCRIPTIONS)[attempt % len(SUBSCRIPTIONS)]
                asked = operation(random, found.values, field, among(wrong), frozenset({(kind, name)}))
                try:
                    if (await compared(hall, random, viewers, asked, pairs=2))[1]:
                        break
                except Refused:
                    continue  # what chance put together may answer with more than anybody may ask for
            else:
                unnoticed.append((kind, name))
    assert unnoticed == []
