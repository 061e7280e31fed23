"""A freeze: whatever happens below it afterwards, nothing that the public can ask for or watch tells of it.

`stage.OBSERVED` lists what derives from points or claims. The same questions are asked before and after hidden acts,
and in two worlds that differ only in them.
"""

import os
import random
from collections.abc import Awaitable
from typing import Any

import pytest
from hall import Hall, opened
from stage import freeze, stage
from world import Person, World

from models import TaskReview
from resolvers.arena import claims
from resolvers.leaderboards import freezes


@pytest.mark.parametrize("seed", range(4 if os.environ.get("LEITAI_SOAK") else 2))
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
    assert len(log) == len(set(log)) == len(earlier) + 10  # nine entries were hidden, one was the watcher's


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


async def test_an_automatic_task_tells_of_its_completion_when_the_freeze_ends(world: World) -> None:
    on = await stage(world)
    task = await world.task(on.secretary, at=on.company.first, title="自动", review=TaskReview.AUTOMATIC)
    claim = await claims.claim(await world.session(on.members[0]), task.id)
    await freeze(on, on.company.first)
    query = "query ($claim: ID!) { node(id: $claim) { ... on Claim { status submittedAt decidedAt } } }"

    async def seen(by: Person) -> dict[str, Any]:
        return (await world.ask(by, query, claim=world.id(claim)))["node"]

    before = await seen(on.watcher)
    world.clock.advance(seconds=7)
    await claims.submit(await world.session(on.members[0]), claim.id, "完成")

    assert before == await seen(on.watcher) == {"status": "CLAIMED", "submittedAt": None, "decidedAt": None}
    truth = await seen(on.secretary)
    assert truth["status"] == "APPROVED"
    assert truth["submittedAt"] == truth["decidedAt"] is not None
    assert await seen(on.members[0]) == truth
    await freezes.unfreeze(await world.session(on.secretary), on.company.first.id)
    assert await seen(on.watcher) == truth


async def test_handing_in_anew_after_a_hidden_return_is_hidden_too(world: World) -> None:
    on = await stage(world)
    await freeze(on, on.company.first)
    frozen = await on.seen()
    session = await world.session(on.secretary)
    await claims.return_for_more(session, on.waiting[0].id, "缺照片")
    world.clock.advance(seconds=7)
    await claims.submit(await world.session(on.members[0]), on.waiting[0].id, "照片")
    assert await on.seen() == frozen
