"""Frames that break the protocol: each closes its own socket with its code and costs one line in the log."""

from collections.abc import Iterator

import pytest
from bad_frames import MALFORMED
from halls import Hall

MOST_FRAME = 64 * 1024


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    made = Hall(tmp_path_factory.mktemp("malformed"))
    yield made
    assert " at=[" not in made.server.log
    assert "[error" not in made.server.log
    made.close()


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
