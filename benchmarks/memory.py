"""What 300 queries of a large leaderboard leave behind in the worker, one after the other and by 20 askers at once."""

import argparse
import sys
import threading

from product import Product

BOARD = """query ($input: LeaderboardInput!) { leaderboard(input: $input) { version size rows(first: 10) {
  rank score subject { ... on Member { id displayName organization { name } } } } } }"""
WARM = 20  # queries before the first look
ASKERS = 20
MOST_GROWTH = 10_000_000  # bytes


def main() -> int:
    options = arguments()
    with Product(members=options.members, scored=options.members) as product:
        [branch] = product.town.branches
        asked = {"input": {"organizationId": branch, "subject": "MEMBER", "period": "MONTH"}}

        def ask(times: int) -> int:
            size = 0
            for _ in range(times):
                size = product.ask(BOARD, asked, product.town.secretary)["leaderboard"]["size"]
            return size

        rows = ask(WARM)
        before, cpu = product.memory, product.cpu_seconds
        print(f"| {rows} rows | memory after the first {WARM} queries, MB | CPU a query, ms |\n|---|---|---|")
        ask(options.queries)
        alone = product.memory - before
        print(f"| {options.queries}, one after the other | {alone / 1e6:+.1f} | {per(product, cpu, options.queries)} |")
        cpu = product.cpu_seconds
        askers = [threading.Thread(target=ask, args=(options.queries // ASKERS,)) for _ in range(ASKERS)]
        for one in askers:
            one.start()
        for one in askers:
            one.join()
        at_once = product.memory - before
        print(f"| {options.queries}, {ASKERS} at once | {at_once / 1e6:+.1f} | {per(product, cpu, options.queries)} |")
        ask(options.queries)
        again = product.memory - before
        print(f"| {options.queries} more, one after the other | {again / 1e6:+.1f} | |")
    return 0 if max(alone, again) <= MOST_GROWTH else 1


def per(product: Product, since: float, queries: int) -> str:
    return f"{(product.cpu_seconds - since) / queries * 1000:.1f}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=300)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
