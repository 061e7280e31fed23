"""Whatever is sent, a live server gives the right code, keeps its loop free and its log short, and serves the next one.

After each: no 5xx, nothing unexpected in the log, no callback over 100 ms of the loop thread's own CPU, and a normal
signed-in query is answered.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import bad_documents
import bad_frames
import bad_requests
import pytest
from bad_imports import FAULTS, NO_KIND
from bad_values import Tried, tried
from halls import Hall
from plain_http import Answer, exchanged, request
from services import Postgres
from timed_server import TimedServer
from world import World

import models
from resolvers.imports import importing
from resolvers.imports.importing import ImportRefused
from resolvers.systems import ports
from rules.error_codes import Code
from schema import schema

JSON = {"content-type": "application/json", "accept": "application/graphql-response+json"}
REQUESTS = bad_requests.cases()
DOCUMENTS = bad_documents.cases()


class Guarded:
    """A hall whose server is watched."""

    def __init__(self, hall: Hall) -> None:
        assert isinstance(hall.server, TimedServer)
        self.hall, self.server = hall, hall.server
        self.lives()  # what is made at the first request is made
        self.server.long_callbacks()

    def sent(self, raw: bytes) -> Answer:
        """The answer, once it was seen that nothing else happened."""
        before = self.server.log_size
        answer = exchanged(self.server.port, raw)
        assert answer.status < 500, answer
        self.lives()
        self.quiet(before, len(raw))
        return answer

    def quiet(self, before: int, received: int) -> None:
        written = self.server.log_since(before)
        assert "[error" not in written, written
        assert " at=[" not in written, written
        assert "Traceback" not in written, written
        assert len(written.encode()) <= max(2 * received, 512), written
        assert self.server.long_callbacks() == []

    def as_secretary(self, query: str, variables: Any = None) -> bytes:
        body = json.dumps({"query": query, "variables": variables}).replace("Infinity", "1e999")
        headers = {**JSON, "authorization": f"Bearer {self.hall.secretary.token}"}
        return request("POST", "/graphql", body.encode(), headers)

    def lives(self) -> None:
        headers = {**JSON, "authorization": f"Bearer {self.hall.li.token}"}
        body = b'{"query":"{ viewer { member { displayName } } }"}'
        answer = exchanged(self.server.port, request("POST", "/graphql", body, headers))
        assert answer.read == {"data": {"viewer": {"member": {"displayName": "李强"}}}}, answer


@pytest.fixture(scope="module")
def guarded(postgres_server: Postgres) -> Iterator[Guarded]:
    """On PostgreSQL, which is the stricter of the two: it takes no NUL and no surrogate."""
    url = postgres_server.create_database()
    hall = Hall(database=url, kind=TimedServer)
    yield Guarded(hall)
    hall.close()


@pytest.mark.parametrize(("status", "code", "raw"), REQUESTS.values(), ids=REQUESTS)
def test_what_is_no_request(guarded: Guarded, status: int | tuple[int, ...], code: str | None, raw: bytes) -> None:
    answer = guarded.sent(raw)
    assert answer.status in (status if isinstance(status, tuple) else (status,)), answer
    if code is not None:
        assert answer.codes == [code]
        [error] = answer.read["errors"]
        assert error["message"].endswith(".")
        assert len(error["message"]) < 200


@pytest.mark.parametrize(("codes", "raw"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_what_is_no_document(guarded: Guarded, codes: set[str | None], raw: bytes) -> None:
    answer = guarded.sent(raw)
    assert answer.status == 400
    assert answer.codes
    assert set(answer.codes) <= codes
    assert len(answer.codes) <= 6
    assert len(answer.body) < 4096


def all_tried(hall: Hall) -> list[list[Tried]]:
    member, place = World.id(hall.people[0]), hall.second
    known = dict.fromkeys(("organizationId", "parentId"), place) | dict.fromkeys(("memberId", "subjectId"), member)
    return list(tried(schema._schema, {**known, "timeZone": "Asia/Shanghai", "code": "X1"}))


def test_what_no_argument_takes(guarded: Guarded, scaled: Callable[[int], int]) -> None:
    """Every argument and input field of the schema, with a few of the things that may be wrong with it: over all
    fields each is tried often. All of them in the soak."""
    places = all_tried(guarded.hall)
    assert len(places) > 200
    faults: list[str] = []
    known = {str(code) for code in Code} - {"INTERNAL"}
    number = 0
    for index, place in enumerate(places):
        count = max(3, scaled(len(place)))
        for step in range(min(count, len(place))):
            one = place[(index * 3 + step) % len(place)]
            number += 1
            raw = guarded.as_secretary(one.document, one.variables)
            try:
                answer = guarded.sent(raw)
                assert answer.status in (200, 400), answer
                assert set(answer.codes) <= known, answer
            except AssertionError as fault:
                faults.append(f"{one.name}: {str(fault)[:600]}")
    assert number >= 600
    assert not faults, f"{len(faults)} of {number}\n" + "\n".join(faults[:20])


# ---------------------------------------------------------------- over WebSocket


@pytest.mark.parametrize("acknowledged", [True, False])
@pytest.mark.parametrize("frame", bad_frames.MALFORMED.values(), ids=bad_frames.MALFORMED)
async def test_what_is_no_message(guarded: Guarded, frame: str | bytes, acknowledged: bool) -> None:
    before = guarded.server.log_size
    async with guarded.hall.socket(guarded.hall.li) as bad:
        if acknowledged:
            await bad.init()
        await bad.raw(frame)
        code, reason = await bad.closed()
    assert (code, reason[-1:]) == (4400, ".")
    guarded.lives()
    guarded.quiet(before, len(frame))


@pytest.mark.parametrize(("frame", "code"), bad_frames.BROKEN.values(), ids=bad_frames.BROKEN)
async def test_what_is_no_text(guarded: Guarded, frame: bytes, code: int) -> None:
    before = guarded.server.log_size
    async with guarded.hall.socket(guarded.hall.li) as bad:
        await bad.init()
        await bad.raw(frame, text=True)
        assert (await bad.closed())[0] == code
    guarded.lives()
    guarded.quiet(before, len(frame))


async def test_what_one_operation_is_told(guarded: Guarded) -> None:
    """All on one socket, which lives on; and a good one among them all goes on."""
    async with guarded.hall.screen(guarded.hall.li, "good") as screen:
        await screen.hears("next", "good")
        for name, (frame, code) in bad_frames.REFUSED.items():
            before = guarded.server.log_size
            await screen.raw(frame.replace("{at}", guarded.hall.root))
            message = await screen.hears("error", "1")
            codes = [one["extensions"]["code"] for one in message["payload"]]
            assert code == "*" or set(codes) == {code}, (name, message)
            assert set(codes) <= set(Code) - {"INTERNAL"}
            assert len(json.dumps(message)) < 4096
            guarded.lives()
            guarded.quiet(before, len(frame))
        await guarded.hall.award()
        await screen.hears("next", "good")


IN_TURN: dict[str, tuple[list[str], int]] = {
    "subscribe before init": ([bad_frames.subscribing()], 4401),
    "init twice": (['{"type":"connection_init"}'], 4403),
    "init without a token": (['{"type":"connection_init","payload":{}}'], 4403),
    "init with a list": (['{"type":"connection_init","payload":[]}'], 4400),
    "init with a number": (['{"type":"connection_init","payload":1}'], 4400),
    "a token that is none": (['{"type":"connection_init","payload":{"authorization":"Bearer x"}}'], 4403),
    "a token of another type": (['{"type":"connection_init","payload":{"authorization":["Bearer x"]}}'], 4403),
    "a token of surrogates": (['{"type":"connection_init","payload":{"authorization":"Bearer \\ud800"}}'], 4403),
    "a token with a NUL": (['{"type":"connection_init","payload":{"authorization":"Bearer \\u0000"}}'], 4403),
    "a token of 60,000 letters": (
        ['{"type":"connection_init","payload":{"authorization":"Bearer %s"}}' % ("x" * 60_000)],
        4403,
    ),
}


@pytest.mark.parametrize(("frames", "code"), IN_TURN.values(), ids=IN_TURN)
async def test_what_is_said_too_early_or_by_nobody(guarded: Guarded, frames: list[str], code: int) -> None:
    before = guarded.server.log_size
    async with guarded.hall.socket() as bad:
        for frame in frames:
            await bad.raw(frame)
        assert (await bad.closed())[0] == code
    guarded.lives()
    guarded.quiet(before, sum(map(len, frames)))


# ---------------------------------------------------------------- imports beside it


async def test_what_is_no_import(guarded: Guarded) -> None:
    """Into the database of a server that runs: the file is refused with its fault named, and nobody else notices."""
    before, size = guarded.server.log_size, 0
    files = {
        name: (f"code,parent_code,name,kind\n{lines}\ngood,GS,好支部,BRANCH\n".encode(), message)
        for name, (lines, message) in FAULTS.items()
    } | {"a missing column": NO_KIND}
    assert len(files) == 9
    async with guarded.hall.opened() as world:
        for name, (content, message) in files.items():
            with pytest.raises(ImportRefused) as refused:
                await importing.organizations(
                    content, f"{name}.csv", now=world.clock, ports=ports(), progress=lambda *_: None
                )
            assert refused.value.printed()[0].startswith(message)
            guarded.lives()
            size += len(content)
        assert not await models.Organization.filter(code="good").exists()
    guarded.quiet(before, size)
