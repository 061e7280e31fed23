"""What 300 queries of a large leaderboard leave behind in the worker, one after the other and by 20 askers at once; and
the longest search for garbage that held the loop meanwhile, and during awards."""

import argparse
import sys
import threading

from product import Product

BOARD = """query ($input: LeaderboardInput!) { leaderboard(input: $input) { version size rows(first: 10) {
  rank score subject { ... on Member { id displayName organization { name } } } } } }"""
WARM = 20  # queries before the first look
ASKERS = 20
MOST_GROWTH = 10_000_000  # bytes
LONGEST_SEARCH = 0.050  # seconds that a search for garbage may hold the loop


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
        [members] = product.town.members
        for place in range(options.awards):  # each makes the next query load a board again
            product.award(members[place])
            ask(1)
        print("\n| generation | searches for garbage | longest, ms |\n|---|---|---|")
        longest = 0.0
        for generation in "012":
            label = f'{{generation="{generation}"}}'
            took = product.metric(f"garbage_longest_seconds{label}")
            longest = max(longest, took)
            count = product.metric(f"garbage_searches_total{label}")
            print(f"| {generation} | {count:.0f} | {took * 1000:.1f} |")
    return 0 if max(alone, again) <= MOST_GROWTH and longest <= LONGEST_SEARCH else 1


def per(product: Product, since: float, queries: int) -> str:
    return f"{(product.cpu_seconds - since) / queries * 1000:.1f}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--awards", type=int, default=100, help="each followed by a query, at the end")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
