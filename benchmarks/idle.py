"""Thousands of quiet sockets in one process, and one change a second: memory of each, and how late it is told."""

import argparse
import sys
import time
from collections import Counter

import report
from crowd import Crowd
from documents import COMPACT
from fanout import allow_open_files
from product import Product, watching

PER_TOKEN = 20  # the default limit of sockets of one token
MOST_MEMORY = 40 * 1024  # bytes
MOST_LATE = 0.5  # seconds


def main() -> int:
    options = arguments()
    allow_open_files(options.sockets + 500)
    members = -(-options.sockets // PER_TOKEN)
    with Product(members=members) as product, Crowd() as crowd:
        [branch], [them] = product.town.branches, product.town.members
        warm = [watching(product.town.everyone[0], branch, COMPACT, 5.0)]
        with Crowd() as first:  # what a process loads once is no socket's
            first.connect(product.url, warm)
            product.award(them[0])
        time.sleep(1)
        before = product.memory
        tokens = [product.town.everyone[i % members] for i in range(options.sockets)]
        began = time.monotonic()
        crowd.connect(product.url, [watching(token, branch, COMPACT, 5.0) for token in tokens])
        connecting = time.monotonic() - began
        time.sleep(2)
        held = product.memory
        late: list[float] = []
        versions: Counter[int] = Counter()
        for i in range(options.changes):
            started = time.monotonic()
            product.award(them[i % len(them)])
            version, seconds = crowd.reached(started, branch)
            versions[version] += len(seconds)
            late += seconds
            time.sleep(max(0.0, started + 1 - time.monotonic()))
        board = "query ($input: LeaderboardInput!) { leaderboard(input: $input) { version } }"
        asked = {"input": {"organizationId": branch, "subject": "MEMBER", "period": "MONTH"}}
        newest = int(product.ask(board, asked, tokens[0])["leaderboard"]["version"])
        last = crowd.lowest()[branch] == newest == max(versions)
        after = product.memory
    each = (held - before) / options.sockets
    rows = [
        ("memory per socket, connected", f"{each / 1024:.1f} KB", "at most 40 KB", each <= MOST_MEMORY),
        (
            f"memory per socket, after {options.changes} changes",
            f"{(after - before) / options.sockets / 1024:.1f} KB",
            "at most 40 KB",
            (after - before) / options.sockets <= MOST_MEMORY,
        ),
        (
            "from asking for the change to a socket: p50 · p99 · last",
            " · ".join(f"{report.percentile(late, part) * 1000:.0f} ms" for part in (0.5, 0.99, 1.0)),
            "p99 at most 500 ms",
            report.percentile(late, 0.99) <= MOST_LATE,
        ),
        ("sockets that end on the last version", "all" if last else "not all", "all", last),
        ("connecting all, 32 at a time", f"{connecting:.1f} s", "", True),
    ]
    setting = f"{options.sockets:,} sockets of {members:,} tokens in one process on SQLite, one change a second."
    return report.told("idle", setting, rows, write=options.write)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=10_000)
    parser.add_argument("--changes", type=int, default=30)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
