"""One socket's handler over boards made of a number: what it leaves behind, and rights that change in the middle."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable, Sequence
from typing import Any

import pytest
from graphql import GraphQLError, build_schema
from wires import Wire, handler, until

from realtime.boards import Source
from realtime.documents import Documents, Operation, Refused
from realtime.groups import Execute, State
from realtime.hub import Hub
from realtime.subscription_limits import Census

SCHEMA = build_schema(
    "type Query { x: Int } type Subscription { board(number: Int, maxPerSecond: Float): Int again: Int }"
)
SUBSCRIBE = {"type": "subscribe", "payload": {"query": "subscription { board }"}}


class Truth:
    """A board at version 1 in every view, for whoever has one: a viewer is the name of its view, "" for none."""

    def __init__(self) -> None:
        self.hub = Hub(self.versions)
        self.documents = Documents(SCHEMA, {"Subscription": {"board": lambda _: True}})
        self.census = Census()
        self.opening = asyncio.Event()
        self.opening.set()
        self.at_once = self.most_at_once = 0

    async def versions(self, keys: Sequence[Hashable]) -> dict[Hashable, int]:
        return dict.fromkeys(keys, 1)

    def admit(self, address: str) -> str | None:
        return None

    def release(self, address: str) -> None: ...

    def disconnect(self, viewer: object, socket: Any) -> None: ...

    async def connect(self, payload: dict[str, Any], socket: Any) -> tuple[object, dict[str, Any]]:
        return payload["view"], {}

    def begin(self, viewer: object, operation: Operation) -> None:
        self.census.enter("token", operation)

    def finish(self, viewer: object, operation: Operation) -> None:
        self.census.leave("token", operation)

    def watch(self, viewer: object, board: Hashable, *, instead: bool) -> Callable[[], None]:
        return self.census.watch("account", board, instead=instead)

    async def open(self, viewer: object, operation: Operation) -> tuple[Source, str, Execute, float | None]:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await self.opening.wait()
        self.at_once -= 1
        if not viewer:
            raise Refused(GraphQLError("You may not see it."))
        topics = frozenset({"o:1"})

        async def load() -> State:
            return State(1, topics, viewer)

        async def execute(value: object) -> object:
            return value

        number = operation.arguments.get("number")
        return Source(viewer if number is None else (viewer, number), topics, load), "group", execute, None


@pytest.fixture
async def truth() -> AsyncGenerator[Truth]:
    made = Truth()
    await made.hub.start()
    yield made
    await made.hub.stop()


@pytest.fixture
async def wire(truth: Truth) -> AsyncGenerator[Wire]:
    made = Wire()
    handling = asyncio.create_task(handler(truth, made).handle())
    made.say(type="connection_init", payload={"view": "full"})
    await until(lambda: made.heard("connection_ack") == [{}])
    yield made
    made.congested = False
    made.leave()
    await handling
    assert truth.hub.watched == truth.census.documents == truth.census.boards == truth.census.fields.total() == 0
    await until(lambda: len(truth.hub._tasks) == 1)  # the poll's


async def test_ten_thousand_operations_begun_and_completed_leave_nothing(truth: Truth, wire: Wire) -> None:
    for number in range(10_000):
        wire.say(**SUBSCRIBE, id=str(number % 7))
        wire.say(type="complete", id=str(number % 7))
    wire.say(type="ping")
    await until(lambda: bool(wire.heard("pong")), seconds=60)
    await until(lambda: truth.hub.watched == 0 and truth.at_once == 0)
    assert not wire.heard("error")
    assert truth.most_at_once <= 16


async def test_a_flood_lets_others_have_their_turn(truth: Truth, wire: Wire) -> None:
    for _ in range(2_000):
        wire.say(type="ping")
    turns = 0
    while len(wire.heard("pong")) < 2_000:
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 1_000


async def test_a_view_that_changes_is_shown_though_its_version_is_the_same(truth: Truth, wire: Wire) -> None:
    wire.say(**SUBSCRIBE, id="1")
    await until(lambda: wire.heard("next") == ["full"])
    await wire.renew("public")
    await until(lambda: wire.heard("next") == ["full", "public"])
    await wire.renew("")
    await until(lambda: len(wire.heard("error")) == 1)
    assert truth.hub.watched == 0


async def test_rights_that_change_while_an_operation_opens_win(truth: Truth, wire: Wire) -> None:
    truth.opening.clear()
    wire.say(**SUBSCRIBE, id="1")
    await until(lambda: truth.at_once == 1)
    await wire.renew("public")
    truth.opening.set()
    await until(lambda: bool(wire.heard("next")) and wire.heard("next")[-1] == "public")
    await until(lambda: truth.hub.watched == 1)


async def test_who_does_not_read_is_cut_off_and_keeps_nobody_waiting(truth: Truth, wire: Wire) -> None:
    wire.say(**SUBSCRIBE, id="1")
    await until(lambda: wire.heard("next") == ["full"])
    wire.congested = True
    async with asyncio.timeout(1):
        await wire.renew("")
        await wire.renew(None)
    await until(lambda: wire.aborted)


async def test_only_what_is_concerned_is_looked_at_again(truth: Truth, wire: Wire) -> None:
    wire.say(**SUBSCRIBE, id="1")
    await until(lambda: wire.heard("next") == ["full"])
    await wire.renew("public", lambda key: key == "another")
    await asyncio.sleep(0.05)
    assert wire.heard("next") == ["full"]
    await wire.renew("public", lambda key: key == "full")
    await until(lambda: wire.heard("next") == ["full", "public"])


async def test_a_token_follows_at_most_twenty_different_documents_and_those_go_on(truth: Truth, wire: Wire) -> None:
    """Spelling does not make a document another; what it calls its answer does."""
    for number in range(25):
        wire.say(id=f"{number}", type="subscribe", payload={"query": f"subscription {{ a{number}: board }}"})
    await until(lambda: len(wire.heard("next")) == 20 and len(wire.heard("error")) == 5)
    [refusal] = wire.heard("error")[0]
    assert refusal["extensions"]["code"] == "TOO_MANY_DOCUMENTS"
    assert "20 different documents" in refusal["message"]
    wire.say(id="spelled", type="subscribe", payload={"query": "subscription X { a0 : board(maxPerSecond: 3) } # as 0"})
    await until(lambda: len(wire.heard("next")) == 21)
    assert truth.census.fields == {"board": 21}
    wire.say(id="20", type="subscribe", payload={"query": "subscription { again }"})
    await until(lambda: len(wire.heard("error")) == 6)
    wire.say(id="0", type="complete")
    wire.say(id="20", type="subscribe", payload={"query": "subscription { again }"})
    await until(lambda: len(wire.heard("error")) == 7)  # "spelled" still follows that document
    wire.say(id="spelled", type="complete")
    wire.say(id="20", type="subscribe", payload={"query": "subscription { again }"})
    await until(lambda: len(wire.heard("next")) == 22)
    assert truth.census.fields == {"board": 19, "again": 1}
    for number in range(1, 21):
        wire.say(id=f"{number}", type="complete")
    await until(lambda: truth.census.documents == 0)


def test_a_process_follows_at_most_five_hundred_different_documents() -> None:
    census, documents = Census(), Documents(SCHEMA, {})
    operations = [documents.subscription(f"subscription {{ a{number}: board }}", None, {}) for number in range(501)]
    for number, operation in enumerate(operations[:500]):
        census.enter(number // 20, operation)
    with pytest.raises(Refused, match="500 different documents"):
        census.enter("another", operations[500])
    census.enter("another", operations[0])
    census.leave(0, operations[0])
    with pytest.raises(Refused):
        census.enter("another", operations[500])
    census.leave("another", operations[0])
    census.enter("another", operations[500])
    assert (census.documents, census.fields) == (500, {"board": 500})


def numbered(number: int) -> dict[str, Any]:
    query = "subscription ($number: Int!) { board(number: $number) }"
    return {"type": "subscribe", "payload": {"query": query, "variables": {"number": number}}}


async def test_an_account_follows_at_most_a_hundred_different_boards_and_gives_places_back(
    truth: Truth, wire: Wire
) -> None:
    second = Wire()  # another socket, and another token, of the same account
    handling = asyncio.create_task(handler(truth, second).handle())
    second.say(type="connection_init", payload={"view": "full"})
    for number in range(60):
        wire.say(**numbered(number), id=f"{number}")
    await until(lambda: len(wire.heard("next")) == 60)
    for number in range(55, 105):
        second.say(**numbered(number), id=f"{number}")
    await until(lambda: len(second.heard("next")) == 45 and len(second.heard("error")) == 5)
    assert truth.hub.watched == truth.census.boards == 100
    [refusal] = second.heard("error")[0]
    assert refusal["extensions"] == {"code": "TOO_MANY_BOARDS", "limit": "boards", "asked": 101, "allowed": 100}
    assert "100 different boards" in refusal["message"]

    wire.say(type="complete", id="59")  # the other still shows it
    second.say(**numbered(104), id="104")
    await until(lambda: len(second.heard("error")) == 6)
    second.say(type="complete", id="59")
    second.say(**numbered(104), id="104")
    await until(lambda: len(second.heard("next")) == 46)

    await wire.renew("public")  # every board of this socket in another view, beside those of the other
    await until(lambda: len(wire.heard("next")) == 60 + 59)
    assert wire.heard("error") == []
    second.leave()
    await handling


def test_a_process_follows_at_most_five_thousand_different_boards() -> None:
    census = Census()
    places = [census.watch(number // 100, number, instead=False) for number in range(5_000)]
    with pytest.raises(Refused, match="5,000 different boards"):
        census.watch("another", 5_000, instead=False)
    shown = census.watch("another", 0, instead=False)
    census.watch("another", 5_000, instead=True)
    shown()
    places[1]()
    places[2]()
    census.watch("another", 5_001, instead=False)
    assert census.boards == 5_000
