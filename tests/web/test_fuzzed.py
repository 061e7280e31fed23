"""What nobody thought of: documents made from the schema by Schemathesis, frames made by Hypothesis.

Each is answered with a documented code or with data, nothing unexpected stands in the log, and no callback holds the
loop for more than 100 ms of its own CPU.
"""

import asyncio
import json
import os
import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, cast

import pytest
import schemathesis
from bad_frames import ARENA, BROKEN, LOG, MALFORMED, REFUSED
from graphql import introspection_from_schema
from halls import BOARD, Hall, Socket
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from plain_http import exchanged, request
from services import Postgres
from timed_server import TimedServer
from websockets import ConnectionClosed
from world import World

from rules.error_codes import Code
from schema import schema

SEED = int(os.environ.get("LEITAI_SEED", "20260301"))
CODES = {str(code) for code in Code} - {"INTERNAL"}
JSON = {"content-type": "application/json", "accept": "application/graphql-response+json"}
LEFT_OUT = re.compile(r"\b(signOut|revokeSession|endOtherSessions|endSession)\w*\b")
CLOSES = {1000, 1006, 1007, 1009, 4400, 4401, 4403, 4409, 4429}


def made(count: int, turn: int = 0) -> Callable[[Any], Any]:
    """That many examples, the same each time; nothing is shrunk: a failure shows its example, and there may be many."""
    quiet = settings(
        max_examples=count,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    return lambda test: seed(SEED + turn)(quiet(test))


class Fuzzed:
    def __init__(self, hall: Hall) -> None:
        assert isinstance(hall.server, TimedServer)
        self.hall, self.server = hall, hall.server
        self.answered("{ viewer { __typename } }")
        self.server.long_callbacks()
        self.codes: set[str] = set()

    def answered(self, query: str) -> Any:
        headers = {**JSON, "authorization": f"Bearer {self.hall.secretary.token}"}
        body = json.dumps({"query": query}).encode()
        return exchanged(self.server.port, request("POST", "/graphql", body, headers), seconds=10)

    def check(self) -> None:
        log = self.server.log
        assert "[error" not in log, log[-3000:]
        assert " at=[" not in log
        assert self.server.long_callbacks() == []


@pytest.fixture(scope="module")
def fuzzed(postgres_server: Postgres) -> Iterator[Fuzzed]:
    hall = Hall(database=postgres_server.create_database(), kind=TimedServer)
    yield Fuzzed(hall)
    hall.close()


def operations() -> st.SearchStrategy[str]:
    """Documents of every query and mutation, as text."""
    nodes = schemathesis.graphql.nodes
    days = st.dates().map(lambda day: nodes.String(day.isoformat()))
    instants = st.datetimes().map(lambda at: nodes.String(f"{at.isoformat()}Z"))
    schemathesis.graphql.scalar("Date", days | st.text(max_size=12).map(nodes.String))
    schemathesis.graphql.scalar("DateTime", instants | st.text(max_size=12).map(nodes.String))
    loaded = schemathesis.graphql.from_dict({"data": introspection_from_schema(schema._schema)})
    every = [cast(Any, found).ok().as_strategy() for found in loaded.get_all_operations()]
    return st.one_of(every).map(lambda case: str(case.body))


def test_documents_made_from_the_schema(fuzzed: Fuzzed, scaled: Callable[[int], int]) -> None:
    """2,000 in the soak."""
    number = scaled(2_000)
    hall, sent = fuzzed.hall, 0
    known = {
        "organizationId": hall.root,
        "parentId": hall.first,
        "memberId": World.id(hall.people[1]),
        "subjectId": World.id(hall.people[2]),
        "lecturerId": World.id(hall.people[3]),
        "responsibleId": World.id(hall.people[4]),
    }
    names = re.compile(rf'\b({"|".join(known)}): "(?:[^"\\]|\\.)*"')

    @made(number)
    @given(operations(), st.booleans())
    def asked(document: str, knowing: bool) -> None:
        nonlocal sent
        if LEFT_OUT.search(document):
            return
        if knowing:  # half of them get beyond "there is no such thing"
            document = names.sub(lambda found: f'{found[1]}: "{known[found[1]]}"', document)
        answer = fuzzed.answered(document)
        sent += 1
        assert answer.status in (200, 400), (document, answer)
        assert answer.read is not None
        fuzzed.codes |= set(answer.codes)
        assert set(answer.codes) <= CODES, (document, answer)

    asked()
    assert sent > number * 0.9
    assert {"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"} & fuzzed.codes  # it meets refusals, and not only those
    fuzzed.check()


# ---------------------------------------------------------------- frames

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
USUAL = st.sampled_from(["subscribe", "subscribe", "subscribe", "complete", "ping", "pong"])
TYPES = st.sampled_from(["connection_init", "next", "error", "", "stop"])
PARTS = ["id", "type", "payload", "query", "variables", "extra"]
SELDOM = st.integers(0, 9).map(lambda one: one == 7)
DOCUMENTS = st.sampled_from(
    [
        BOARD,
        LOG,
        ARENA % "",
        ARENA % "openCount tasks(first: 3) { edges { node { title } } }",
        "subscription { displayUpdated { id } }",
        "{ viewer { __typename } }",
        "mutation { signOut { __typename } }",
        "subscription {",
    ]
)
IDENTITIES = st.integers(0, 10**6).map(str)


@st.composite
def messages(draw: st.DrawFn, places: list[str]) -> str:
    """One of the protocol's, with parts of it replaced by whatever."""
    at: Any = draw(st.sampled_from(places) | ANYTHING)
    message: dict[str, Any] = {
        "id": draw(IDENTITIES),
        "type": draw(TYPES if draw(SELDOM) else USUAL),
        "payload": {
            "query": draw(DOCUMENTS | st.text(alphabet='{}(): abc$!@."\n', max_size=30)),
            "variables": {"at": at, "n": draw(st.sampled_from([1, 20, 0.5, None]) | ANYTHING)},
        },
    }
    for path in draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=2)) if draw(SELDOM) else ():
        within = path in ("query", "variables") and isinstance(message["payload"], dict)
        place = message["payload"] if within else message
        place[path] = draw(ANYTHING)
    return json.dumps(message)


def frames(places: list[str]) -> st.SearchStrategy[str | bytes]:
    """Mostly messages; some with a letter changed, some known bad ones, some of bytes."""
    good = messages(places)
    changed = st.tuples(good, st.integers(0, 200), st.characters(codec="utf-8")).map(
        lambda one: one[0][: one[1]] + one[2] + one[0][one[1] + 1 :]
    )
    known = st.sampled_from([*MALFORMED.values(), *(frame for frame, _ in REFUSED.values())])
    raw = st.binary(max_size=60) | st.sampled_from([frame for frame, _ in BROKEN.values()])
    return st.one_of(good, good, good, good, changed, known, raw)


class Conversation:
    """All of it on one socket, until the server ends it. codes: of what was refused."""

    def __init__(self) -> None:
        self.sent, self.codes = 0, set[str]()

    async def hold(self, hall: Hall, person: Any, spoken: list[str | bytes], welcome: bool) -> None:
        async with hall.socket(person) as socket:
            if welcome:
                await socket.init()
            ended = None
            try:
                for frame in spoken:
                    await socket.raw(frame, text=None if isinstance(frame, str) else len(frame) % 2 == 0)
                    self.sent += 1
                await socket.say(type="ping")
                while (message := await socket.hear())["type"] != "pong":
                    self.codes |= refused(message)
            except ConnectionClosed:
                ended = await self._rest(socket)
            assert ended is None or ended.code in CLOSES, ended

    async def _rest(self, socket: Socket) -> Any:
        """What came before the end, and the end."""
        while True:
            try:
                self.codes |= refused(await socket.hear())
            except ConnectionClosed as end:
                return end.rcvd


def refused(message: dict[str, Any]) -> set[str]:
    assert message["type"] in ("next", "error", "complete", "pong", "connection_ack"), message
    payload = message.get("payload") or {}
    errors = payload if message["type"] == "error" else payload.get("errors", []) if isinstance(payload, dict) else []
    found = {one["extensions"]["code"] for one in errors}
    assert found <= CODES, message
    return found


def test_frames_that_nobody_thought_of(fuzzed: Fuzzed) -> None:
    """2,000 frames, 50,000 in the soak, some ten of them on each socket. A board that another watches goes on."""
    hall, wanted = fuzzed.hall, 50_000 if os.environ.get("LEITAI_SOAK") else 2_000
    places = [hall.root, hall.first, hall.group, "nowhere"]
    held, loop = Conversation(), asyncio.new_event_loop()
    # Without the member that documents above were about: one of them may have ended its sessions.
    people = [hall.li, hall.zhao, hall.reviewer, *hall.people[:1], *hall.people[2:]]
    polite, rude = (st.lists(one, min_size=6, max_size=16) for one in (messages(places), frames(places)))
    spoken_to_a_socket = st.one_of(polite, rude)
    welcome = st.sampled_from([True] * 9 + [False])

    async def lives() -> None:
        async with hall.screen(hall.sun) as screen:
            await screen.hears("next", "1")
        await hall.settles(sockets=0, boards_watched=0)

    try:
        for turn in count():

            @made(100, turn)
            @given(spoken_to_a_socket, st.sampled_from(people), welcome)
            def spoken(given_frames: list[str | bytes], person: Any, welcome: bool) -> None:
                loop.run_until_complete(held.hold(hall, person, given_frames, welcome))

            spoken()
            if held.sent >= wanted:
                break
        loop.run_until_complete(lives())
    finally:
        loop.close()
    assert len(held.codes) >= 3  # it gets as far as refusals, of whatever kind
    fuzzed.check()
