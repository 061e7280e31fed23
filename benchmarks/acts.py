"""What it costs to record acts in batches: beside a bare `bulk_create` of as many rows into the same tables.

Three lanes take turns, call by call, in one database: the bare one, the resolver, and the resolver through GraphQL.
"""

import argparse
import asyncio
import hashlib
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import report

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

from services import start_postgres
from sqlite_files import Sqlite
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.migrations.api import migrate
from world import Person, World

import models
from models import IdempotencyKey, Member, Membership, Organization, PointsEntry, PointsKind, PointsReason
from resolvers.points import acts, rules
from resolvers.points.acts import Report

CALL = 500
ACTS_OF_ONE, CAP = 8, 6  # distinct acts of a member, of which the day's cap leaves six: a fifth of all calls is cut
AT_LEAST = 0.25
RULE = "volunteer"
RECORD = """mutation ($inputs: [RecordActInput!]!) { recordActs(inputs: $inputs) {
  __typename ... on RecordActSuccess { pointsEntry { id amount cutReason } } ... on UserError { message } } }"""


@dataclass
class Lane:
    root: Organization
    members: list[UUID]
    calls: list[list[Report]]
    seconds: float = 0.0
    acts: int = 0
    run: Callable[[list[Report]], Awaitable[None]] = field(init=False)

    @property
    def speed(self) -> float:
        return self.acts / self.seconds


def main() -> int:
    options = arguments()
    rows: list[tuple[str, str, str, bool]] = []
    for engine in options.engines:
        EXECUTOR_CACHE.clear()  # Tortoise would give one engine's statements to the other
        bare, resolver, graphql = asyncio.run(measured(engine, options.acts))
        share = resolver.speed / bare.speed
        rows += [
            (f"{engine}: bare bulk_create", f"{bare.speed:,.0f} acts/s", "", True),
            (f"{engine}: resolver", f"{resolver.speed:,.0f} acts/s", "", True),
            (f"{engine}: resolver ÷ bare", f"{share:.2f}", f"at least {AT_LEAST}", share >= AT_LEAST),
            (f"{engine}: through GraphQL", f"{graphql.speed:,.0f} acts/s", "", True),
        ]
    setting = (
        f"{options.acts:,} acts of {options.acts // 10:,} members in each lane, in calls of {CALL}. A fifth of them"
        " were sent before, a fifth are cut by a cap of the day. The lanes take turns call by call."
    )
    return report.told("acts", setting, rows, write=options.write)


async def measured(engine: str, count: int) -> tuple[Lane, Lane, Lane]:
    async with database(engine) as world:
        operator = await world.operator()
        bare, resolver, graphql = [await lane(world, operator, f"R{number}", count) for number in range(3)]
        bare.run = bare_calls(world, operator, bare)
        resolver.run = resolver_calls(world, operator)
        graphql.run = graphql_calls(world, operator)
        for number in range(len(bare.calls)):
            for one in random.sample((bare, resolver, graphql), 3):
                begun = time.perf_counter()
                await one.run(one.calls[number])
                one.seconds += time.perf_counter() - begun
                one.acts += len(one.calls[number])
            if number % 20 == 0:
                told = ", ".join(f"{one.speed:,.0f}" for one in (bare, resolver, graphql))
                print(f"{engine} {number + 1}/{len(bare.calls)}: {told} acts/s", file=sys.stderr)
        for one in (resolver, graphql):
            await checked(one)
        return bare, resolver, graphql


@asynccontextmanager
async def database(engine: str) -> AsyncIterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        server = Sqlite(Path(folder)) if engine == "sqlite" else start_postgres()
        url = server.create_database()
        await migrate(config=models.database.configuration(url))
        await models.database.close()
        await models.database.connect(url)
        try:
            yield World()
        finally:
            await models.database.close()
            server.drop_database(url)
            if not isinstance(server, Sqlite):
                server.close()


async def lane(world: World, operator: Person, code: str, count: int) -> Lane:
    root = await world.organization("公司党委", code)
    branches = [await world.organization(f"支部{n}", f"{code}-{n}", below=root) for n in range(10)]
    rule = {"title": "志愿服务", "amount": 1, "caps": [{"period": "DAY", "points": CAP}]}
    long_ago = world.clock.now - timedelta(days=30)
    await rules.create(
        await world.session(operator),
        organization_id=root.id,
        code=RULE,
        rule=rule,
        valid_from=long_ago,
        valid_until=None,
    )
    members = [
        Member(root_id=root.id, organization_id=branches[n % 10].id, name=f"党员{n}", created_at=long_ago)
        for n in range(count // 10)
    ]
    stays = [Membership(member_id=one.id, organization_id=one.organization_id, from_at=long_ago) for one in members]
    async with models.database.transaction():
        await Member.bulk_create(members, batch_size=500)
        await Membership.bulk_create(stays, batch_size=500)
    ids = [one.id for one in members]
    return Lane(root, ids, calls_of(world, ids))


def calls_of(world: World, members: list[UUID]) -> list[list[Report]]:
    """Four fifths new, a fifth sent before, in the same call or an earlier one."""
    draw = random.Random(len(members))
    new = [
        Report(RULE, member, 1, None, world.clock.now - timedelta(minutes=draw.randrange(500)), str(uuid4()))
        for member in members * ACTS_OF_ONE
    ]
    draw.shuffle(new)
    calls: list[list[Report]] = []
    fresh = CALL * 4 // 5
    for begin in range(0, len(new), fresh):
        some = new[begin : begin + fresh]
        again = [new[draw.randrange(begin + len(some))] for _ in range(len(some) // 4)]
        call = [*some, *again]
        draw.shuffle(call)
        calls.append(call)
    return calls


# ---------------------------------------------------------------- the lanes


def bare_calls(world: World, operator: Person, lane: Lane) -> Callable[[list[Report]], Awaitable[None]]:
    """A row of each table for each act, whatever it says: nothing is looked up, checked, capped or answered."""
    positions = iter(range(1, 1_000_000))
    now = world.clock.now

    async def call(reports: list[Report]) -> None:
        position = next(positions)
        entries = [
            PointsEntry(
                root_id=lane.root.id,
                position=position,
                line=line,
                member_id=one.member_id,
                organization_id=lane.root.id,
                kind=PointsKind.EARNED,
                amount=1,
                ranks=True,
                rule=RULE,
                quantity=1,
                occurred_at=one.occurred_at,
                counts_at=one.occurred_at,
                recorded_at=now,
                reached=0,
                recorded_by_id=operator.account.id,
            )
            for line, one in enumerate(reports)
        ]
        reasons = [PointsReason(entry_id=one.id, text="志愿服务") for one in entries]
        keys = [
            IdempotencyKey(
                account_id=operator.account.id,
                key=str(uuid4()),
                request_hash=hashlib.sha256(one.key.encode()).hexdigest(),
                entry_id=entry.id,
                created_at=now,
            )
            for one, entry in zip(reports, entries, strict=True)
        ]
        async with models.database.transaction():
            await IdempotencyKey.bulk_create(keys)
            await PointsEntry.bulk_create(entries)
            await PointsReason.bulk_create(reasons)

    return call


def resolver_calls(world: World, operator: Person) -> Callable[[list[Report]], Awaitable[None]]:
    async def call(reports: list[Report]) -> None:
        made = await acts.record_each(await world.session(operator), reports)
        assert all(isinstance(one, PointsEntry) for one in made)

    return call


def graphql_calls(world: World, operator: Person) -> Callable[[list[Report]], Awaitable[None]]:
    """In this process, without HTTP."""
    from schema import ids

    def given(one: Report) -> dict[str, Any]:
        assert one.occurred_at is not None
        return {
            "rule": one.rule,
            "memberId": ids.encode("Member", one.member_id),
            "occurredAt": one.occurred_at.isoformat(),
            "idempotencyKey": one.key,
        }

    async def call(reports: list[Report]) -> None:
        found = await world.ask(operator, RECORD, inputs=[given(one) for one in reports])
        assert all(one["__typename"] == "RecordActSuccess" for one in found["recordActs"])

    return call


async def checked(lane: Lane) -> None:
    """One entry for each key, and no member above the cap."""
    entries = PointsEntry.filter(root_id=lane.root.id)
    assert await entries.count() == len(lane.members) * ACTS_OF_ONE
    assert await entries.filter(cut="CAP_DAY", amount=0).count() == len(lane.members) * (ACTS_OF_ONE - CAP)
    assert await Member.filter(root_id=lane.root.id, balance=CAP).count() == len(lane.members)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acts", type=int, default=100_000, help="in each lane, ten for each member")
    parser.add_argument("--engines", nargs="+", choices=["sqlite", "postgres"], default=["sqlite", "postgres"])
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
