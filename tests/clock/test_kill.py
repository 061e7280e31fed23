"""A server killed with SIGKILL at each of six named places loses no award that it acknowledged and makes none twice.

In each life several acts are under way at once, new ones and those of earlier lives again, with the same key or claim;
at a random passing of the place the server is killed. An act counts as acknowledged once its whole answer arrived.
Every act is sent in at least two lives. At the end each has exactly one entry, the one that every answer named.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from killing import Act, Life, Nursery
from server import leitai
from world import Person, World

import models
from models import Claim, ClaimStatus, Member, PointsEntry, Task, TaskReview
from resolvers import failpoints
from rules.roles import Role
from schema import ids

LECTURED = "course.lectured"  # at most 20 a day: later ones are kept with 0
UNDONE = (failpoints.BEFORE_BEGIN, failpoints.AFTER_FIRST_WRITE, failpoints.BEFORE_COMMIT)  # what dies there
LONGEST_LIFE = 60.0  # seconds
CLIENTS = 5  # at once; each goes on to the next act when one is answered, until one is not
TOGETHER = 6  # acts of earlier lives that are sent again in one life
MANY = 12  # acts still to be sent again, or answered: then one life is left alone


@dataclass
class Ledger:
    """Who does what, at random."""

    rng: random.Random
    secretary: Person
    members: list[Person]
    submitted: list[tuple[Person, UUID]]  # claims to be approved
    claimed: list[tuple[Person, UUID]]  # of an AUTOMATIC task
    reversible: list[str]
    acts: list[Act] = field(default_factory=list[Act])

    def think_of_more(self) -> None:
        """One of each kind."""
        _, submitted = self.submitted.pop()
        member, claimed = self.claimed.pop()
        note, evidence = {"note": "属实"}, {"evidence": "照片三张"}
        self.acts += [
            self._award(),
            self._record(),
            self._reverse(),
            Act("approveClaim", self.secretary, {"claimId": ids.encode("Claim", submitted), **note}, submitted),
            Act("submitClaim", member, {"claimId": ids.encode("Claim", claimed), **evidence}, claimed),
        ]

    def _award(self) -> Act:
        key, to = str(uuid4()), self.rng.choice(self.members[:5])
        assert to.member
        place = {"organizationId": ids.encode("Organization", to.member.organization_id)}
        whom = {"memberId": World.id(to)} if self.rng.random() < 0.8 else place
        amount = self.rng.choice([-30, -1, 1, 20, 500])
        return Act("awardPoints", self.secretary, {**whom, "amount": amount, "reason": key, "idempotencyKey": key})

    def _record(self) -> Act:
        key, to = str(uuid4()), self.rng.choice(self.members[:5])
        return Act("recordAct", self.secretary, {"rule": LECTURED, "memberId": World.id(to), "idempotencyKey": key})

    def _reverse(self) -> Act:
        key = str(uuid4())
        entry = self.reversible.pop(self.rng.randrange(len(self.reversible)))
        return Act("reversePoints", self.secretary, {"pointsEntryId": entry, "reason": key, "idempotencyKey": key})

    def unsettled(self) -> list[Act]:
        return [one for one in self.acts if one.sent and not one.settled]

    def unsent(self) -> list[Act]:
        return [one for one in self.acts if not one.sent]

    def settle(self, acts: Iterable[Act]) -> None:
        self.reversible += [one.entry["id"] for one in acts if one.settled and one.name != "reversePoints"]


@dataclass
class Kill:
    point: str
    life: Life
    sent: list[Act]

    def unanswered(self) -> list[Act]:
        return [one for one in self.sent if self.life.number in one.sent and self.life.number not in one.answers]


def far_from_midnight(now: datetime) -> str:
    """A zone in which it is noon: what time writes by itself stays out of this test."""
    return f"Etc/GMT{now.hour - 12:+d}"


async def prepared(world: World, rng: random.Random, kills: int) -> Ledger:
    world.clock.now = datetime.now(UTC)
    company = await world.company(time_zone=far_from_midnight(world.clock.now))
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    members = await world.members(kills, at=company.first)
    reviewed = await world.task(secretary, at=company.first)
    automatic = await world.task(secretary, at=company.first, review=TaskReview.AUTOMATIC, award=3)
    seeds = [await world.award(secretary, members[0], 100) for _ in range(20)]
    return Ledger(
        rng,
        secretary,
        members,
        await claims(world, reviewed, members, ClaimStatus.SUBMITTED),
        await claims(world, automatic, members, ClaimStatus.CLAIMED),
        [World.id(one) for one in seeds],
    )


async def claims(world: World, task: Task, members: list[Person], status: ClaimStatus) -> list[tuple[Person, UUID]]:
    """One of each member, as if all had been made."""
    now = world.clock.now
    submitted: dict[str, Any] = {"submitted_at": now, "evidence": "照片"} if status is ClaimStatus.SUBMITTED else {}
    made = [Claim(task_id=task.id, member_id=one.id, status=status, claimed_at=now, **submitted) for one in members]
    async with models.database.transaction():
        await Claim.bulk_create(made, batch_size=500)
        await Task.filter(id=task.id).update(held=len(made))
    return [(member, claim.id) for member, claim in zip(members, made, strict=True)]


def least_passings(point: str, new: list[Act], again: list[Act]) -> int:
    """How often these acts pass a place at least, when nothing kills them: one that was done before writes nothing."""
    match point:
        case failpoints.BEFORE_BEGIN:
            return len(new) + len(again)
        case failpoints.AFTER_FIRST_WRITE:
            return len(new)
        case _:
            return len(new) + sum(one.claim_id is None for one in again)


async def send_all(api: httpx.AsyncClient, life: Life, acts: list[Act]) -> None:
    waiting = iter(acts)

    async def client() -> None:
        for act in waiting:
            if not await act.send(api, life):
                return

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


async def killed(nursery: Nursery, api: httpx.AsyncClient, ledger: Ledger, point: str) -> Kill:
    rng = ledger.rng
    if len(ledger.unsettled()) >= MANY:
        await calm(nursery, api, ledger)
    if len(ledger.unsent()) < CLIENTS:
        ledger.think_of_more()
    new, again = ledger.unsent(), ledger.unsettled()
    again = rng.sample(again, min(TOGETHER, len(again)))
    nth = rng.randint(1, least_passings(point, new, again))
    acts = [*new, *again]
    rng.shuffle(acts)
    life = await nursery.begin(f"{point}:{nth}")
    async with asyncio.timeout(LONGEST_LIFE), asyncio.TaskGroup() as group:
        group.create_task(send_all(api, life, acts))
        group.create_task(nursery.end(life))
    assert life.status is not None
    assert os.WIFSIGNALED(life.status), nursery.log
    assert os.WTERMSIG(life.status) == signal.SIGKILL
    assert (life.passed[-1], life.passed.count(point)) == (point, nth), life.passed
    ledger.settle(again)
    return Kill(point, life, acts)


async def calm(nursery: Nursery, api: httpx.AsyncClient, ledger: Ledger) -> None:
    """Everything is answered; then a kill while nothing happens."""
    acts = [*ledger.unsent(), *ledger.unsettled()]
    life = await nursery.begin()
    async with asyncio.timeout(LONGEST_LIFE):
        await send_all(api, life, acts)
        life.kill()
        await nursery.end(life)
    assert all(life.number in one.answers for one in acts), nursery.log
    ledger.settle(acts)


async def test_a_killed_server_loses_no_acknowledged_award_and_makes_none_twice(
    world: World,
    database: str,
    scaled: Callable[[int], int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seed = int(os.environ.get("LEITAI_SEED") or random.randrange(2**32))
    print(f"LEITAI_SEED={seed}")  # noqa: T201 -- for whoever repeats a failure
    rng = random.Random(seed)
    points = [point for point in failpoints.NAMES for _ in range(200 if scaled(10) == 10 else 10)]
    rng.shuffle(points)
    ledger = await prepared(world, rng, len(points))
    seeds = await PointsEntry.all().count()
    # Nobody else has the database open: a life finds what the one before it left, and recovers by itself.
    await models.database.close()
    async with (
        Nursery(database, tmp_path / "log") as nursery,
        httpx.AsyncClient(trust_env=False, timeout=LONGEST_LIFE) as api,
    ):
        kills = [await killed(nursery, api, ledger, point) for point in points]
        while ledger.unsent() or ledger.unsettled():
            await calm(nursery, api, ledger)
        assert " at=[" not in nursery.log, nursery.log
    await asyncio.to_thread(is_sound, database)
    await models.database.connect(database)
    await each_act_has_one_entry(ledger, seeds)
    await balances_fit()
    lines = await what_died(ledger, kills)
    with capsys.disabled():
        print(f"\nLEITAI_SEED={seed}", *lines, sep="\n")  # noqa: T201 -- for the documentation


def is_sound(database: str) -> None:
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(database.removeprefix("sqlite://"))) as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    checked = leitai("verify", DATABASE_URL=database, seconds=600)
    assert checked.returncode == 0, checked.stdout + checked.stderr


async def each_act_has_one_entry(ledger: Ledger, seeds: int) -> None:
    entries = {one.id: one for one in await PointsEntry.all()}
    assert len(entries) == seeds + len(ledger.acts)
    by_claim = Counter(one.claim_id for one in entries.values() if one.claim_id)
    by_reason = Counter((await models.points.reasons(entries)).values())
    kept = {one.key: one.entry_id for one in await models.IdempotencyKey.all()}
    for act in ledger.acts:
        assert act.settled
        for answer in act.answers.values():
            assert answer["pointsEntry"]["id"] == act.entry["id"]
            assert answer == next(iter(act.answers.values()))
        assert entries[act.entry_id].amount == act.entry["amount"]
        if act.claim_id:
            assert entries[act.entry_id].claim_id == act.claim_id
            assert by_claim[act.claim_id] == 1
            assert act.successes <= 1  # who asks again hears that it stands
        else:
            key = act.input["idempotencyKey"]
            assert (kept[key], by_reason[key]) == (act.entry_id, int(act.name != "recordAct"))


async def balances_fit() -> None:
    sums: Counter[UUID] = Counter()
    for entry in await PointsEntry.exclude(member_id=None):
        assert entry.member_id
        sums[entry.member_id] += entry.amount
    for member in await Member.all():
        assert sums[member.id] == member.balance - member.debt
        assert min(member.balance, member.debt) == 0


async def what_died(ledger: Ledger, kills: list[Kill]) -> list[str]:
    """A table: of what was under way at the kills, how much was answered, how much was done without an answer (the
    client cannot know), how much was done by a later life only. Each kind occurs where it has to."""
    recorded = {one.id: one.recorded_at for one in await PointsEntry.all()}
    lines = [f"{'killed':<18} times  answered  done, unanswered  not done"]
    for point in failpoints.NAMES:
        answered = done = undone = 0
        for kill in (one for one in kills if one.point == point):
            ended = kill.life.ended_at
            assert ended
            unanswered = kill.unanswered()
            lost = sum(recorded[one.entry_id] > ended for one in unanswered)
            answered += sum(kill.life.number in one.answers for one in kill.sent)
            done += len(unanswered) - lost
            undone += lost
            assert lost or point != failpoints.AFTER_FIRST_WRITE
            assert len(unanswered) > lost or point in UNDONE  # the one that died was committed
        times = sum(one.point == point for one in kills)
        assert undone or point not in UNDONE
        lines.append(f"{point:<18} {times:>5}  {answered:>8}  {done:>16}  {undone:>8}")
    return lines
