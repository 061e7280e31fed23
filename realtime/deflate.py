"""permessage-deflate (RFC 7692) whose work is done once for all who get the same.

A frame's payload is deflated once per change, whoever gets it, and each subscriber's own words stand before it in a
block that is stored as it is. That needs messages which stand each for themselves (no context taken over, in either
direction: no memory per socket either) and the whole window; a peer that wants it otherwise gets frames as they are.
What the library itself sends is short, and goes out as it is.
"""

import zlib
from collections.abc import Sequence

from websockets.exceptions import NegotiationError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Frame
from websockets.typing import ExtensionParameter

WORTH = 1_024  # bytes, from which on a payload is deflated: below, the time costs more than the bytes
LEVEL = 3  # 730 KB of 229 blocks: 195 KB in 9 ms; level 6 takes 20 ms for 6 % less
WINDOW = 15
TAIL = b"\x00\x00\xff\xff"  # of a flush, which a message leaves out
MOST_STORED = 0xFFFF  # bytes in one stored block


class Inflates(PerMessageDeflate):
    def encode(self, frame: Frame) -> Frame:
        return frame


class Factory(ServerPerMessageDeflateFactory):
    def __init__(self) -> None:
        super().__init__(server_no_context_takeover=True, client_no_context_takeover=True)

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        answer, agreed = super().process_request_params(params, accepted_extensions)
        if agreed.local_max_window_bits < WINDOW:
            raise NegotiationError("a smaller window would need a compression of its own")
        return answer, Inflates(True, True, agreed.remote_max_window_bits, agreed.local_max_window_bits)


def stored(data: bytes) -> bytes:
    """As a block of its own, not compressed. At most MOST_STORED bytes."""
    length = len(data)
    return b"\x00" + length.to_bytes(2, "little") + (length ^ MOST_STORED).to_bytes(2, "little") + data


def deflated(data: bytes) -> bytes:
    """As blocks that begin at a whole byte and refer to nothing before them: they may follow any other."""
    engine = zlib.compressobj(LEVEL, zlib.DEFLATED, -WINDOW)
    return (engine.compress(data) + engine.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)
