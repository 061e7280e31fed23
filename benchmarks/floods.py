"""What a stranger's flood costs another client: how late /healthz is, and how much memory, kind by kind.

Each kind is measured in turn with the same bytes sent as a body that is refused, in the same run.
"""

import argparse
import contextlib
import socket
import sys
import threading
import time
import urllib.request
from statistics import median, quantiles

from product import Product

HOST = b"host: 127.0.0.1\r\n"
POST = b"POST /graphql HTTP/1.1\r\n" + HOST + b"content-type: application/json\r\n"
CHUNKED = POST + b"transfer-encoding: chunked\r\n\r\n"
REFUSED = "a refused body"
KINDS: dict[str, tuple[bytes, bytes]] = {
    REFUSED: (POST + b"content-length: 99999999\r\n\r\n", b"a" * 1000),
    "trailers": (CHUNKED + b"1\r\n{\r\n0\r\n", b"a: b\r\n"),
    "one trailer": (CHUNKED + b"1\r\n{\r\n0\r\na: ", b"b" * 1000),
    "chunk extensions": (CHUNKED, b"1;" + b"x" * 50 + b"\r\n{\r\n"),
    "pipelined heads": (b"", b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"),
}
MOST_LATER = 0.05  # seconds that p99 may be above that of a refused body
MOST_GROWTH = 10 * 1024 * 1024  # bytes


def main() -> int:
    options = arguments()
    late: dict[str, list[float]] = {kind: [] for kind in KINDS}
    growth: dict[str, int] = dict.fromkeys(KINDS, 0)
    with Product() as product:
        port = int(product.url.rpartition(":")[2].partition("/")[0])
        for _ in range(options.rounds):
            for kind, (first, again) in KINDS.items():
                before = product.memory
                late[kind].append(asked_during(port, first, again, options.megabytes * 1_000_000))
                growth[kind] = max(growth[kind], product.memory - before)
    base = median(late[REFUSED])
    good = True
    print(
        f"| {options.megabytes} MB of | /healthz p99, ms | above a refused body, ms | memory, MB |\n|---|---|---|---|"
    )
    for kind in KINDS:
        above = median(late[kind]) - base
        good &= above <= MOST_LATER and growth[kind] <= MOST_GROWTH
        print(f"| {kind} | {median(late[kind]) * 1000:.1f} | {above * 1000:+.1f} | {growth[kind] / 1e6:+.1f} |")
    return 0 if good else 1


def asked_during(port: int, first: bytes, again: bytes, flood: int) -> float:
    """p99 of /healthz, in seconds, while the bytes are pushed, over and over, for three seconds."""
    ended = threading.Event()

    def push() -> None:
        block = again * (100_000 // len(again) + 1)
        while not ended.is_set():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5) as raw:
                raw.sendall(first)
                sent = 0
                while sent < flood and not ended.is_set():
                    sent += raw.send(block)

    pusher = threading.Thread(target=push)
    pusher.start()
    took: list[float] = []
    ends = time.monotonic() + 3
    while time.monotonic() < ends:
        began = time.monotonic()
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30).read()
        took.append(time.monotonic() - began)
        time.sleep(0.005)
    ended.set()
    pusher.join()
    return quantiles(took, n=100)[98]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
