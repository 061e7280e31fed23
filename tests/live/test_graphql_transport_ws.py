"""graphql-transport-ws to the letter, against a real server: every message, every close code."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from halls import BOARD, Hall, Socket
from websockets import InvalidStatus

SOCKETS_PER_TOKEN, SOCKETS_PER_ADDRESS, OPERATIONS = 4, 12, 64
MOST_FRAME = 64 * 1024


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    made = Hall(
        tmp_path_factory.mktemp("ws"),
        LEITAI_SOCKETS_PER_TOKEN=str(SOCKETS_PER_TOKEN),
        LEITAI_SOCKETS_PER_ADDRESS=str(SOCKETS_PER_ADDRESS),
    )
    yield made
    assert " at=[" not in made.server.log
    assert "[error" not in made.server.log
    made.close()


# ---------------------------------------------------------------- the connection


async def test_a_message_may_be_as_large_as_that_and_come_in_pieces(hall: Hall) -> None:
    async with hall.socket(hall.li) as screen:
        await screen.init()
        await screen.raw('{"type":"ping"}'.ljust(MOST_FRAME))
        await screen.hears("pong")
        await screen.connection.send(["{", '"type"', ":", '"pi', 'ng"}'])
        await screen.hears("pong")
        await screen.connection.ping()  # WebSocket's own


async def test_without_the_subprotocol_a_socket_is_closed_with_4406(hall: Hall) -> None:
    for protocols in ((), ("graphql-ws",), ("soap", "mqtt")):
        async with hall.socket(protocols=protocols) as socket:
            assert (await socket.closed())[0] == 4406
    async with hall.socket(hall.li, protocols=("graphql-ws", "graphql-transport-ws")) as socket:
        assert socket.connection.subprotocol == "graphql-transport-ws"
        await socket.init()


async def test_a_page_of_another_origin_gets_no_socket(hall: Hall) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        async with hall.socket(additional_headers={"origin": "https://elsewhere.example"}):
            pass


async def test_who_subscribes_before_signing_in_is_closed_with_4401(hall: Hall) -> None:
    async with hall.socket() as socket:
        await socket.subscribe("1", at=hall.root)
        assert await socket.closed() == (4401, "Unauthorized")


TOKENS: list[Any] = [
    None,
    {},
    {"authorization": "Bearer nobody's"},
    {"authorization": "Basic eDp5"},
    {"authorization": 5},
    {"authorization": "Bearer \ud800"},
]


@pytest.mark.parametrize("payload", TOKENS, ids=repr)
async def test_without_a_good_token_a_socket_is_closed_with_4403(hall: Hall, payload: Any) -> None:
    async with hall.socket() as socket:
        await socket.say(type="connection_init", payload=payload)
        code, reason = await socket.closed()
    assert code == 4403
    assert reason.endswith(".")
    assert len(reason.encode()) <= 123


async def test_who_does_not_sign_in_is_closed_after_five_seconds_with_4408(hall: Hall) -> None:
    began = asyncio.get_running_loop().time()
    async with hall.socket() as silent, hall.socket() as talking:
        await talking.say(type="ping")  # which is no signing in
        await talking.hears("pong")
        assert (await silent.closed())[0] == (await talking.closed())[0] == 4408
    assert 4.5 < asyncio.get_running_loop().time() - began < 8


async def test_the_same_id_twice_at_once_is_closed_with_4409(hall: Hall) -> None:
    async with hall.screen(hall.li) as screen:
        await screen.subscribe("1", at=hall.root)
        assert await screen.closed() == (4409, "Subscriber for 1 already exists")
    await hall.lives()


@pytest.mark.parametrize("name", ["x" * 256, "擂" * 256, "\ud800" * 200, "🏆" * 128], ids=ascii)
async def test_the_reason_of_4409_fits_whatever_the_id(hall: Hall, name: str) -> None:
    async with hall.socket(hall.li) as screen:
        await screen.init()
        await screen.subscribe(name, at=hall.root)
        await screen.subscribe(name, at=hall.root)
        code, reason = await screen.closed()
    assert code == 4409
    assert len(reason.encode()) <= 123
    assert reason.startswith("Subscriber for ")
    assert reason.endswith("… already exists")
    await hall.lives()


async def test_a_persisted_subscription_is_told_to_send_its_text(hall: Hall) -> None:
    hashed = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
    async with hall.screen(hall.li) as screen:
        for payload in ({"extensions": hashed}, {"extensions": hashed, "query": None, "variables": {}}):
            await screen.say(type="subscribe", id="hashed", payload=payload)
            [error] = (await screen.hears("error"))["payload"]
            assert error["message"] == "PersistedQueryNotSupported"
            assert error["extensions"] == {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}
    await hall.lives()


async def test_signing_in_twice_is_closed_with_4429(hall: Hall) -> None:
    async with hall.screen(hall.li) as screen:
        await screen.say(type="connection_init")
        assert (await screen.closed())[0] == 4429
    await hall.lives()


async def test_ping_is_answered_before_and_after_signing_in(hall: Hall) -> None:
    async with hall.socket(hall.li) as socket:
        await socket.say(type="ping", payload={"any": ["thing"]})
        await socket.hears("pong")
        await socket.say(type="pong", payload=None)
        await socket.init()
        assert await socket.ping() == []


# ---------------------------------------------------------------- operations

WRONG = {
    "syntax": ("subscription {", None, "Syntax Error"),
    "no document": ("", None, "Syntax Error"),
    "unknown field": ("subscription { boardUpdated { id } }", None, "Cannot query field"),
    "long name": (f"subscription {{ {'x' * 500} }}", None, "Cannot query field"),
    "unknown operation": (BOARD, "Other", "no operation of that name"),
    "query": ("{ __typename }", None, "Only subscriptions"),
    "mutation": ("mutation { signOut { __typename } }", None, "Only subscriptions"),
    "variable": ("subscription ($at: ID!) { taskArenaUpdated(organizationId: $at) { id } }", None, "$at"),
    "no such board": ('subscription { taskArenaUpdated(organizationId: "no") { id } }', None, ""),
    "too deep": (
        "subscription { taskArenaUpdated(organizationId: 1) { organization " + "{ parent" * 30 + "}" * 32,
        None,
        "",
    ),
}


@pytest.mark.parametrize(("query", "name", "reason"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_with_one_operation_leaves_the_others_alone(
    hall: Hall, query: str, name: str | None, reason: str
) -> None:
    async with hall.screen(hall.li) as screen:
        await screen.hears("next", "1")
        payload = {"query": query, "operationName": name, "variables": {} if query != BOARD else {"at": hall.root}}
        await screen.say(id="2", type="subscribe", payload=payload)
        error = await screen.hears("error", "2")
        assert reason in error["payload"][0]["message"]
        await hall.award()
        await screen.hears("next", "1")
        await screen.subscribe("2", at=hall.root)  # the id is free again
        await screen.board(lambda _: True, "2")


IDS = ['"', "\\", "\x00\x1f\x7f", "李", "🏁", "\ud83c", "\ud83c\ud83c", "a" * 256, " ", "\u2028", "</script>", "1e5"]


@pytest.mark.parametrize("operation", IDS, ids=ascii)
async def test_an_id_comes_back_exactly(hall: Hall, operation: str) -> None:
    async with hall.socket(hall.li) as screen:
        await screen.init()
        for query, kind in [(BOARD, "next"), ("{ no }", "error")]:
            await screen.subscribe(operation, query, at=hall.root)
            await screen.hears(kind, operation)
            await screen.complete(operation)


async def test_completing_what_there_is_not_is_ignored(hall: Hall) -> None:
    async with hall.screen(hall.li) as screen:
        await screen.complete("nothing")
        await screen.hears("next", "1")
        assert await screen.ping() == []


async def test_an_id_is_free_after_complete_and_nothing_comes_of_it_before(hall: Hall) -> None:
    async with hall.screen(hall.li) as screen:
        for points in range(5):
            await screen.hears("next", "1")
            await screen.complete("1")
            await screen.ping()  # frames that crossed it
            await hall.award(points + 1)
            assert await screen.ping() == []
            await screen.subscribe("1", at=hall.root)
        await screen.complete("1")
        await screen.ping()
        await hall.settles(boards_watched=0, sockets=1)


async def test_a_socket_has_so_many_operations_and_lives_on_with_them(hall: Hall) -> None:
    async with hall.socket(hall.li) as screen:
        await screen.init()
        for number in range(OPERATIONS):
            await screen.subscribe(str(number), at=hall.root)
        for _ in range(OPERATIONS):
            await screen.hears("next")
        await screen.subscribe("more", at=hall.root)
        assert (await screen.hears("error", "more"))["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        await screen.complete("0")
        await screen.subscribe("more", at=hall.root)
        await screen.hears("next", "more")


# ---------------------------------------------------------------- bounds


async def test_a_token_has_so_many_sockets(hall: Hall) -> None:
    async with AsyncExitStack() as stack:
        sockets: list[Socket] = []
        for _ in range(SOCKETS_PER_TOKEN):
            sockets.append(await stack.enter_async_context(hall.screen(hall.li)))
            await sockets[-1].hears("next", "1")
        async with hall.socket() as more:
            await more.say(type="connection_init", payload={"authorization": f"Bearer {hall.li.token}"})
            code, reason = await more.closed()
            assert code == 4403
            assert str(SOCKETS_PER_TOKEN) in reason
        async with hall.screen(hall.zhao) as other:
            await other.hears("next", "1")
        await sockets[0].connection.close()
        await hall.settles(sockets=SOCKETS_PER_TOKEN - 1)
        await stack.enter_async_context(hall.screen(hall.li))
    await hall.lives()


async def test_an_address_has_so_many_sockets_signed_in_or_not(hall: Hall) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(SOCKETS_PER_ADDRESS):
            await stack.enter_async_context(hall.socket())
        async with hall.socket() as more:
            assert (await more.closed())[0] == 1013
        assert await hall.ask(None, "{ __typename }") == "Query"
    await hall.lives()
