"""Clients whose connections are cut, before and after the commit, and who ask again: one entry for each key, and one
answer."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from acts import OUTCOME, adopt, set_rule
from course import mutation, published
from ledger import AWARD, REVERSE
from server import Server
from shop import REDEEM, put_up
from story import told
from world import Person, World

from models import PointsEntry, Redemption, Reward
from resolvers.verification import verify as verification_verify

RECORD = f"mutation ($input: RecordActInput!) {{ recordAct(input: $input) {{ {OUTCOME} }} }}"
STUDY = mutation("recordStudy")
RULE = {"title": "志愿服务", "amount": 5, "caps": [{"period": "DAY", "points": 32}]}
LONGEST = 0.06  # seconds until a connection is cut: some die in the act, some after it
Request = tuple[Person, str, dict[str, Any]]


def _key() -> str:
    return str(uuid4())


async def cut(server: Server, request: Request, seconds: float) -> bool:
    """Send it, and close the connection then. Whether an answer had begun to come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    by, query, given = request
    body = json.dumps({"query": query, "variables": {"input": given}}).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {by.token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    try:
        async with asyncio.timeout(seconds):
            return bool(await reader.read(1))
    except TimeoutError:
        return False
    finally:
        writer.transport.abort()


async def answered(api: httpx.AsyncClient, request: Request) -> str:
    by, query, given = request
    body = {"query": query, "variables": {"input": given}}
    answer = await api.post("/graphql", json=body, headers={"authorization": f"Bearer {by.token}"})
    return json.dumps(answer.json()["data"], sort_keys=True)


async def test_whoever_is_cut_off_asks_again_and_nothing_is_done_twice(
    world: World, database: str, scaled: Callable[[int], int]
) -> None:
    seed = int(os.environ.get("LEITAI_SEED") or random.randrange(2**32))
    print(f"LEITAI_SEED={seed}")  # noqa: T201 -- for whoever repeats a failure
    rng, count = random.Random(seed), scaled(60)
    world.clock.now = datetime.now(UTC)
    story = await told(world)
    await set_rule(story.company.root, "volunteer", RULE)
    await adopt(story.company.root, "STUDY_APP")
    given = [await world.award(story.secretary, story.sun, 2) for _ in range(count)]
    await world.award(story.secretary, story.li, count)
    reward = await put_up(world, story.secretary, story.company.root, top=0, perMonth=0, stock=count, price=1)
    courses = [await published(world, story.secretary, at=story.company.root) for _ in range(count)]
    before, requests = await PointsEntry.all().count(), list[Request]()
    for number in range(count):
        member, key = {"memberId": world.id(rng.choice([story.li, story.zhao]))}, _key
        requests += [
            (story.secretary, RECORD, {**member, "rule": "volunteer", "idempotencyKey": key()}),
            (story.secretary, AWARD, {**member, "amount": 1, "reason": "好", "idempotencyKey": key()}),
            (
                story.secretary,
                REVERSE,
                {"pointsEntryId": world.id(given[number]), "reason": "错", "idempotencyKey": key()},
            ),
            (
                story.sun,
                STUDY,
                {"courseId": world.id(courses[number]), "positionSeconds": 600, "idempotencyKey": key()},
            ),
            (story.li, REDEEM, {"rewardId": reward, "idempotencyKey": key()}),
        ]
    server = Server(DATABASE_URL=database)
    server.start()
    begun = 0
    try:
        async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=60) as api:
            for request in requests:
                copies = rng.randint(1, 5)
                tries = [cut(server, request, rng.uniform(0, LONGEST)) for _ in range(copies)]
                begun += sum(await asyncio.gather(*tries))
                again = [answered(api, request) for _ in range(copies)]
                [answer] = set(await asyncio.gather(*again))
                assert "Success" in answer, answer
    finally:
        server.close()
    entries = await PointsEntry.all()
    assert len(entries) == before + len(requests) + count  # a course that was heard pays its lecturer too
    assert [await Redemption.all().count(), (await Reward.get()).stock] == [count, 0]
    assert (await verification_verify.verify(datetime.now(UTC))).differences == []
    volunteered = [one.amount for one in entries if one.rule == "volunteer" and one.member_id == story.li.id]
    assert sum(volunteered) == min(32, 5 * len(volunteered))
    assert begun < len(requests) * 5
