"""Each byte of a request counts against some bound, and nothing behind the head is a header.

The peers here are plain sockets: no client library sends what they send.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState
from wire_bytes import CHUNKED, HANDSHAKE, HOST, chunk, frame

from realtime.http_protocol import LiveRequests
from realtime.request_bounds import (
    BODY_OF_HANDSHAKE,
    LONG_FRAMING,
    LONG_HEAD,
    MANY_FIELDS,
    MOST_CONTENT,
    MOST_FIELDS,
    MOST_FRAMING,
    MOST_HEAD,
)
from realtime.websocket_protocol import MOST_FRAGMENTS, LiveConnection

# ------------------------------------------------------------ what is read, by an application that tells it


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Says what it got: path, headers and body. /early answers before it reads; /later when `release` is set."""
    if scope["type"] == "websocket":
        await receive()
        await asyncio.sleep(0.05)
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        return
    body = b""
    while scope["path"] != "/early":
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        if not message["more_body"]:
            break
    if scope["path"] == "/later":
        await asyncio.sleep(0.1)
    headers = [f"{name.decode('latin-1')}: {value.decode('latin-1')}" for name, value in scope["headers"]]
    told = json.dumps(
        {"path": scope["path"], "query": scope["query_string"].decode(), "headers": headers, "n": len(body)}
    )
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(told))]})
    await send({"type": "http.response.body", "body": told.encode()})


made: list[Watched] = []


class Watched(LiveRequests):
    linger = 0.2

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deepest = 0
        made.append(self)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.deepest = max(self.deepest, len(self.pipeline))


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = Config(echo, ws=LiveConnection, ws_max_size=MOST_HEAD, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: Watched(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    while state.connections or state.tasks:
        await asyncio.sleep(0.01)
    made.clear()


async def heard(port: int, *parts: bytes, until: bytes | None = None) -> bytes:
    """All that is answered until the end, or up to these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with contextlib.suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
        async with asyncio.timeout(10):
            try:
                return await (reader.read() if until is None else reader.readuntil(until))
            except ConnectionError:
                return b""
    finally:
        writer.close()


def told(answer: bytes) -> list[dict[str, Any]]:
    """The bodies of the answers of `echo`."""
    return [json.loads(line) for part in answer.split(b"HTTP/1.1 200") for line in part.split(b"\r\n\r\n")[1:]]


CLOSE = b"GET /echo HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n"


@pytest.mark.parametrize(
    "trailers",
    [b"authorization: Bearer x\r\n", b"x-forwarded-for: 203.0.113.9\r\nhost: evil.example\r\n", b"a: b\r\n" * 9],
)
@pytest.mark.parametrize("late", [False, True])
async def test_trailers_are_no_headers_of_this_request_or_the_next(port: int, trailers: bytes, late: bool) -> None:
    body = chunk(b"good")
    parts = (
        (CHUNKED + body, b"0\r\n" + trailers + b"\r\n" + CLOSE)
        if late
        else (CHUNKED + body + b"0\r\n" + trailers + b"\r\n" + CLOSE,)
    )
    first, second = told(await heard(port, *parts))
    assert first["headers"] == ["host: 127.0.0.1", "transfer-encoding: chunked"]
    assert first["n"] == 4
    assert second["headers"] == ["host: 127.0.0.1", "connection: close"]


@pytest.mark.parametrize(
    "rest",
    [
        chunk(b"a") + b"0\r\n" + b"a: b\r\n" * 20_000,
        chunk(b"a") + b"0\r\na: " + b"b" * 2 * MOST_FRAMING,
        b"1;" + b"a" * 2 * MOST_FRAMING,
        b"".join(chunk(b"a", b";x=yyyyyyyyyyyyyyyyyyyy") for _ in range(5_000)),
        b"0" * 2 * MOST_FRAMING,
    ],
    ids=["trailers", "one trailer", "one extension", "extensions", "a size"],
)
async def test_what_a_body_has_besides_its_content_is_bounded(port: int, rest: bytes) -> None:
    answer = await heard(port, CHUNKED + rest)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(LONG_FRAMING.encode()) or rest[:1] == b"0"  # a size has 16 digits


async def test_content_in_the_smallest_chunks_is_read(port: int) -> None:
    content = b"".join(chunk(b"a") for _ in range(100_000))
    [answer] = told(
        await heard(port, CHUNKED.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n") + content + b"0\r\n\r\n")
    )
    assert answer["n"] == 100_000


async def test_content_behind_the_answer_is_dropped_and_bounded(port: int) -> None:
    declared = b"POST /early HTTP/1.1\r\n" + HOST + b"content-length: %d\r\n\r\n"
    little, much = 3_000_000, 2 * MOST_CONTENT
    answers = await heard(port, declared % little + b"a" * little + CLOSE)
    assert [one["path"] for one in told(answers)] == ["/early", "/echo"]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(declared % much)
    await reader.readuntil(b'"n": 0}')

    async def goes_on() -> None:
        for _ in range(much // 100_000):
            writer.write(b"a" * 100_000)
            await writer.drain()

    with pytest.raises(ConnectionError):
        await goes_on()
    writer.close()


@pytest.mark.parametrize(("fields", "reason"), [(MOST_FIELDS - 1, None), (MOST_FIELDS, MANY_FIELDS)])
async def test_headers_are_counted(port: int, fields: int, reason: str | None) -> None:
    answer = await heard(
        port, CLOSE.replace(b"connection: close", b"connection: close\r\n" + b"\r\n".join([b"a: b"] * (fields - 1)))
    )
    assert answer.startswith(b"HTTP/1.1 200 " if reason is None else b"HTTP/1.1 400 ")
    assert reason is None or answer.endswith(reason.encode())


@pytest.mark.parametrize(
    "line", [b"GET /%s HTTP/1.1\r\n", b"GET / HTTP/1.1\r\na: %s\r\n", b"GET / HTTP/1.1\r\n%s: a\r\n", b"%s"]
)
async def test_a_head_is_bounded_also_behind_a_good_request(port: int, line: bytes) -> None:
    for before in (b"", GOOD):
        answer = await heard(port, before + line % (b"a" * MOST_HEAD * 2))
        assert answer.count(b"HTTP/1.1 200 ") == bool(before)
        assert b"HTTP/1.1 400 " in answer
        assert answer.endswith(LONG_HEAD.encode()) or line == b"%s"


GOOD = b"GET /echo HTTP/1.1\r\n" + HOST + b"\r\n"


async def test_requests_behind_one_that_is_not_answered_wait_unparsed(port: int) -> None:
    first = GOOD.replace(b"/echo", b"/later")
    answers = await heard(port, first + GOOD * 2_000 + CLOSE)
    assert [one["path"] for one in told(answers)] == ["/later", *["/echo"] * 2_001]
    assert max(one.deepest for one in made) <= 30


async def test_rubbish_behind_a_request_takes_nothing_from_its_answer(port: int) -> None:
    for rubbish in (b"\x16\x03\x01" * 9, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" * 400):
        answer = await heard(port, GOOD.replace(b"/echo", b"/later") + rubbish)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b'"path": "/later"' in answer
        assert b"HTTP/1.1 400 " in answer


@pytest.mark.parametrize(
    ("target", "path", "host"),
    [
        (b"http://127.0.0.1:80/echo?a=b", "/echo", "127.0.0.1:80"),
        (b"HTTP://EXAMPLE.org", "/", "EXAMPLE.org"),
        (b"http://[::1]:8000/a%20b", "/a b", "[::1]:8000"),
    ],
)
async def test_a_target_in_absolute_form_names_path_and_host(port: int, target: bytes, path: str, host: str) -> None:
    [answer] = told(await heard(port, CLOSE.replace(b"/echo", target)))
    assert (answer["path"], [one for one in answer["headers"] if one.startswith("host")]) == (path, [f"host: {host}"])
    upgraded = await heard(port, HANDSHAKE.replace(b"/echo", target), until=b"\r\n\r\n")
    assert upgraded.startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize("target", [b"ftp://a/b", b"http://", b"//", b"example.org:443", b"*", b"file:///etc/passwd"])
async def test_other_targets_are_refused(port: int, target: bytes) -> None:
    answer = await heard(port, CLOSE.replace(b"/echo", target))
    assert answer.startswith(b"HTTP/1.1 400 ") or told(answer)[0]["path"].startswith("//")
    assert (await heard(port, b"CONNECT a.example:443 HTTP/1.1\r\nhost: a.example:443\r\n\r\n")).startswith(
        b"HTTP/1.1 400 "
    )


# ------------------------------------------------------------ a socket


async def test_what_comes_before_a_handshakes_answer_waits_for_it(port: int) -> None:
    """At once with the handshake, or a little later: the same."""
    text = frame(1, b"good")
    for parts in ([HANDSHAKE + text], [HANDSHAKE, text], [HANDSHAKE + text[:3], text[3:] + frame(9, b"ping")]):
        answer = await heard(port, *parts, until=b"good")
        head, _, frames = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 ")
        assert frames.endswith(b"good")


async def test_a_handshake_has_no_body(port: int) -> None:
    for field in (b"content-length: 40000000", b"transfer-encoding: chunked"):
        answer = await heard(port, HANDSHAKE.replace(b"sec-websocket-version", field + b"\r\nsec-websocket-version"))
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.endswith(BODY_OF_HANDSHAKE.encode())


async def test_another_protocol_is_not_spoken_and_what_follows_is_read(port: int) -> None:
    asked = GOOD.replace(b"host", b"connection: upgrade\r\nupgrade: h2c\r\nhost")
    assert [one["path"] for one in told(await heard(port, asked + CLOSE))] == ["/echo", "/echo"]


async def test_the_frames_of_a_message_are_counted(port: int) -> None:
    parts = [frame(1, last=False), *[frame(0, last=False)] * (MOST_FRAGMENTS - 2), frame(0, b"good")]
    assert (await heard(port, HANDSHAKE, b"".join(parts), until=b"good")).endswith(b"good")
    answer = await heard(port, HANDSHAKE, frame(1, last=False), frame(0, last=False) * 50_000)
    assert b"too many frames" in answer
    assert (1009).to_bytes(2) in answer
