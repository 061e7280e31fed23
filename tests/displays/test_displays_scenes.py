"""What a screen shows fits where it hangs, and a scene that a screen can't show is known to those who manage it."""

from __future__ import annotations

from typing import Any

import pytest
from screens import REPORT, UPDATE, approve, asked, paired
from story import Story, told
from world import Person, World

SCENES = "query ($id: ID!) { node(id: $id) { ... on Display { version scenes { id kind failingSince } } } }"
DISPLAY = "{ viewer { display { id } } }"
BRANCHES: dict[str, Any] = {"kind": "ORGANIZATION_LEADERBOARD"}
GROUPS: dict[str, Any] = {**BRANCHES, "organizationKind": "GROUP"}


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def test_a_scene_that_can_never_work_is_refused_and_named(world: World, story: Story) -> None:
    """A screen sees groups within their branch only."""
    root, first = world.id(story.company.root), world.id(story.company.first)
    code = (await asked(world))["code"]
    for at, scene in ((root, GROUPS), (first, {**GROUPS, "organizationId": root})):
        refused = await approve(world, story.secretary, code, organizationId=at, scenes=[BRANCHES, scene])
        assert [one["path"] for one in refused["fields"]] == [["scenes", "1", "organizationKind"]]


async def test_what_is_ranked_by_default_fits_where_the_board_is_of(world: World, story: Story) -> None:
    root, first = world.id(story.company.root), world.id(story.company.first)
    scenes = [BRANCHES, {**BRANCHES, "organizationId": root}]
    made = await approve(world, story.secretary, (await asked(world))["code"], organizationId=first, scenes=scenes)
    assert [one["organizationKind"] for one in made["display"]["scenes"]] == ["GROUP", "BRANCH"]
    given = {"displayId": made["display"]["id"], "organizationId": root}
    moved = (await world.ask(story.secretary, UPDATE, input=given))["updateDisplay"]
    assert [one["organizationKind"] for one in moved["display"]["scenes"]] == ["BRANCH", "BRANCH"]


async def report(world: World, who: Person | None, failing: list[str]) -> dict[str, Any]:
    return (await world.ask(who, REPORT, input={"failingSceneIds": failing}))["reportScenes"]


async def test_a_scene_that_a_screen_cannot_show_is_reported(world: World, story: Story) -> None:
    scenes = [{"kind": "MEMBER_LEADERBOARD"}, {"kind": "TASK_ARENA"}]
    screen = await paired(world, story.secretary, story.company.first, scenes=scenes)
    other = await paired(world, story.secretary, story.company.first, scenes=scenes)
    display = (await world.ask(screen, DISPLAY))["viewer"]["display"]["id"]

    async def shown() -> dict[str, Any]:
        return (await world.ask(story.secretary, SCENES, id=display))["node"]

    before = await shown()
    members, arena = (one["id"] for one in before["scenes"])
    began = world.clock.now.isoformat().replace("+00:00", "Z")
    assert (await report(world, screen, [arena]))["__typename"] == "ReportScenesSuccess"
    world.clock.advance(minutes=5)
    for again in ([arena, members], [arena]):
        await report(world, screen, again)
    await report(world, other, [members])  # of itself alone
    assert [one["failingSince"] for one in (await shown())["scenes"]] == [None, began]
    assert (await shown())["version"] == before["version"]
    await report(world, screen, [])
    assert await shown() == before


async def test_only_a_screen_reports_and_no_more_than_it_has(world: World, story: Story) -> None:
    for who in (None, story.secretary):
        assert (await report(world, who, []))["__typename"] == "NotAllowed"
    screen = await paired(world, story.secretary, story.company.first)
    assert (await report(world, screen, ["x"] * 31))["fields"][0]["path"] == ["failingSceneIds"]
