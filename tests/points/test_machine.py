"""Acts, late acts, duplicates, rule changes, awards, reversals, corrections, spending and period ends, in any order: at
every step the ledger is what a model in dictionaries says."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

from acts import set_rule
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from points_model import SHARED, SHARED_CAP, Line, Model, is_final
from world import BEGINNING, Company, World

import models
from models import PointsEntry, Redemption, Reward
from resolvers.points import acts, corrections
from resolvers.points import ledger as points_ledger
from resolvers.points.acts import Report
from resolvers.rewards import items as rewards_items
from resolvers.rewards import redemptions
from resolvers.verification import verify as verification_verify
from rules import periods
from rules.periods import PeriodKind
from rules.refusals import AlreadyReversed, NotEnoughPoints, RedemptionInWrongState, RewardIsSoldOut
from rules.roles import Role

T = TypeVar("T")
STEPS = 10_000  # of each engine, in `make soak`; a tenth of it in `make test`
A_LIFE = 50  # steps of one company
PEOPLE, PRICE, STOCK = 2, 2, 6
LATE = [
    timedelta(),
    timedelta(hours=5),
    timedelta(hours=30),
    timedelta(hours=90),
    timedelta(days=9),
    timedelta(days=33),
]
DONE = "DELETE FROM instants WHERE root_id = :root AND position IS NULL"
HAPPENS = ("day", "left", "right", "award", "correction", "reversal", "spent", "cancelled")
Made = PointsEntry | Redemption
members, late, any_one = st.integers(0, PEOPLE - 1), st.sampled_from(LATE), st.integers(0, 10**6)


class PointsMachine(RuleBasedStateMachine):
    """Runs in a thread of its own; the loop, with the database, is the test's."""

    world: ClassVar[World]
    loop: ClassVar[asyncio.AbstractEventLoop]
    steps: ClassVar[int] = 0
    entered: ClassVar[Counter[str]]  # lines by rule, over all lives
    company: Company
    model: Model

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    @property
    def now(self) -> datetime:
        return self.world.clock.now

    @initialize()
    def begin(self) -> None:
        self.kept: dict[int, UUID] = {}  # the entry of each line, by the line's place
        self.spent: dict[int, UUID] = {}  # the redemption of each line
        self.requests: list[tuple[Callable[[], Awaitable[Made]], UUID]] = []
        self.world.clock.now = BEGINNING  # each life at the same time: told again, it is the same
        self.do(self._begun())

    async def _begun(self) -> None:
        world = self.world
        self.company = await world.company(f"M{uuid4()}")
        root = self.company.root
        self.admin = await world.member("高明", at=root, roles=[Role.ADMIN])
        self.people = await world.members(PEOPLE, at=self.company.first)
        self.model = Model([(self.now, 3, 7)], STOCK, PRICE)
        await self._rule(3, 7)
        for code, amount in SHARED.items():
            caps = [{"period": "MONTH", "points": SHARED_CAP, "shared": True}]
            await set_rule(root, code, {"title": code, "amount": amount, "group": "together", "caps": caps})
        by = await world.session(self.admin)
        given = {"name": "茶杯", "description": "", "price": PRICE, "top": 0, "per_month": 0}
        self.reward: Reward = await rewards_items.create(by, organization_id=root.id, stock=STOCK, **given)

    async def _rule(self, worth: int, cap: int, since: datetime | None = None) -> None:
        spec = {"title": "每日", "amount": worth, "caps": [{"period": "DAY", "points": cap}]}
        await set_rule(self.company.root, "day", spec, **({"valid_from": since} if since else {}))

    # ------------------------------------------------------------ acts

    def _entered(self, line: Line, request: Callable[[], Awaitable[Made]]) -> Made:
        """The request is made; its entry is the line's."""
        made = self.do(_awaited(request))
        entry = made if isinstance(made, PointsEntry) else self.do(_paying(made))
        assert (entry.amount, entry.counts_at, entry.ranks) == (line.amount, line.counts_at, line.ranks), line
        self.kept[len(self.model.lines) - 1] = entry.id
        self.requests.append((request, made.id))
        self.entered[line.rule] += 1
        return made

    @rule(member=members, code=st.sampled_from(["day", "day", "left", "right"]), quantity=st.integers(1, 4), ago=late)
    def act(self, member: int, code: str, quantity: int, ago: timedelta) -> None:
        occurred = max(self.now - ago, self.model.versions[0][0])
        line = self.model.act(member, code, quantity, occurred, self.now)
        report = Report(code, self.people[member].id, quantity, None, occurred, str(uuid4()))

        async def request() -> PointsEntry:
            return await acts.record(await self.world.session(self.admin), report)

        self._entered(line, request)

    @rule(member=members, amount=st.sampled_from([-9, -2, 1, 6, 9]), ago=late)
    def award(self, member: int, amount: int, ago: timedelta) -> None:
        occurred, key = self.now - ago, str(uuid4())
        line = self.model.award(member, amount, occurred, self.now)

        async def request() -> PointsEntry:
            return await self.world.award(
                self.admin, self.people[member], amount, key=key, occurred_at=occurred
            )  # fmt: skip

        self._entered(line, request)

    @rule(member=members, amount=st.sampled_from([-3, 4]), ago=st.sampled_from(LATE[3:]))
    def correct(self, member: int, amount: int, ago: timedelta) -> None:
        counts, key = self.now - ago, str(uuid4())
        if not is_final(counts, self.now):
            return
        line = self.model.correct(member, amount, counts)
        given: dict[str, Any] = {"member_id": self.people[member].id, "organization_id": None, "amount": amount}

        async def request() -> PointsEntry:
            by = await self.world.session(self.admin)
            return await corrections.correct(by, **given, reason="漏记", counts_at=counts, key=key)

        self._entered(line, request)

    @precondition(lambda self: self.kept)
    @rule(which=any_one, corrects=st.booleans())
    def reverse(self, which: int, corrects: bool) -> None:
        place = sorted(self.kept)[which % len(self.kept)]
        line, entry_id, key = self.model.lines[place], self.kept[place], str(uuid4())
        if line.rule in ("reversal", "spent"):
            return
        corrects = corrects and is_final(line.counts_at, self.now)

        async def request() -> PointsEntry:
            return await points_ledger.reverse(
                await self.world.session(self.admin), entry_id, "记错了", key, as_correction=corrects
            )

        if line.taken_back_at is not None:
            assert self.do(_refusal(request)) is AlreadyReversed
            return
        self._entered(self.model.reverse(line, self.now, corrects=corrects), request)

    @rule(member=members)
    def redeem(self, member: int) -> None:
        sold_out, key = self.model.stock == 0, str(uuid4())
        line = self.model.redeem(member, self.now)

        async def request() -> Redemption:
            return await redemptions.redeem(await self.world.session(self.people[member]), self.reward.id, key)

        if line is None:
            assert self.do(_refusal(request)) is (RewardIsSoldOut if sold_out else NotEnoughPoints)
            return
        self.spent[len(self.model.lines) - 1] = self._entered(line, request).id

    @precondition(lambda self: self.spent)
    @rule(which=any_one)
    def cancel(self, which: int) -> None:
        place = sorted(self.spent)[which % len(self.spent)]
        line, id = self.model.lines[place], self.spent[place]

        async def request() -> Redemption:
            return await redemptions.cancel(await self.world.session(self.people[line.member]), id)

        if line.taken_back_at is not None:
            assert self.do(_refusal(request)) is RedemptionInWrongState
            return
        self.model.cancel(line, self.now)
        self.do(_awaited(request))
        self.entered["cancelled"] += 1

    # ------------------------------------------------------------ what changes around them

    @precondition(lambda self: self.requests)
    @rule(which=any_one)
    def again(self, which: int) -> None:
        """A duplicate is answered as the first was, however much has changed."""
        request, made = self.requests[which % len(self.requests)]
        assert self.do(_awaited(request)).id == made

    @rule(worth=st.integers(1, 5), cap=st.integers(2, 12))
    def change_rule(self, worth: int, cap: int) -> None:
        self.model.versions.append((self.now, worth, cap))
        self.do(self._rule(worth, cap, self.now))

    @rule(hours=st.sampled_from([1, 7, 20, 20, 30, 80]))
    def time_passes(self, hours: int) -> None:
        """Over midnights, ends of months, and days that become FINAL."""
        self.world.clock.advance(hours=hours, seconds=1)

    def teardown(self) -> None:
        """A company that is left alone costs no more midnights."""
        if hasattr(self, "company"):
            self.do(_awaited(lambda: models.sql.execute(DONE, root=self.company.root.id)))

    # ------------------------------------------------------------ what holds at every step

    @invariant()
    def agrees(self) -> None:
        if hasattr(self, "reward"):
            type(self).steps += 1
            self.do(self._agrees())

    async def _agrees(self) -> None:
        model, ids = self.model, [one.id for one in self.people]
        rows = await models.sql.rows(
            """SELECT m.id, m.balance, m.debt, COUNT(e.id) AS entries, COALESCE(SUM(e.amount), 0) AS total
               FROM members m LEFT JOIN points_entries e ON e.member_id = m.id WHERE m.id IN :ids
               GROUP BY m.id, m.balance, m.debt""",
            ids=ids,
        )
        for one in rows:
            member = ids.index(models.sql.uid(one["id"]))
            total = model.balance(member)
            assert one["total"] == total == one["balance"] - one["debt"]
            assert (one["balance"], one["debt"]) == (max(0, total), max(0, -total))
            assert one["entries"] == sum(line.member == member for line in model.lines), "once each"
        assert (await Reward.get(id=self.reward.id)).stock == model.stock
        period = periods.period(PeriodKind.MONTH, periods.local_day(self.now, "Asia/Shanghai"), "Asia/Shanghai")
        board = await models.leaderboards.rank_members(self.company.root.id, period.starts_at, period.ends_at)
        assert {ids.index(one.subject_id): one.points for one in board} == model.board(self.now)


async def _paying(redemption: Redemption) -> PointsEntry:
    return await PointsEntry.get(redemption_id=redemption.id)


async def _awaited(request: Callable[[], Awaitable[T]]) -> T:
    return await request()


async def _refusal(request: Callable[[], Awaitable[Any]]) -> type[Exception] | None:
    try:
        await request()
    except Exception as refusal:
        return type(refusal)
    return None


async def test_the_ledger_is_what_the_model_says_at_every_step(world: World, scaled: Callable[[int], int]) -> None:
    chosen = int(os.environ.get("LEITAI_SEED") or random.randrange(2**32))
    print(f"LEITAI_SEED={chosen}")  # noqa: T201 -- shown by pytest when the test fails

    class Machine(PointsMachine):
        pass

    Machine.world, Machine.loop, Machine.steps = world, asyncio.get_running_loop(), 0
    Machine.entered = Counter()
    lives = settings(
        max_examples=scaled(STEPS) // A_LIFE,  # in one run: the first few of each are simple
        stateful_step_count=A_LIFE,
        database=None,
        phases=[Phase.generate],  # the seed tells the same story again; telling it shorter takes minutes
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    turn = 0
    while Machine.steps < scaled(STEPS):
        await asyncio.to_thread(run_state_machine_as_test, seed(chosen + turn)(Machine), settings=lives)
        turn += 1
    least = scaled(STEPS) // 500
    few = {name: Machine.entered[name] for name in HAPPENS if Machine.entered[name] < least}
    assert not few, f"hardly happened: {few} of {Machine.entered}"
    assert (await verification_verify.verify(world.clock.now)).differences == []
