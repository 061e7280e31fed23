"""A hall that comes back all at once is looked up together; whoever lost a right meanwhile is not let in."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import hall
import pytest
from turns import longest_share
from world import Person, World

import models
from app.live.engine import LiveEngine
from models import AuthToken
from realtime.interfaces import Socket
from resolvers.accounts import sign_in
from resolvers.directory import members, roles
from resolvers.session import Viewer
from rules.roles import Role

SOCKETS_OF_ONE = 10


async def connect(live: LiveEngine, person: Person, socket: object = None) -> Viewer:
    viewer, _ = await live.connect({"authorization": f"Bearer {person.token}"}, cast(Socket, socket or object()))
    return cast(Viewer, viewer)


async def opens(live: LiveEngine, viewer: Viewer, at: str) -> None:
    query = "subscription ($at: ID!) { leaderboardUpdated(input: {organizationId: $at}) { version } }"
    await live.open(viewer, live.documents.subscription(query, None, {"at": at}))


async def at_once(live: LiveEngine, people: Sequence[Person], at: str) -> list[Viewer]:
    """Each comes with ten sockets, and opens a board on each."""

    async def comes(person: Person) -> Viewer:
        viewer = await connect(live, person)
        await opens(live, viewer, at)
        return viewer

    return await asyncio.gather(*(comes(one) for one in people for _ in range(SOCKETS_OF_ONE)))


async def test_two_thousand_sockets_of_two_hundred_tokens_take_a_few_statements(world: World) -> None:
    company = await world.company()
    people = await world.members(200, at=company.first)
    async with hall.opened(world) as opened:
        for expected in (20, 10):  # the second time every token is known, and only rights are asked for
            with world.count_queries() as heard:
                viewers = await at_once(opened.live, people, World.id(company.root))
            told = [one.member_id for one in viewers]
            assert told == [person.id for person in people for _ in range(SOCKETS_OF_ONE)]
            assert len(heard) <= expected, heard
        assert opened.live.viewers.asked == 4000
        assert opened.live.viewers.looked_up == 200


async def test_looking_again_at_five_thousand_tokens_keeps_nobody_waiting_for_the_whole_of_it(world: World) -> None:
    company = await world.company()
    li = await world.member("李强", at=company.first, roles=[Role.REVIEWER])
    now, life = world.clock.now, models.sessions.TOKEN_LIFE
    tokens = [
        AuthToken(account_id=li.account.id, token_hash=f"{number:064}", created_at=now, expires_at=now + life)
        for number in range(5_000)
    ]
    await AuthToken.bulk_create(tokens, batch_size=500)

    found, share = await longest_share(lambda: sign_in.viewers_of([one.id for one in tokens], now))

    assert len(found) == 5_000
    assert {one.member_id for one in found.values()} == {li.id}
    assert share < 1 / 8


async def test_who_comes_one_after_another_is_told_apart(world: World) -> None:
    company = await world.company()
    reviewer = await world.member("周杰", at=company.root, roles=[Role.REVIEWER])
    li = await world.member("李强", at=company.first)
    async with hall.opened(world) as opened:
        for person in (reviewer, li, reviewer, li):
            viewer = await connect(opened.live, person)
            assert viewer == await sign_in.viewer_of(person.token, world.clock.now)


@pytest.fixture(params=["signed out", "deactivated", "expired", "never was"])
def ending(request: pytest.FixtureRequest) -> str:
    return request.param


async def end(world: World, ending: str, secretary: Person, person: Person) -> None:
    match ending:
        case "signed out":
            await sign_in.sign_out(await world.session(person))
        case "deactivated":
            query = "mutation ($input: UpdateMemberInput!) { updateMember(input: $input) { __typename } }"
            answer = await world.ask(secretary, query, input={"memberId": World.id(person), "active": False})
            assert answer["updateMember"]["__typename"] == "UpdateMemberSuccess"
        case "expired":
            world.clock.now = person.token_expires_at
        case _:
            person.token = "x" * 43


async def test_a_token_that_ended_is_refused_at_once_though_it_is_remembered(world: World, ending: str) -> None:
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    li, zhao = [await world.member(name, at=company.first) for name in ("李强", "赵敏")]
    async with hall.opened(world) as opened:
        for _ in range(3):
            await asyncio.gather(connect(opened.live, li), connect(opened.live, zhao))
        await end(world, ending, secretary, li)
        answers: list[Any] = await asyncio.gather(
            *(connect(opened.live, one) for one in (li, zhao, li, secretary)), return_exceptions=True
        )
        refused = [isinstance(one, PermissionError) for one in answers]
        assert refused == ([True] * 4 if ending == "expired" else [True, False, True, False])


async def test_a_role_that_was_taken_away_is_gone_from_the_next_socket(world: World) -> None:
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    reviewer = await world.member("周杰", at=company.root, roles=[Role.REVIEWER])
    async with hall.opened(world) as opened:
        [grant] = (await connect(opened.live, reviewer)).grants
        await roles.revoke(await world.session(secretary), grant.id)
        assert (await connect(opened.live, reviewer)).grants == ()


async def test_a_database_that_is_away_is_told_to_all_who_ask_and_forgotten(world: World) -> None:
    company = await world.company()
    li = await world.member("李强", at=company.first)
    async with hall.opened(world) as opened:
        await models.sql.execute("ALTER TABLE auth_tokens RENAME TO elsewhere")
        answers: list[Any] = await asyncio.gather(*(connect(opened.live, li) for _ in range(5)), return_exceptions=True)
        assert all(isinstance(one, Exception) and not isinstance(one, PermissionError) for one in answers)
        await models.sql.execute("ALTER TABLE elsewhere RENAME TO auth_tokens")
        assert (await connect(opened.live, li)).member_id == li.id


class Busy:
    """A socket that has been told of new rights, and has not come to open its streams anew."""

    def __init__(self) -> None:
        self.told: list[object] = []

    async def renew(self, viewer: object, concerns: object = None) -> None:
        self.told.append(viewer)


async def test_a_frame_made_while_a_stream_is_opened_anew_shows_the_place_of_its_own_moment(world: World) -> None:
    """Or the stream that is opened anew would show another one at the same version."""
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    li, zhao = [await world.member(name, at=at) for name, at in (("李强", company.first), ("赵敏", company.second))]
    for person in (li, zhao):
        await world.award(secretary, person, 7)
    query = """subscription ($at: ID!) { leaderboardUpdated(input: {organizationId: $at, subject: ORGANIZATION}) {
        version standing { row { subject { ... on Organization { code } } } } } }"""
    async with hall.opened(world) as opened:
        socket = Busy()
        await connect(opened.live, li, socket)
        screen = await opened.screen(li, query, at=World.id(company.root))
        assert screen.newest["standing"]["row"]["subject"]["code"] == company.first.code
        await members.move(await world.session(secretary), li.id, company.second.id)
        await opened.live.check_rights()
        assert [cast(Viewer, one).place[-1] for one in socket.told] == [company.second.id]

        await opened.live.hub.poll()
        moved = await screen.shows(lambda frame: int(frame["version"]) > int(screen.frames[0]["version"]))

        assert moved["standing"]["row"]["subject"]["code"] == company.second.code
