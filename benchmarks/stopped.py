"""Two hundred clients stop (SIGSTOP) among a thousand: what the others notice, and when the stopped are gone."""

import argparse
import os
import signal
import sys
import time
from dataclasses import dataclass
from statistics import median

import report
from crowd import Crowd
from documents import COMPACT
from fanout import allow_open_files
from product import Product, watching

RATE = 20.0
BEAT = 0.1  # seconds from one change to the next
MOST_TIMES = 1.5
MOST_SECONDS = 30.0
MOST_GROWTH = 40 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class Pair:
    """p95 of those who go on reading: before the others stop, and while they stand still."""

    without: float
    among: float
    slowest: float
    gone_after: float
    growth: int
    congested: bool


def main() -> int:
    options = arguments()
    allow_open_files(options.clients + 500)
    pairs: list[Pair] = []
    with Product(members=-(-options.clients // 20)) as product, Crowd() as readers:
        [branch], tokens = product.town.branches, product.town.everyone
        plans = [watching(tokens[i % len(tokens)], branch, COMPACT, RATE) for i in range(options.clients)]
        readers.connect(product.url, plans[options.stopped :])
        for _ in range(options.pairs):
            with Crowd() as stopping:
                stopping.connect(product.url, plans[: options.stopped])
                pairs.append(pair(product, readers, stopping, branch, options.changes))
                print(pairs[-1], file=sys.stderr)
    times = [one.among / one.without for one in pairs]
    rows = [
        (
            f"p95 of the others: without · among {options.stopped} stopped",
            " · ".join(
                f"{median(p95) * 1000:.0f} ms" for p95 in zip(*((one.without, one.among) for one in pairs), strict=True)
            ),
            "",
            True,
        ),
        ("of these the ratio", report.spread(times, ".2f"), "at most 1.5", median(times) <= MOST_TIMES),
        (
            "slowest frame of the others while clients stood still with full buffers",
            f"{max(one.slowest for one in pairs) * 1000:.0f} ms",
            "no fan-out waits 2 s",
            max(one.slowest for one in pairs) < 2 and all(one.congested for one in pairs),
        ),
        (
            "memory grew by at most",
            f"{max(one.growth for one in pairs) / 1024 / 1024:.1f} MiB",
            "40 MiB",
            max(one.growth for one in pairs) <= MOST_GROWTH,
        ),
        (
            "the stopped were gone after at most",
            f"{max(one.gone_after for one in pairs):.1f} s",
            "30 s",
            max(one.gone_after for one in pairs) <= MOST_SECONDS,
        ),
    ]
    setting = (
        f"{options.clients - options.stopped} clients read, {options.stopped} are stopped with SIGSTOP. "
        f"{options.changes} changes {BEAT:g} s apart before that and as many after, until the stopped are gone. "
        f"Median (least–most) of {options.pairs} interleaved pairs."
    )
    return report.told("stopped", setting, rows, write=options.write)


def pair(product: Product, readers: Crowd, stopping: Crowd, branch: str, changes: int) -> Pair:
    without = late_by(product, readers, branch, changes)
    before, memory, most = product.metrics(), product.memory, 0
    os.kill(stopping.pid, signal.SIGSTOP)
    stopped = time.monotonic()
    try:
        among = late_by(product, readers, branch, changes)
        reading = len(without) // changes
        while product.metrics()["sockets"] > reading and time.monotonic() - stopped < 2 * MOST_SECONDS:
            among += late_by(product, readers, branch, 1)
            most = max(most, product.memory - memory)
    finally:
        gone_after = time.monotonic() - stopped
        os.kill(stopping.pid, signal.SIGKILL)
    congested = product.metrics()["conflated_frames_total"] > before["conflated_frames_total"]
    return Pair(
        report.percentile(without, 0.95), report.percentile(among, 0.95), max(among), gone_after, most, congested
    )


def late_by(product: Product, readers: Crowd, branch: str, changes: int) -> list[float]:
    """How late each reader was told of each change."""
    [them] = product.town.members
    found: list[float] = []
    for i in range(changes):
        started = time.monotonic()
        product.award(them[i % len(them)])
        found += readers.reached(started, branch)[1]
        time.sleep(max(0.0, started + BEAT - time.monotonic()))
    return found


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--stopped", type=int, default=200)
    parser.add_argument("--changes", type=int, default=80)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
