"""Subscriptions as npm's graphql-ws sees them, while a company lives through a season at random.

The first frame equals the query's answer; the frame that bears a fresh query's version equals that query; versions only
grow, and two changes never share one. A board that forgets what it depends on fails here.
"""

import asyncio
import itertools
import os
import random
import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from follower import Follower, following
from season import Api, Season
from server import Server
from world import Company, Person, World

from models import Organization, OrganizationKind
from realtime.documents import Documents
from rules.roles import Role
from schema import schema
from schema.live import SHAREABLE

ACTS = 200  # in `make soak`
LEAST = 80  # in `make test`: nearly every kind of act succeeds
LOOKED_AT = 5  # boards after an act; all of them after one that is new
FRAGMENTS = {
    "Card": "Organization { id code name kind }",
    "Named": "Ranked { __typename ... on Member { id displayName organization { ...Card } } ...Card }",
    "Row": "LeaderboardRow { id rank previousRank score points memberCount reachedAt subject { ...Named } }",
    "Place": "Standing { id version view state asOf size points rank row { ...Row } }",
    "Board": """Leaderboard {
        id organization { ...Card } subject scoring period { kind startsAt endsAt } state frozenAt finalAt view version
        asOf size rows(first: 50) { ...Row } below: rows(first: 2, offset: 2) { ...Row }
        around(subjectId: $subject, radius: 2) { ...Row } standing(subjectId: $subject) { ...Place } }""",
    "Work": """Task {
        id organization { ...Card } title description points status review capacity claimedCount approvedCount
        opensAt dueAt }""",
    "Works": "TaskConnection { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { ...Work } } }",
    "Approval": """Claim {
        id status claimedAt submittedAt decidedAt task { ...Work }
        member { id displayName organization { ...Card } } }""",
    "Arena": """TaskArena {
        id organization { ...Card } version view openCount claimedCount approvedCount tasks(first: 100) { ...Works }
        scheduled: tasks(status: SCHEDULED) { ...Works } recentApprovals(first: 20) { ...Approval } }""",
}
BOARD, ARENA = "...Board", "...Arena"  # the same for all who see it; below, for one viewer only
OWN_BOARD = "...Board mine: standing { ...Place }"
OWN_ARENA = """...Arena closed: tasks(status: CLOSED) { ...Works } drafts: tasks(status: DRAFT) { ...Works }
    own: tasks { edges { node { myClaim { id status evidence reviewNote pointsEntry { amount } } } } }"""
OWN = (OWN_BOARD, OWN_ARENA)


def with_fragments(operation: str) -> str:
    """The operation and what it spreads."""
    document, used = operation, set[str]()
    while missing := set(re.findall(r"\.\.\.([A-Z]\w+)", document)) - used:
        used |= missing
        document += "".join(f" fragment {name} on {FRAGMENTS[name]}" for name in sorted(missing))
    return document


@dataclass
class Stream:
    """One subscription of one viewer, and the same selection as a query."""

    viewer: Person
    field: str
    body: str
    variables: dict[str, Any]
    name: str = ""
    fresh: Any = None  # what the query last answered

    def document(self, operation: str) -> str:
        declared, given = {
            "leaderboard": ("$input: LeaderboardInput!, $subject: ID!", "input: $input"),
            "taskArena": ("$organization: ID!", "organizationId: $organization"),
        }[self.field]
        if operation == "query":
            return with_fragments(f"query ({declared}) {{ board: {self.field}({given}) {{ {self.body} }} }}")
        given += ", maxPerSecond: 20"
        return with_fragments(f"subscription ({declared}) {{ board: {self.field}Updated({given}) {{ {self.body} }} }}")


@pytest.fixture
async def server(world: World, database: str) -> AsyncGenerator[Server]:
    world.clock.now = datetime.now(UTC) - timedelta(days=1)
    running = Server(DATABASE_URL=database)
    yield running
    running.close()


def boards(company: Company, deep: Organization, reviewer: Person, li: Person, zhao: Person) -> list[Stream]:
    """Every way in which a board counts, in both views, shared by a hall or made for one."""

    def leaderboard(viewer: Person, at: Any, body: str = BOARD, about: Any = li, **wanted: Any) -> Stream:
        given = {"organizationId": World.id(at), **wanted}
        return Stream(viewer, "leaderboard", body, {"input": given, "subject": World.id(about)})

    def arena(viewer: Person, at: Any, body: str = ARENA) -> Stream:
        return Stream(viewer, "taskArena", body, {"organization": World.id(at)})

    organizations = {"subject": "ORGANIZATION"}
    first, second, general, third, group = (
        company.first,
        company.second,
        company.general,
        company.third,
        company.group,
    )
    return [
        leaderboard(li, company.root),
        leaderboard(reviewer, company.root, OWN_BOARD),
        leaderboard(li, first, period="DAY"),
        leaderboard(zhao, second, OWN_BOARD, about=zhao, period="ALL_TIME"),
        leaderboard(reviewer, group, period="QUARTER"),
        leaderboard(zhao, company.root, OWN_BOARD, about=second, **organizations),
        leaderboard(li, company.root, about=first, scoring="TOTAL", period="YEAR", **organizations),
        leaderboard(reviewer, general, about=third, childrenOnly=True, **organizations),
        leaderboard(zhao, company.root, about=general, organizationKind="GENERAL_BRANCH", **organizations),
        leaderboard(reviewer, first, about=group, organizationKind="GROUP", scoring="TOTAL", **organizations),
        arena(li, company.root),
        arena(reviewer, company.root, OWN_ARENA),
        arena(li, first, OWN_ARENA),
        arena(zhao, third),
        arena(reviewer, group),
        arena(reviewer, deep),
    ]


async def season_of(world: World, url: str) -> tuple[Season, list[Stream]]:
    """A company with a yesterday, so that boards know a previous rank."""
    company = await world.company()
    seed = int(os.environ.get("LEITAI_SEED") or random.SystemRandom().randrange(2**32))
    print(f"LEITAI_SEED={seed}")  # noqa: T201 -- shown by pytest when the test fails
    deep = await world.organization("第二党小组", "GS-J-3-1", OrganizationKind.GROUP, below=company.third)
    operator = await world.operator()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    reviewer = await world.member("周杰", at=company.root, roles=[Role.REVIEWER])
    li = await world.member("李强", at=company.first)
    zhao = await world.member("赵敏", at=company.second)
    places = [company.first, company.second, company.third, company.group]
    others = [await world.member(f"党员{number}", at=place) for number, place in enumerate(places * 2)]
    for count, who in enumerate([li, zhao, *others]):
        await world.award(secretary, who, 5 + count % 4)
    world.clock.now = datetime.now(UTC)
    await world.let_time_write()
    season = Season(
        Api(url),
        random.Random(seed),
        company,
        operator,
        secretary,
        reviewer,
        people=[li, zhao, *others[:6]],
        leavers=others[6:],
        settled=[li],
        freezing=True,
    )
    return season, boards(company, deep, reviewer, li, zhao)


def version_of(board: Any) -> tuple[int, int]:
    """The board's; and, of a viewer's own standing on a frozen one, its own, which counts what others do not see."""
    mine = board.get("mine")
    return int(board["version"]), int(mine["version"]) if mine else 0


def breaks(frames: list[Any]) -> list[str]:
    """Where versions do not grow. When a viewer's rights were looked at anew, the newest frame may come again, as it
    was but for what is the viewer's own: that moves on without the board's version."""
    return [
        f"{version_of(one)}, then {version_of(other)}: {differences(one, other)}"
        for one, other in itertools.pairwise(frames)
        if version_of(one) >= version_of(other) and without_own(one) != without_own(other)
    ]


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [told for key in one for told in differences(one[key], other[key], f"{path}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [told for place, (a, b) in pairs for told in differences(a, b, f"{path}[{place}]")]
    return [] if one == other else [f"{path}: {one!r} != {other!r}"]


async def asked(season: Season, stream: Stream) -> Any:
    return (await season.api.ask(stream.viewer, stream.document("query"), **stream.variables))["board"]


def without_own(board: Any) -> Any:
    return {name: part for name, part in board.items() if name != "own"}


async def agree(season: Season, follower: Follower, stream: Stream) -> None:
    """What the query answers now, the stream shows; and what is other than before has a greater version."""
    while True:
        fresh, before = await asked(season, stream), stream.fresh
        if season.frozen and fresh["view"] == "PUBLIC":
            # One's own claim moves on where a freeze hides it from the others; no public version may tell of that.
            fresh, before = without_own(fresh), before and without_own(before)
        version, wrong = version_of(fresh), "changed without a greater version"
        stream.fresh = fresh
        if before is None or version_of(before) < version:
            before = await follower.newest(stream.name, lambda frame, wanted=version: version_of(frame) >= wanted)
            wrong = "frame and query differ"
            before = without_own(before) if "own" not in fresh else before
            if version_of(before) > version:
                continue  # time has written something since the query
        if "own" not in before:
            fresh = without_own(fresh)
        if fresh != before:
            if stream.body in OWN and version_of(await asked(season, stream)) > version:
                continue  # time wrote while it was made: what only one viewer sees is read field by field
            told = [f"{wrong}: {stream.name}", *differences(before, fresh), "after", *season.told[-10:]]
            raise AssertionError("\n".join(told))
        return


async def join(season: Season, follower: Follower, stream: Stream, name: str) -> None:
    """Follow it anew: the first frame is the state as it stands."""
    stream.name, stream.fresh = name, None
    await follower.follow(name, stream.viewer, stream.document("subscription"), stream.variables)
    await agree(season, follower, stream)
    if len(follower.frames[name]) == 1:  # otherwise time wrote something just now
        [first] = follower.frames[name]
        assert (first if "own" in stream.fresh else without_own(first)) == stream.fresh


def test_a_hall_shares_the_widest_selections_and_not_what_is_for_one() -> None:
    documents = Documents(schema._schema, SHAREABLE)
    selections = {BOARD: "leaderboard", OWN_BOARD: "leaderboard", ARENA: "taskArena", OWN_ARENA: "taskArena"}
    for body, name in selections.items():
        variables = {"input": {"organizationId": "a"}, "subject": "b", "organization": "c"}
        document = Stream(cast(Person, None), name, body, variables).document("subscription")
        assert documents.subscription(document, None, variables).shareable is (body not in OWN)


async def test_frames_are_what_a_query_answers_throughout_a_season(
    world: World, server: Server, scaled: Callable[[int], int]
) -> None:
    acts = max(scaled(ACTS), LEAST)
    season, streams = await season_of(world, server.url)
    server.start()
    async with following(server.url) as follower, season.api.client:
        for number, stream in enumerate(streams):
            await join(season, follower, stream, f"{number} {stream.field} {stream.variables}")

        checks = 0
        while len(season.told) < acts:
            for _ in range(season.random.choice([1, 1, 1, 4])):  # sometimes faster than frames may follow
                await season.act()
            checks += 1
            looked_at = streams if season.news else season.random.sample(streams, LOOKED_AT)
            await asyncio.gather(*(agree(season, follower, stream) for stream in looked_at))
            if checks % 10 == 5:
                late = season.random.choice(streams)
                await follower.stop(late.name)
                await join(season, follower, late, f"{late.name}, joined after {len(season.told)} acts")

        assert not follower.ended
    assert {name: found for name, frames in follower.frames.items() if (found := breaks(frames))} == {}
    assert season.succeeded.total() > acts // 2, season.refused
    assert "[error" not in server.log
