"""Frames that break the protocol: each closes its own socket with its code and costs one line in the log."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from halls import Hall

MOST_FRAME = 64 * 1024


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    made = Hall(tmp_path_factory.mktemp("malformed"))
    yield made
    assert " at=[" not in made.server.log
    assert "[error" not in made.server.log
    made.close()


def subscribing(**changed: Any) -> str:
    payload = {"query": "subscription { x }"}
    message = {"id": "1", "type": "subscribe", "payload": payload} | {
        key: value for key, value in changed.items() if key in ("id", "payload")
    }
    payload.update({key: value for key, value in changed.items() if key not in message})
    return json.dumps(message)


WITHOUT_ID = json.dumps({"type": "subscribe", "payload": {"query": "subscription { x }"}})
DEEP = '{"id":"1","type":"subscribe","payload":{"query":"","variables":' + '{"a":' * 5000 + "1" + "}" * 5002
MALFORMED: dict[str, str | bytes] = {
    "[]": "[]",
    "1": "1",
    "null": "null",
    "text": '"x"',
    "{}": "{}",
    "no JSON": "{",
    "empty": "",
    "NaN": '{"type":"ping","payload":{"a":NaN}}',
    "number of 5,000 digits": '{"type":"ping","payload":{"a":' + "9" * 5000 + "}}",
    "5,000 deep": DEEP,
    "brackets": "[" * 60_000,
    "unknown type": '{"type":"stop"}',
    "type a list": '{"type":["ping"]}',
    "a message of servers": '{"type":"next","id":"1","payload":{}}',
    "ping's payload": '{"type":"ping","payload":[]}',
    "id {}": subscribing(id={}),
    "id 1": subscribing(id=1),
    "id missing": WITHOUT_ID,
    "id empty": subscribing(id=""),
    "id too long": subscribing(id="x" * 257),
    "payload null": subscribing(payload=None),
    "payload list": subscribing(payload=[]),
    "payload text": subscribing(payload="x"),
    "no query": subscribing(payload={}),
    "query 5": subscribing(query=5),
    "variables text": subscribing(variables="x"),
    "variables list": subscribing(variables=[]),
    "operationName list": subscribing(operationName=["a"]),
    "extensions list": subscribing(extensions=[]),
    "complete without id": '{"type":"complete"}',
    "complete {}": '{"type":"complete","id":{}}',
    "binary": b'{"type":"ping"}',
}


@pytest.mark.parametrize("acknowledged", [True, False])
@pytest.mark.parametrize("frame", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_frame_closes_its_socket_with_4400(
    hall: Hall, frame: str | bytes, acknowledged: bool
) -> None:
    before = hall.log_lines()
    async with hall.socket(hall.li) as bad:
        if acknowledged:
            await bad.init()
        await bad.raw(frame)
        code, reason = await bad.closed()
    assert code == 4400
    assert reason.endswith(".")
    assert len(reason.encode()) <= 123
    [line] = hall.log_lines()[len(before) :]
    assert "invalid_message" in line
    await hall.lives()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b'{"type":"ping","payload":{"a":"\xff"}}', 1007),
        (b"\xed\xa0\x80", 1007),  # a surrogate, as UTF-8 must not write it
        (b" " * MOST_FRAME + b"{}", 1009),
        (b" " * 1_000_000, 1009),
    ],
)
async def test_a_frame_that_breaks_websocket_closes_with_its_code(hall: Hall, frame: bytes, code: int) -> None:
    before = hall.log_lines()
    async with hall.socket(hall.li) as bad:
        await bad.init()
        await bad.raw(frame, text=True)
        assert (await bad.closed())[0] == code
    [line] = hall.log_lines()[len(before) :]
    assert "invalid_frame" in line
    await hall.lives()
