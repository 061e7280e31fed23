"""Whether time tells what exists from what does not: look-ups of a hidden id and of one that never was, by turns.

Whoever may not see a thing asks for it, then for one that never was, again and again, in one process, through the
schema; the number is the ratio of the two medians. Beside it, as noise: the same ratio of two ids that never were.
"""

import argparse
import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from statistics import median
from uuid import uuid4

import report

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from graphql import DocumentNode, parse
from realm import made
from services import start_postgres
from sqlite_files import Sqlite
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.migrations.api import migrate
from world import DATA_KEYS, Person, World

import models
from app.keys import data_keys
from app.live.execution import answer
from app.settings import Settings
from schema import ids
from schema.context import Context

LOOK_UPS = {
    "organization": ("Organization", "query ($id: ID!) { organization(id: $id) { id } }"),
    "member": ("Member", "query ($id: ID!) { member(id: $id) { id } }"),
    "task": ("Task", "query ($id: ID!) { task(id: $id) { id } }"),
    "course": ("Course", "query ($id: ID!) { course(id: $id) { id } }"),
    "block": ("Block", "query ($id: ID!) { block(id: $id) { id } }"),
    "claim, by node": ("Claim", "query ($id: ID!) { node(id: $id) { id } }"),
    "points entry, by node": ("PointsEntry", "query ($id: ID!) { node(id: $id) { id } }"),
    "redemption, by node": ("Redemption", "query ($id: ID!) { node(id: $id) { id } }"),
    "role, by node": ("RoleGrant", "query ($id: ID!) { node(id: $id) { id } }"),
    "leaderboard": ("Organization", "query ($id: ID!) { leaderboard(input: { organizationId: $id }) { id } }"),
    "task arena": ("Organization", "query ($id: ID!) { taskArena(organizationId: $id) { id } }"),
    "approveClaim": (
        "Claim",
        "mutation ($id: ID!) { approveClaim(input: { claimId: $id }) { __typename ... on UserError { message } } }",
    ),
    "awardPoints": (
        "Member",
        """mutation ($id: ID!) { awardPoints(input: { memberId: $id, amount: 1, reason: "x", idempotencyKey: "x" }) {
          __typename ... on UserError { message } } }""",
    ),
}
ENGINES = ("sqlite", "postgres")
NOISE = 0.10  # of the median, to either side of 1
Turn = tuple[float, float, float]  # of a hidden id, of one that never was, of another that never was


@asynccontextmanager
async def database(engine: str) -> AsyncIterator[None]:
    EXECUTOR_CACHE.clear()
    with tempfile.TemporaryDirectory() as folder:
        server = Sqlite(Path(folder)) if engine == "sqlite" else start_postgres()
        url = server.create_database()
        data_keys.use(Settings(DATABASE_URL=url, LEITAI_DATA_KEYS=DATA_KEYS))  # pyright: ignore[reportCallIssue]
        await migrate(config=models.database.configuration(url))
        await models.database.connect(url)
        try:
            yield
        finally:
            await models.database.close()
            if not isinstance(server, Sqlite):
                server.close()


async def taken(world: World, who: Person, document: DocumentNode, tried: str) -> float:
    context = Context(await world.session(who))
    began = time.perf_counter()
    await models.database.shielded(answer(document, None, {"id": tried}, context))
    return time.perf_counter() - began


async def measured(engine: str, turns: int) -> dict[str, tuple[float, float, float]]:
    """Of each look-up: the median for one that never was in ms, hidden ÷ absent, absent ÷ absent."""
    found: dict[str, tuple[float, float, float]] = {}
    async with database(engine):
        world = World()
        realm = await made(world, Random("absence"))
        stranger = await world.member("郑爽", at=await world.organization("别处", "elsewhere"))
        for name, (kind, text) in LOOK_UPS.items():
            document, hidden = parse(text), [one.id for one in realm.of_kind(kind)]
            lanes: list[list[float]] = [[], [], []]
            gc.collect()
            gc.disable()
            for turn in range(turns):
                tried = [hidden[turn % len(hidden)], ids.encode(kind, uuid4()), ids.encode(kind, uuid4())]
                for lane in ((0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1))[turn % 4]:
                    lanes[lane].append(await taken(world, stranger, document, tried[lane]))
            gc.enable()
            there, absent, again = (median(lane) for lane in lanes)
            found[name] = (absent * 1000, there / absent, again / absent)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=400)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    options = parser.parse_args()
    results = {engine: asyncio.run(measured(engine, options.turns)) for engine in options.engines}
    lines = [
        f"{options.turns} turns of each look-up on each engine; medians.",
        "",
        "| look-up | " + " | ".join(f"{one}: absent, ms | hidden ÷ absent | absent ÷ absent" for one in results) + " |",
        "|---|" + "---|" * (3 * len(results)),
    ]
    for name in LOOK_UPS:
        cells = [f"{of[name][0]:.2f} | {of[name][1]:.3f} | {of[name][2]:.3f}" for of in results.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    worst = max(abs(of[name][1] - 1) for of in results.values() for name in LOOK_UPS)
    noise = max(abs(of[name][2] - 1) for of in results.values() for name in LOOK_UPS)
    lines += ["", f"The furthest from 1: {worst:.1%} hidden ÷ absent, {noise:.1%} absent ÷ absent."]
    sys.stdout.write("\n".join(lines) + "\n")
    if options.write:
        report.put("absence", [report.machine(), *lines])
    return 0 if worst <= NOISE else 1


if __name__ == "__main__":
    sys.exit(main())
