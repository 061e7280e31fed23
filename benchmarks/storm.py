"""A hall that loses all its sockets and comes back at once: until everybody is current, and what that asks of the
database."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import report
from crowd import Crowd
from documents import COMPACT
from fanout import allow_open_files
from product import Product, watching

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))
from services import start_postgres, start_redis

BRANCHES = 20
MOST_SECONDS = 10.0
MOST_LOADS = 3  # of each watched board, in each worker


@dataclass(frozen=True)
class Storm:
    seconds: list[float]
    current: bool
    loads: int
    boards: int
    tokens: int
    lookups: int
    batches: int


def main() -> int:
    options = arguments()
    allow_open_files(options.sockets + 500)
    rows: list[tuple[str, str, str, bool]] = []
    with Product(branches=BRANCHES, members=options.tokens // BRANCHES) as product:
        rows += told("SQLite", 1, storm(product, options.sockets, options.rounds))
    postgres, redis = start_postgres(), start_redis()
    try:
        postgres.start()
        redis.start()
        both = {"DATABASE_URL": postgres.create_database(), "REDIS_URL": redis.url}
        with Product(workers=2, branches=BRANCHES, members=options.tokens // BRANCHES, scored=10, **both) as product:
            rows += told("PostgreSQL and Redis, 2 workers", 2, storm(product, options.sockets, options.rounds))
    finally:
        postgres.close()
        redis.close()
    setting = (
        f"{options.sockets:,} sockets of {options.tokens} tokens, {BRANCHES} boards. All are broken off and opened "
        f"again at once, {options.rounds} times, with a change just before. The worst of all times."
    )
    return report.told("storm", setting, rows, write=options.write)


def storm(product: Product, sockets: int, rounds: int) -> list[Storm]:
    town, found = product.town, []
    tokens = town.everyone
    places = {token: town.branches[i] for i, those in enumerate(town.tokens) for token in those}
    dealt = [tokens[i % len(tokens)] for i in range(sockets)]
    with Crowd() as crowd:
        crowd.connect(product.url, [watching(token, places[token], COMPACT, 5.0) for token in dealt])
        for number in range(rounds):
            before = product.metrics()
            product.award(town.members[number % BRANCHES][0])
            seconds, lowest = crowd.storm()
            after = product.metrics()
            newest = {branch: version(product, branch) for branch in lowest}
            counted = {name: after[name] - before[name] for name in after}
            found.append(
                Storm(
                    seconds,
                    all(lowest[branch] >= newest[branch] for branch in newest),
                    counted["board_loads_total"],
                    len(newest),
                    counted["connects_total"],
                    counted["token_lookups_total"],
                    counted["token_lookup_batches_total"],
                )
            )
    return found


def version(product: Product, branch: str) -> int:
    query = "query ($input: LeaderboardInput!) { leaderboard(input: $input) { version } }"
    asked = {"organizationId": branch, "subject": "MEMBER", "period": "MONTH"}
    return int(product.ask(query, {"input": asked}, product.town.secretary)["leaderboard"]["version"])


def told(name: str, workers: int, storms: list[Storm]) -> list[tuple[str, str, str, bool]]:
    slowest = [one.seconds[-1] for one in storms]
    half = [report.percentile(one.seconds, 0.5) for one in storms]
    loads = max(one.loads for one in storms)
    most = MOST_LOADS * storms[0].boards * workers
    current = all(one.current for one in storms)
    lookups, batches = max(one.lookups for one in storms), max(one.batches for one in storms)
    return [
        (
            f"{name}: until half · all are current",
            f"{max(half):.1f} s · {max(slowest):.1f} s",
            "all within 10 s",
            current and max(slowest) <= MOST_SECONDS,
        ),
        (f"{name}: board loads", f"{loads}", f"at most {most} (3 × {storms[0].boards} × {workers})", loads <= most),
        (
            f"{name}: tokens looked up, of {storms[0].tokens:,} that came",
            f"{lookups} in {batches} batches of four statements",
            "in batches or cached",
            lookups < storms[0].tokens,
        ),
    ]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=2_000)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
