"""Rights that end take effect on open streams within five seconds, on each operation by itself."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from halls import PASSWORD, Hall, Socket
from world import Person, World

import models
from models.sessions import TOKEN_LIFE

PROMISED = 5.0  # seconds
SLACK = 1.0  # of a busy machine


@contextmanager
def running(database_url: str) -> Iterator[Hall]:
    hall = Hall(database=database_url)
    try:
        yield hall
        assert " at=[" not in hall.server.log
        assert "[error" not in hall.server.log
    finally:
        hall.close()


@asynccontextmanager
async def in_time() -> AsyncGenerator[None]:
    async with asyncio.timeout(PROMISED + SLACK):
        yield


@asynccontextmanager
async def screens(hall: Hall, *people: Person, **variables: Any) -> AsyncGenerator[list[Socket]]:
    """One each, that has its first frame."""
    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(hall.screen(one, **variables)) for one in people]
        for screen in found:
            await screen.hears("next", "1")
        yield found


async def goes_on(hall: Hall, *sockets: Socket) -> None:
    for screen in sockets:
        assert await screen.ping() is not None
    await hall.award()
    for screen in sockets:
        await screen.board(lambda board: bool(board["rows"]))


async def signed_in(hall: Hall, person: Person | None = None) -> Person:
    """Once more; 孙丽 unless another."""
    person = person or hall.sun
    query = """mutation ($input: SignInInput!) { signIn(input: $input) { ... on SignInSuccess { token } } }"""
    answer = await hall.ask(None, query, input={"login": person.account.login, "password": PASSWORD})
    return replace(person, token=answer["token"])


# ---------------------------------------------------------------- tokens that end


async def who_signs_out_loses_every_socket_of_that_token(hall: Hall) -> None:
    leaving, staying = hall.people[0], hall.people[1]
    async with screens(hall, leaving, leaving, staying) as (one, other, theirs):
        await hall.ask(leaving, "mutation { signOut { __typename } }")
        async with in_time():
            assert await one.closed() == await other.closed() == (4403, "This token is no longer good")
        await goes_on(hall, theirs)


async def a_changed_password_ends_the_accounts_other_sessions(hall: Hall) -> None:
    here, elsewhere = await signed_in(hall), await signed_in(hall)
    async with screens(hall, here, elsewhere) as (kept, other):
        await hall.do(here, "changePassword", oldPassword=PASSWORD, newPassword=f"{PASSWORD}!")
        async with in_time():
            assert (await other.closed())[0] == 4403
        await goes_on(hall, kept)


async def a_session_ended_from_another_loses_its_sockets(hall: Hall) -> None:
    person = hall.people[8]
    await hall.do(hall.secretary, "updateMember", memberId=World.id(person), password=PASSWORD)
    here, elsewhere = await signed_in(hall, person), await signed_in(hall, person)
    async with screens(hall, here, elsewhere) as (kept, other):
        query = "query { viewer { sessions(first: 1) { edges { node { id current } } } } }"
        [newest] = (await hall.ask(here, query))["sessions"]["edges"]
        assert not newest["node"]["current"]
        await hall.do(here, "revokeSession", sessionId=newest["node"]["id"])
        async with in_time():
            assert (await other.closed())[0] == 4403
        await goes_on(hall, kept)


async def a_member_who_is_deactivated_is_signed_out(hall: Hall) -> None:
    leaving = hall.people[2]
    async with screens(hall, leaving, hall.people[1]) as (theirs, other):
        await hall.do(hall.secretary, "updateMember", memberId=World.id(leaving), active=False)
        async with in_time():
            assert (await theirs.closed())[0] == 4403
        await goes_on(hall, other)


async def a_token_ends_at_its_time_though_nobody_does_anything(hall: Hall) -> None:
    lasting = timedelta(seconds=2)
    async with hall.opened():
        token, _ = await models.sessions.issue(hall.people[3].account.id, datetime.now(UTC) - TOKEN_LIFE + lasting)
    async with screens(hall, replace(hall.people[3], token=token), hall.people[3]) as (ending, lasting_on):
        async with in_time():
            assert (await ending.closed(seconds=30))[0] == 4403
        await goes_on(hall, lasting_on)


# ---------------------------------------------------------------- rights that end


async def a_role_that_comes_and_goes_changes_the_view_and_the_stream_goes_on(hall: Hall) -> None:
    person = hall.people[4]
    async with screens(hall, person) as [screen]:
        given = {"memberId": World.id(person), "organizationId": hall.root, "role": "REVIEWER"}
        grant = (await hall.do(hall.secretary, "grantRole", "grant { id }", **given))["grant"]["id"]
        async with in_time():
            await screen.board(lambda board: board["view"] == "FULL")
        await hall.do(hall.secretary, "revokeRole", grantId=grant)
        async with in_time():  # though nothing on the board changed
            await screen.board(lambda board: board["view"] == "PUBLIC")
        await hall.award()
        assert (await screen.board(lambda _: True))["view"] == "PUBLIC"


async def a_role_ends_at_its_time(hall: Hall) -> None:
    person = hall.people[5]
    ends = datetime.now(UTC) + timedelta(seconds=4)
    given = {"memberId": World.id(person), "organizationId": hall.first, "role": "REVIEWER"}
    await hall.do(hall.secretary, "grantRole", endsAt=ends.isoformat(), **given)
    async with screens(hall, person, at=hall.first) as [screen]:
        async with asyncio.timeout(4 + PROMISED + SLACK):
            await screen.board(lambda board: board["view"] == "PUBLIC")
        await goes_on(hall, screen)


async def who_leaves_a_branch_loses_its_groups_board_and_nothing_else(hall: Hall) -> None:
    person = hall.people[6]
    async with screens(hall, person) as [screen]:
        await screen.subscribe("group", at=hall.group)
        await screen.board(lambda _: True, "group")
        given = {"memberId": World.id(person), "organizationId": hall.second}
        await hall.do(hall.secretary, "moveMember", **given)
        await refused(screen, "group")
        await goes_on(hall, screen)


async def a_group_that_moves_is_lost_to_the_branch_that_it_left(hall: Hall) -> None:
    person = hall.people[7]
    given = {"parentId": hall.first, "code": "GS-1-9", "name": "第九党小组", "kind": "GROUP"}
    group = (await hall.do(hall.operator, "createOrganization", "organization { id }", **given))["organization"]["id"]
    async with screens(hall, person) as [screen], screens(hall, hall.operator, at=group) as [everywhere]:
        await screen.subscribe("group", at=group)
        await screen.board(lambda _: True, "group")
        await hall.do(hall.operator, "moveOrganization", organizationId=group, parentId=hall.second)
        await refused(screen, "group")
        await goes_on(hall, screen)
        assert all(message["type"] == "next" for message in await everywhere.ping())


async def refused(screen: Socket, operation: str) -> None:
    """Its `error`, in time; and nothing of it after that."""
    async with in_time():
        while (message := await screen.hear())["type"] == "next":
            pass
    assert (message["type"], message["id"]) == ("error", operation)
    assert message["payload"][0]["extensions"]["code"] == "NOT_FOUND"
    assert all(one["id"] != operation for one in await screen.ping())


STORIES: list[Callable[[Hall], Coroutine[Any, Any, None]]] = [
    who_signs_out_loses_every_socket_of_that_token,
    a_changed_password_ends_the_accounts_other_sessions,
    a_session_ended_from_another_loses_its_sockets,
    a_member_who_is_deactivated_is_signed_out,
    a_token_ends_at_its_time_though_nobody_does_anything,
    a_role_that_comes_and_goes_changes_the_view_and_the_stream_goes_on,
    a_role_ends_at_its_time,
    who_leaves_a_branch_loses_its_groups_board_and_nothing_else,
    a_group_that_moves_is_lost_to_the_branch_that_it_left,
]


@pytest.mark.parametrize("engine", ["sqlite", "postgres"], indirect=True)
def test_all_of_it_at_once(database_url: str) -> None:
    with running(database_url) as hall:

        async def at_once() -> None:
            async with asyncio.TaskGroup() as stories:
                for story in STORIES:
                    stories.create_task(story(hall), name=story.__name__)
            await hall.settles(sockets=0, boards_watched=0)

        asyncio.run(at_once())
