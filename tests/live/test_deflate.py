"""Frames deflated once for all: whoever inflates them by the book reads what the others read."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import NegotiationError
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode

from realtime import deflate, frames

TEXTS = st.text(max_size=200)
ROWS = st.lists(TEXTS, max_size=40).map(lambda rows: rows * 5)


def read(frame: bytes) -> bytes:
    """What a peer reads that has agreed to nothing but permessage-deflate with no context taken over."""
    first, length, at = frame[0], frame[1], 2
    if length >= 126:
        size = 2 if length == 126 else 8
        length, at = int.from_bytes(frame[2 : 2 + size], "big"), 2 + size
    assert len(frame) == at + length
    if first == 0x81:
        return frame[at:]
    assert first == 0xC1
    return zlib.decompressobj(-15).decompress(frame[at:] + deflate.TAIL)


@given(TEXTS, ROWS)
def test_a_frame_says_the_same_either_way(operation_id: str, rows: list[str]) -> None:
    payload = frames.encode({"data": rows})
    plain, deflated = (frames.Writer(operation_id, deflates) for deflates in (False, True))
    assert read(plain.frame(payload)) == read(deflated.frame(payload))
    said = json.loads(read(deflated.frame(payload)).decode("utf-8", "replace"))
    assert (said["id"], said["type"]) == (operation_id, "next")


def test_what_is_short_is_not_deflated_and_what_is_long_becomes_short() -> None:
    writer = frames.Writer("1", True)
    short, long = frames.encode({"data": "a"}), frames.encode({"data": [{"name": "第一党支部", "score": 7}] * 1000})
    assert writer.frame(short)[0] == 0x81
    assert len(writer.frame(long)) < len(long) / 20
    assert writer.frame(short)[0] == 0x81  # what was remembered of the long one is not taken for it


def test_an_id_that_fits_in_no_stored_block_is_sent_as_ever() -> None:
    payload = frames.encode({"data": "a" * 5000})
    assert frames.Writer("1" * 70_000, True).frame(payload)[0] == 0x81


def test_all_who_get_the_same_share_the_work() -> None:
    payload = frames.encode({"data": "a" * 5000})
    one, other = frames.Writer("1", True).frame(payload), frames.Writer("two", True).frame(payload)
    assert one.endswith(payload.deflated)
    assert other.endswith(payload.deflated)
    assert payload.deflated is payload.deflated


def test_what_browsers_offer_is_taken_and_a_smaller_window_is_not() -> None:
    factory = deflate.Factory()
    answer, agreed = factory.process_request_params([("client_max_window_bits", None)], [])
    assert {"server_no_context_takeover", "client_no_context_takeover"} <= {name for name, _ in answer}
    sent = Frame(Opcode.TEXT, b"x" * 5000)
    assert agreed.encode(sent) is sent  # the library's own words go out as they are
    with pytest.raises(NegotiationError):
        factory.process_request_params([("server_max_window_bits", "10")], [])


def test_what_a_peer_deflates_is_read() -> None:
    answer, agreed = deflate.Factory().process_request_params([("client_max_window_bits", None)], [])
    peer = ClientPerMessageDeflateFactory().process_response_params(answer, [])
    for text in (b'{"type":"ping"}', b"x" * 50_000):
        assert agreed.decode(peer.encode(Frame(Opcode.TEXT, text)), max_size=65_536).data == text
