"""The course board, live: completions as they happen, and the leaderboards that a late report moves."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from course import do, heard, offered, published
from hall import Hall, opened
from story import Story, told
from world import World

from resolvers.directory import members, organizations
from resolvers.leaderboards import freezes
from resolvers.learning import studies
from rules.roles import Role

BOARD = """subscription ($at: ID!) { courseBoardUpdated(organizationId: $at, maxPerSecond: 20) {
  version view courses { totalCount edges { node { title completionCount lecturer { displayName } } } } } }"""
RANKS = """subscription ($at: ID!, $period: PeriodKind!, $on: Date) {
  leaderboardUpdated(input: { organizationId: $at, period: $period, on: $on }, maxPerSecond: 20) {
    version state rows { score subject { ... on Member { displayName } } } } }"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


@pytest.fixture
async def hall(world: World) -> AsyncGenerator[Hall]:
    async with opened(world) as made:
        yield made


def counts(frame: dict[str, Any]) -> dict[str, int]:
    return {edge["node"]["title"]: edge["node"]["completionCount"] for edge in frame["courses"]["edges"]}


async def listen(hall: Hall, who: Any, course: Any, key: str = "k", **given: Any) -> None:
    wanted: dict[str, Any] = {"seconds": 600, "occurred_at": None, **given}
    await studies.record(await hall.session(who), course_id=course.id, key=key, **wanted)


async def test_a_completion_shows_at_once_on_every_board_that_lists_the_course(
    world: World, story: Story, hall: Hall
) -> None:
    company = story.company
    above = await published(world, story.secretary, at=company.root, title="全委")
    below = await published(world, story.secretary, at=company.second, title="二支部")
    root, first, second = [
        await hall.screen(story.sun, BOARD, at=world.id(one)) for one in (company.root, company.first, company.second)
    ]
    assert (counts(root.newest), counts(first.newest)) == ({"二支部": 0, "全委": 0}, {"全委": 0})

    await listen(hall, story.li, above, "one")
    for screen in (root, first, second):
        await screen.shows(lambda frame: counts(frame)["全委"] == 1)
    still = len(first.frames)
    await listen(hall, story.zhao, below, "two")
    await root.shows(lambda frame: counts(frame)["二支部"] == 1)
    await second.shows(lambda frame: counts(frame)["二支部"] == 1)
    assert len(first.frames) == still, "nothing of another branch"
    for screen in (root, first, second):
        versions = [int(frame["version"]) for frame in screen.frames]
        assert versions == sorted(set(versions))
        assert screen.shared


async def test_the_board_follows_publishing_archiving_and_names(world: World, story: Story, hall: Hall) -> None:
    screen = await hall.screen(story.zhao, BOARD, at=world.id(story.company.first))
    course = await offered(world, story.li, at=story.company.root, title="家风")

    async def done(operation: str) -> None:
        await do(world, story.secretary, operation, courseId=world.id(course))
        await hall.live.hub.poll()

    assert len(screen.frames) == 1
    await done("publishCourse")
    shown = await screen.shows(lambda frame: frame["courses"]["totalCount"] == 1)
    assert shown["courses"]["edges"][0]["node"]["lecturer"]["displayName"] == "李强"
    await members.update_my_privacy(await hall.session(story.li), alias="强哥", hidden_on_boards=None)
    await screen.shows(lambda frame: frame["courses"]["edges"][0]["node"]["lecturer"]["displayName"] == "强哥")
    await done("archiveCourse")
    await screen.shows(lambda frame: frame["courses"]["totalCount"] == 0)


async def test_a_board_that_moves_shows_what_its_new_place_offers(world: World, story: Story, hall: Hall) -> None:
    await world.grant(story.secretary, Role.ADMIN, at=story.company.root)
    await published(world, story.secretary, at=story.company.general, title="机关")
    screen = await hall.screen(story.secretary, BOARD, at=world.id(story.company.second))
    assert counts(screen.newest) == {}
    session = await hall.session(story.secretary)
    await organizations.move(session, story.company.second.id, story.company.general.id)
    await screen.shows(lambda frame: counts(frame) == {"机关": 0})


async def test_heard_yesterday_and_reported_today_moves_yesterday_and_the_month(
    world: World, story: Story, hall: Hall
) -> None:
    course = await published(world, story.secretary, at=story.company.root, ago=7 * 86_400, lecturer=story.zhao)
    at = {"at": world.id(story.company.root)}
    yesterday = await hall.screen(story.sun, RANKS, **at, period="DAY", on="2026-03-09")
    month = await hall.screen(story.sun, RANKS, **at, period="MONTH")
    today = await hall.screen(story.sun, RANKS, **at, period="DAY")
    assert (yesterday.newest["state"], yesterday.newest["rows"]) == ("SETTLING", [])

    offline = world.clock.now.replace(day=9, hour=12)
    await listen(hall, story.li, course, occurred_at=offline)
    both = [("李强", 5), ("赵敏", 1)]
    for screen in (yesterday, month):
        await screen.shows(lambda frame: len(frame["rows"]) == 2)
        assert [(row["subject"]["displayName"], row["score"]) for row in screen.newest["rows"]] == both
    assert today.newest["rows"] == []

    final = await hall.screen(story.sun, RANKS, **at, period="DAY", on="2026-03-08")
    five_days_ago = world.clock.now.replace(day=5)
    await listen(hall, story.sun, course, occurred_at=five_days_ago)
    await today.shows(lambda frame: [row["score"] for row in frame["rows"]] == [5, 1])
    assert final.newest["rows"] == []


# ---------------------------------------------------------------- freezes

COUNT = """query ($at: ID!, $id: ID!) { course(id: $id) { completionCount }
  courseBoard(organizationId: $at) { courses { edges { node { completionCount } } } }
  courses(organizationId: $at) { edges { node { completionCount } } } }"""


async def test_whoever_is_frozen_its_completions_are_not_told(world: World, story: Story) -> None:
    """Of the course, of its lecturer, or of the listener: any of the three."""
    company = story.company
    watcher = await world.member("吴刚", at=company.third)
    cases = [
        (company.first, company.first, story.secretary, story.zhao),
        (company.first, company.root, story.li, story.zhao),
        (company.second, company.root, story.li, story.zhao),
        (company.root, company.second, story.li, story.zhao),
    ]
    for frozen, at, lecturer, listener in cases:
        course = await published(world, story.secretary, at=at, lecturer=lecturer)
        await heard(world, story.sun, course)
        await freezes.freeze(await world.session(story.secretary), frozen.id)
        await heard(world, listener, course)
        where = {"at": world.id(at), "id": world.id(course)}

        async def told_to(who: Any, where: dict[str, str] = where) -> set[int]:
            found = await world.ask(who, COUNT, **where)
            lists = [found["courseBoard"]["courses"]["edges"][0], found["courses"]["edges"][0]]
            return {found["course"]["completionCount"], *(edge["node"]["completionCount"] for edge in lists)}

        assert (await told_to(watcher), await told_to(story.reviewer)) == ({1}, {2}), (frozen.name, at.name)
        await freezes.unfreeze(await world.session(story.secretary), frozen.id)
        assert await told_to(watcher) == {2}
        await do(world, story.secretary, "archiveCourse", courseId=world.id(course))


async def test_a_screen_of_another_branch_stands_still_until_the_freeze_ends(
    world: World, story: Story, hall: Hall
) -> None:
    course = await published(world, story.secretary, at=story.company.root, lecturer=story.li, title="全委")
    await freezes.freeze(await hall.session(story.secretary), story.company.first.id)
    public = await hall.screen(story.zhao, BOARD, at=world.id(story.company.third))
    full = await hall.screen(story.reviewer, BOARD, at=world.id(story.company.third))
    await listen(hall, story.sun, course)
    await full.shows(lambda frame: counts(frame) == {"全委": 1})
    await hall.live.hub.poll()
    assert [counts(frame) for frame in public.frames] == [{"全委": 0}]
    await freezes.unfreeze(await hall.session(story.secretary), story.company.first.id)
    await public.shows(lambda frame: counts(frame) == {"全委": 1})
