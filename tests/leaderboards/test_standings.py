"""Where one stands, and what was given, live."""

import asyncio
import json
from collections.abc import AsyncGenerator

import pytest
from hall import Hall, Screen, opened
from world import World

from models import pages
from realtime.logs import LogSource
from resolvers.directory import members
from rules.roles import Role

STANDING = """subscription ($input: LeaderboardInput!, $subject: ID) {
  standingUpdated(input: $input, subjectId: $subject, maxPerSecond: 20) {
    version points rank size row { rank subject { ... on Member { displayName } } } } }"""
LOG = """subscription ($organization: ID!, $after: String) {
  pointsAwarded(organizationId: $organization, after: $after) {
  cursor edges { cursor node { amount reason member { displayName } organization { name } } } } }"""
NESTED = """subscription ($organization: ID!, $after: String) { pointsAwarded(organizationId: $organization) {
  edges { node { member { pointsEntries(after: $after) { edges { cursor } } } } } } }"""
PAGE = """query ($organization: ID!, $after: String, $first: Int) {
  pointsLog(organizationId: $organization, after: $after, first: $first) {
    cursor edges { cursor node { amount reason member { displayName } organization { name } } } } }"""


@pytest.fixture
async def hall(world: World) -> AsyncGenerator[Hall]:
    async with opened(world) as made:
        yield made


async def test_everybody_follows_their_own_place_from_one_load(world: World, hall: Hall) -> None:
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    people = await world.members(8, at=company.first)
    board = {"organizationId": world.id(company.root), "period": "MONTH"}
    screens = [await hall.screen(one, STANDING, input=board) for one in people]
    assert all(screen.shared and screen.newest["rank"] is None for screen in screens)
    assert all(screen.newest["points"] == 0 for screen in screens)

    loads = hall.live.hub.counters.loads
    await world.award(secretary, people[3], 7)
    await hall.live.hub.poll()
    mine = await screens[3].shows(lambda frame: frame["rank"] == 1)
    assert mine["row"] == {"rank": 1, "subject": {"displayName": "党员4"}}
    for screen in screens:
        await screen.shows(lambda frame: frame["size"] == 1)
    assert hall.live.hub.counters.loads == loads + 1


async def test_a_hidden_member_sees_itself_and_nobody_else_sees_it(world: World, hall: Hall) -> None:
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    hidden = await world.member("李强", at=company.first)
    other = await world.member("赵敏", at=company.first)
    await world.award(secretary, hidden, 7)
    await members.update_my_privacy(await hall.session(hidden), alias=None, hidden_on_boards=True)
    board = {"organizationId": world.id(company.root)}

    own = await hall.screen(hidden, STANDING, input=board)
    assert own.newest["row"]["subject"] == {"displayName": "李强"}
    watched = await hall.screen(other, STANDING, input=board, subject=world.id(hidden))
    assert (watched.newest["rank"], watched.newest["points"], watched.newest["row"]) == (None, 0, None)
    reviewing = await hall.screen(secretary, STANDING, input=board, subject=world.id(hidden))
    assert reviewing.newest["points"] == 7


async def test_the_log_replays_and_goes_on_and_equals_its_twin(world: World, hall: Hall) -> None:
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    member = await world.member("李强", at=company.first)
    elsewhere = await world.member("赵敏", at=company.second)
    root, first = world.id(company.root), world.id(company.first)
    for amount in range(1, 4):
        await world.award(secretary, member, amount)
    await world.award(secretary, elsewhere, 50)
    await world.award(secretary, company.first, 9)

    everything = await hall.screen(member, LOG, organization=root)
    assert [edge["node"]["amount"] for edge in everything.newest["edges"]] == [1, 2, 3, 50, 9]
    here = await hall.screen(member, LOG, organization=first, after=everything.newest["edges"][1]["cursor"])
    assert [edge["node"]["amount"] for edge in here.newest["edges"]] == [3, 9]
    assert here.newest["edges"][1]["node"]["member"] is None

    await world.award(secretary, member, 4)
    await hall.live.hub.poll()
    await here.shows(lambda frame: [edge["node"]["amount"] for edge in frame["edges"]] == [4])
    await everything.shows(lambda frame: [edge["node"]["amount"] for edge in frame["edges"]] == [4])

    pages, after = [], None
    while True:
        page = (await world.ask(member, PAGE, organization=root, after=after, first=2))["pointsLog"]
        if not page["edges"]:
            break
        pages += page["edges"]
        after = page["cursor"]
    assert pages == [edge for frame in everything.frames for edge in frame["edges"]]
    assert after == everything.newest["cursor"]


class Told(Screen):
    """One that reads what it is told of errors too."""

    def _keep(self, payload: bytes) -> None:
        self.frames.append(json.loads(payload[:-1]))


async def test_a_cursor_that_no_column_takes_is_told_so_and_the_log_goes_on(world: World, hall: Hall) -> None:
    """Also deep in a frame, where what the database says might be taken for a database that is away."""
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    member = await world.member("李强", at=company.first)
    await world.award(secretary, member, 1)
    viewer = await hall.live.viewer(f"Bearer {member.token}")
    screens: list[Told] = []
    for bad in (["9" * 30, "0"], [2**40, 2**40], ["\x00", "0"]):
        given = {"organization": world.id(company.root), "after": pages.cursor(bad)}
        operation = hall.live.documents.subscription(NESTED, None, given)
        source, group, execute, _ = await hall.live.open(viewer, operation)
        assert isinstance(source, LogSource)
        screens.append(Told())
        hall.places.append(hall.live.hub.follow(source, group, execute, operation.shareable, screens[-1]))

    for count in (1, 2):
        for screen in screens:
            async with asyncio.timeout(10):
                while len(screen.frames) < count:
                    await asyncio.sleep(0.01)
            assert {one["extensions"]["code"] for one in screen.newest["errors"]} == {"BAD_USER_INPUT"}
        await world.award(secretary, member, 2)
        await hall.live.hub.poll()


async def test_a_cursor_that_is_none_is_told_so(world: World) -> None:
    company = await world.company()
    member = await world.member("李强", at=company.first)
    for bad in ("x", "WzFd", "WyJhIiwgImIiXQ", "W10", "WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTk5IiwgIjAiXQ"):
        result = await world.execute(member, PAGE, organization=world.id(company.root), after=bad)
        assert result.errors
        assert "cursor" in result.errors[0].message
