"""A freeze: whatever happens below it afterwards, nothing that the public can ask for or watch tells of it.

`OBSERVED` lists what derives from points or claims. The same questions are asked before and after hidden acts, and
in two worlds that differ only in them.
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hall import Hall, opened
from world import Company, Person, World

from models import TaskReview
from resolvers import claims, freezes, points
from rules.roles import Role

ROWS = """rank previousRank score points memberCount reachedAt id
  subject { ... on Member { id } ... on Organization { id } }"""
BOARD = f"version asOf state frozenAt finalAt view size rows(first: 100) {{ {ROWS} }}"
CLAIM = "id status decidedAt evidence reviewNote pointsEntry { id }"
TASK = f"""id claimedCount approvedCount claims(first: 100) {{ totalCount edges {{ node {{ {CLAIM} }} }} }}
  approvedClaims: claims(status: APPROVED) {{ totalCount edges {{ node {{ {CLAIM} }} }} }}"""
ARENA = f"""version view openCount claimedCount approvedCount recentApprovals(first: 50) {{ {CLAIM} }}
  tasks(first: 100) {{ totalCount edges {{ node {{ {TASK} }} }} }}"""
ENTRY = "id amount reason kind countsAt member { id } organization { id }"
PERIODS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "ALL_TIME")
OBSERVED = f"""query ($place: ID!, $task: ID!, $claim: ID!, $member: ID!) {{
  {" ".join(f"m{one}: leaderboard(input: {{organizationId: $place, period: {one}}}) {{ {BOARD} }}" for one in PERIODS)}
  {
    " ".join(
        f"o{one}: leaderboard(input: {{organizationId: $place, subject: ORGANIZATION, scoring: {one}}}) {{ {BOARD} }}"
        for one in ("TOTAL", "MEAN")
    )
}
  around: leaderboard(input: {{organizationId: $place}}) {{ around(subjectId: $member) {{ {ROWS} }}
    standing(subjectId: $member) {{ version points rank row {{ {ROWS} }} }} }}
  taskArena(organizationId: $place) {{ {ARENA} }}
  pointsLog(organizationId: $place) {{ edges {{ node {{ {ENTRY} }} }} }}
  task(id: $task) {{ {TASK} }}
  node(id: $claim) {{ ... on Claim {{ {CLAIM} }} }}
  member(id: $member) {{ balance debt pointsEntries {{ totalCount }} }}
  viewer {{ claimableTasks {{ totalCount edges {{ node {{ {TASK} }} }} }} }}
}}"""


@dataclass
class Stage:
    """A company with a frozen first branch, someone who watches from outside it, and work waiting for a decision."""

    world: World
    company: Company
    secretary: Person
    watcher: Person
    members: list[Person]
    tasks: list[Any]
    waiting: list[Any]

    async def seen(self) -> list[dict[str, Any]]:
        """By somebody who may not review, of every organization."""
        place = self.company
        return [
            await self.world.ask(
                self.watcher,
                OBSERVED,
                place=self.world.id(one),
                task=self.world.id(self.tasks[0]),
                claim=self.world.id(self.waiting[0]),
                member=self.world.id(self.members[0]),
            )
            for one in (place.root, place.first, place.second)
        ]

    async def acts(self) -> list[Callable[[], Awaitable[Any]]]:
        """What a freeze hides: entries and decisions below the first branch."""
        world, secretary = self.world, self.secretary
        session = await world.session(secretary)
        given = await world.award(secretary, self.members[1], 3)

        async def award() -> Any:
            return await world.award(secretary, self.members[2], 40)

        async def deduct() -> Any:
            return await world.award(secretary, self.members[0], -7)

        async def own() -> Any:
            return await world.award(secretary, self.company.first, 11)

        async def reverse() -> Any:
            return await points.reverse(session, given.id, "误记", "reverse")

        async def approve() -> Any:
            return await claims.approve(session, self.waiting[0].id, "好")

        async def send_back() -> Any:
            return await claims.return_for_more(session, self.waiting[1].id, "缺照片")

        async def reject() -> Any:
            return await claims.reject(session, self.waiting[2].id, "不是这一次")

        return [award, deduct, own, reverse, approve, send_back, reject]


async def stage(world: World, code: str = "GS") -> Stage:
    company = await world.company(code)
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    members = await world.members(4, at=company.first)
    watcher = await world.member("赵敏", at=company.second)
    tasks = [await world.task(secretary, at=company.first, title=f"任务{n}", capacity=3) for n in range(2)]
    tasks.append(await world.task(secretary, at=company.root, title="全委任务"))
    for number, one in enumerate(members):
        await world.award(secretary, one, 5 + number)
    await world.award(secretary, watcher, 6)
    approved = await handed_in(world, members[3], tasks[1])
    await claims.approve(await world.session(secretary), approved.id, None)
    waiting = [await handed_in(world, one, tasks[0]) for one in members[:3]]
    return Stage(world, company, secretary, watcher, members, tasks, waiting)


async def handed_in(world: World, person: Person, task: Any) -> Any:
    claim = await claims.claim(await world.session(person), task.id)
    return await claims.submit(await world.session(person), claim.id, "照片")


async def freeze(on: Stage, place: Any) -> None:
    await freezes.freeze(await on.world.session(on.secretary), place.id)


@pytest.mark.parametrize("seed", range(4))
async def test_nothing_public_tells_of_what_happens_below_a_freeze(world: World, seed: int) -> None:
    on = await stage(world)
    acts = await on.acts()
    random.Random(seed).shuffle(acts)
    await freeze(on, on.company.first if seed % 2 else on.company.root)
    frozen = await on.seen()
    assert frozen[1]["mMONTH"]["state"] == "FROZEN"
    assert frozen[1]["mMONTH"]["frozenAt"]
    for act in acts:
        await act()
        world.clock.advance(seconds=7)
        assert await on.seen() == frozen


async def test_two_worlds_that_differ_only_below_a_freeze_go_on_alike(world: World) -> None:
    """Versions of what everyone sees count no hidden change."""
    quiet, busy = await stage(world, "A"), await stage(world, "B")
    acts = await busy.acts()
    await quiet.acts()
    for on in (quiet, busy):
        await freeze(on, on.company.first)
    for act in acts:
        await act()
    seen: list[list[list[str]]] = []
    for on in (quiet, busy):
        versions: list[list[str]] = []
        for amount in (1, 2):
            await world.award(on.secretary, on.watcher, amount)
            observed = await on.seen()
            versions.append([board["mMONTH"]["version"] for board in observed])
            versions.append([board["taskArena"]["version"] for board in observed])
        seen.append(versions)
    assert seen[0] == seen[1]


async def test_reviewers_see_the_truth_and_a_member_its_own_points(world: World) -> None:
    on = await stage(world)
    await freeze(on, on.company.first)
    await world.award(on.secretary, on.members[0], 100)
    query = """query ($place: ID!) { leaderboard(input: {organizationId: $place}) { state view size
      rows { points subject { ... on Member { id } } } standing { points rank row { id } state } } }"""
    place = world.id(on.company.first)

    truth = (await world.ask(on.secretary, query, place=place))["leaderboard"]
    assert (truth["state"], truth["view"], truth["rows"][0]["points"]) == ("LIVE", "FULL", 105)

    own = (await world.ask(on.members[0], query, place=place))["leaderboard"]
    assert (own["state"], own["view"]) == ("FROZEN", "PUBLIC")
    assert own["rows"][0]["points"] < 100
    assert own["standing"] == {"points": 105, "rank": None, "row": None, "state": "FROZEN"}


async def test_unfreezing_moves_everything_to_the_truth_and_the_log_goes_on_in_order(world: World) -> None:
    on = await stage(world)
    acts = await on.acts()
    before = await on.seen()
    await freeze(on, on.company.first)
    frozen = await on.seen()
    for act in acts:
        await act()
    await world.award(on.secretary, on.watcher, 9)
    standing_still = await on.seen()
    assert standing_still[0]["pointsLog"] == frozen[0]["pointsLog"]  # of the whole root: order comes before freshness
    assert standing_still[2]["pointsLog"] != frozen[2]["pointsLog"]

    await freezes.unfreeze(await world.session(on.secretary), on.company.first.id)
    after = await on.seen()
    assert after[1]["mMONTH"]["state"] == "LIVE"
    assert after[1]["task"]["claimedCount"] == 2
    assert after[1]["task"]["approvedCount"] == 1
    for index in range(3):
        for name in ("mMONTH", "oMEAN", "taskArena"):
            assert int(after[index][name]["version"]) > int(standing_still[index][name]["version"])
    log = [edge["node"]["id"] for edge in after[0]["pointsLog"]["edges"]]
    earlier = [edge["node"]["id"] for edge in before[0]["pointsLog"]["edges"]]
    assert log[: len(earlier)] == earlier
    assert len(log) == len(set(log)) == len(earlier) + 6  # five entries were hidden, one was the watcher's


async def test_screens_stand_still_except_for_ones_own_points(world: World) -> None:
    on = await stage(world)
    acts = await on.acts()
    place = world.id(on.company.first)
    board = """subscription ($place: ID!) { leaderboardUpdated(input: {organizationId: $place}, maxPerSecond: 20) {
      version state size } }"""
    standing = """subscription ($place: ID!) { standingUpdated(input: {organizationId: $place}, maxPerSecond: 20) {
      version points rank } }"""
    async with opened(world) as hall:
        public = await hall.screen(on.watcher, board, place=place)
        full = await hall.screen(on.secretary, board, place=place)
        own = await hall.screen(on.members[2], standing, place=place)
        other = await hall.screen(on.members[3], standing, place=place)
        await _through(hall, freeze(on, on.company.first))
        await public.shows(lambda frame: frame["state"] == "FROZEN")
        for screen in (own, other):
            await screen.shows(lambda frame: frame["rank"] is None)
        still = [len(public.frames), len(other.frames)]
        had = own.newest["points"]
        for act in acts:
            before = full.version
            await _through(hall, act())
            await full.shows(lambda frame, before=before: full.version > before or frame["size"] == 0)
        await own.shows(lambda frame: frame["points"] == had + 40)
        assert own.newest["rank"] is None
        assert [len(public.frames), len(other.frames)] == still
        await _through(hall, freezes.unfreeze(await world.session(on.secretary), on.company.first.id))
        await public.shows(lambda frame: frame["state"] == "LIVE")
        await own.shows(lambda frame: frame["rank"] == 1)
        for screen in (public, full, own, other):
            versions = [int(frame["version"]) for frame in screen.frames]
            assert versions == sorted(versions)


async def _through(hall: Hall, act: Awaitable[Any]) -> None:
    """The world's sessions tell nobody; the poll does."""
    await act
    await hall.live.hub.poll()


async def test_a_freeze_holds_once_and_ends_once(world: World) -> None:
    on = await stage(world)
    mutation = """mutation ($place: ID!) { freezeLeaderboards(input: {organizationId: $place}) {
      __typename ... on FreezeLeaderboardsSuccess { frozenAt organization { code } } } }"""
    place = world.id(on.company.first)
    first = (await world.ask(on.secretary, mutation, place=place))["freezeLeaderboards"]
    world.clock.advance(minutes=5)
    assert (await world.ask(on.secretary, mutation, place=place))["freezeLeaderboards"] == first
    assert (await world.ask(on.watcher, mutation, place=place))["freezeLeaderboards"]["__typename"] == "NotAllowed"
    session = await world.session(on.secretary)
    for _ in range(2):
        await freezes.unfreeze(session, on.company.first.id)
    assert (await on.seen())[1]["mMONTH"]["state"] == "LIVE"


async def test_a_freeze_below_another_ends_without_showing_what_the_other_hides(world: World) -> None:
    on = await stage(world)
    acts = await on.acts()
    await freeze(on, on.company.root)
    await freeze(on, on.company.first)
    frozen = await on.seen()
    for act in acts:
        await act()
    await freezes.unfreeze(await world.session(on.secretary), on.company.first.id)
    shown = await on.seen()
    for one in (*frozen, *shown):
        for board in one.values():
            if isinstance(board, dict):
                for moving in ("version", "asOf"):
                    board.pop(moving, None)
                if board.get("standing"):
                    board["standing"].pop("version")
    assert shown == frozen


async def test_an_automatic_task_completed_under_a_freeze_is_hidden_too(world: World) -> None:
    on = await stage(world)
    task = await world.task(on.secretary, at=on.company.first, title="自动", review=TaskReview.AUTOMATIC)
    claim = await claims.claim(await world.session(on.members[0]), task.id)
    await freeze(on, on.company.first)
    frozen = await on.seen()
    await claims.submit(await world.session(on.members[0]), claim.id, "完成")
    assert await on.seen() == frozen
