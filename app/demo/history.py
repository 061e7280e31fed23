"""What the demo company did last month and this month, done by the resolvers themselves with a clock that walks through
those days: every rule holds, and every row is one that a member could have made."""

import heapq
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from uuid import UUID

from app.demo import blocks, tables
from app.demo.company import Company, Person, found
from app.demo.courses import COURSES, Lectures
from app.demo.tables import BRANCHES, ROOT_CODE, Assignment
from models import Claim, OrganizationKind, TaskReview
from models.organizations import TIME_ZONE
from resolvers import scheduler
from resolvers.arena import claims, tasks
from resolvers.arena.tasks import NewTask
from resolvers.directory import members
from resolvers.points import ledger as points_ledger
from resolvers.session import Session
from resolvers.signing import Signer
from resolvers.systems import ports
from rules import periods
from rules.ids import TaskId
from rules.periods import PeriodKind
from rules.refusals import Refusal

ACTS = 1_150  # tasks taken up in all, today's apart: boards of 270 members look alive, and it is done in seconds
ACTS_TODAY = 36
STUDIES_AMONG = 3  # for as many acts one study
Act = Callable[[], Awaitable[object]]
Told = Callable[[float], None]
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Put:
    """A task that was put up. tried: who has taken it."""

    id: TaskId
    told: Assignment
    tried: set[UUID] = field(default_factory=set[UUID])


async def build(now: datetime, acts: int = ACTS, told: Told = lambda _: None, signer: Signer | None = None) -> Company:
    """Into the connected, empty database. acts: fewer for a test. told: the share that is done. signer: of its blocks;
    without one it has none."""
    today = periods.local_day(now, TIME_ZONE)
    last_month = periods.local_day(_begins(now) - HOUR, TIME_ZONE)
    beginning = periods.midnight(last_month.replace(day=1), TIME_ZONE) + 8 * HOUR
    joined = count(1)
    company = await found(beginning, lambda: told(0.15 * next(joined) / tables.MEMBERS), signer)
    past = _Past(company, beginning, now, periods.midnight(today, TIME_ZONE))
    await blocks.lay_out(company, past.at)
    past.plan(acts)
    await past.walk(lambda share: told(0.15 + 0.85 * share))
    return company


def _begins(now: datetime) -> datetime:
    month = periods.period(PeriodKind.MONTH, periods.local_day(now, TIME_ZONE), TIME_ZONE).starts_at
    assert month
    return month


class _Past:
    def __init__(self, company: Company, beginning: datetime, now: datetime, today: datetime) -> None:
        self.company, self.chance, self.clock = company, company.chance, company.clock
        self.beginning, self.now, self.today = beginning, now, today
        self.put: list[Put] = []
        self.lectures = Lectures(company, Random(tables.SEED + 1))
        self._events: list[tuple[datetime, int, Act]] = []
        self._number = count()

    def at(self, moment: datetime, act: Act) -> None:
        """What would come after now does not happen."""
        if moment < self.now:
            heapq.heappush(self._events, (moment, next(self._number), act))

    async def walk(self, told: Told) -> None:
        length = (self.now - self.beginning).total_seconds()
        while self._events:
            moment, _, act = heapq.heappop(self._events)
            self.clock.at = max(self.clock.at, moment)
            try:
                await act()
            except Refusal:
                continue  # full, closed meanwhile, one's own: as it goes
            told((moment - self.beginning).total_seconds() / length)
        self.clock.at = self.now
        await scheduler.run_due(self.now, ports())

    # ------------------------------------------------------------ the plan

    def plan(self, acts: int) -> None:
        chance, days = self.chance, (self.today - self.beginning) / timedelta(days=1)
        for number, told in enumerate(tables.assignments(days)):
            opens = self.now - HOUR if told.today or told.draft else self.beginning + timedelta(days=told.opens)
            self.at(opens + number * timedelta(seconds=20), lambda told=told: self._put_up(told))
        self._leave_some(days)
        for _ in range(acts):
            self.at(self._some_time(days), self._take_up)
        for number in range(COURSES):
            offered = self.beginning + number / COURSES * (self.today - self.beginning)
            self.at(offered, partial(self.lectures.offer, number))
        for _ in range(acts // STUDIES_AMONG):
            self.at(self._some_time(days, self.lectures.chance), self.lectures.listen)
        begin = max(self.today, self.now - 10 * HOUR)
        for _ in range(ACTS_TODAY):
            self.at(begin + chance.random() * (self.now - begin), self._take_up)
        for branch in BRANCHES:
            for month in range(2):
                day = chance.randint(4, 24) + 30 * month
                self.at(
                    self.beginning + timedelta(days=day, hours=chance.choice((1, 6, 8))),
                    self._meets(branch.code),
                )
        for person, alias in zip(chance.sample(self.company.people, len(tables.ALIASES)), tables.ALIASES, strict=True):
            self.at(self._some_time(3), lambda who=person, alias=alias: _alias(who, alias))
        for person in chance.sample(self.company.people, 3):
            self.at(self._some_time(3), lambda who=person: _hide(who))

    def _leave_some(self, days: float) -> None:
        """Tasks that nobody has taken up when the first visitor comes."""
        for title in tables.MORE_TASKS:
            fresh = Assignment(title, tables.PROOF, 3, TaskReview.REVIEWED, ROOT_CODE, None, days, None)
            self.at(self.now - timedelta(minutes=1), lambda told=fresh: self._put_up(told))

    def _some_time(self, days: float, chance: Random | None = None) -> datetime:
        """In the waking hours of a day, a working day mostly."""
        chance = chance or self.chance
        while True:
            day = self.beginning + timedelta(days=int(chance.random() * days))
            if day.weekday() < 5 or chance.random() < 0.3:
                hours = min(13.5, max(0.0, chance.gauss(5.0, 3.5)))
                return day + timedelta(hours=hours, seconds=chance.random() * 3000)

    # ------------------------------------------------------------ acts

    async def _put_up(self, told: Assignment) -> None:
        due = None
        if told.lasts is not None and not told.draft:
            due = self.clock.at + timedelta(days=told.lasts + (told.opens if told.today else 0))
        by = self.company.secretaries[told.at].session
        new = NewTask(
            organization_id=self.company.organizations[told.at].id,
            title=told.title,
            description=told.description,
            points=told.points,
            review=told.review,
            capacity=told.capacity,
            opens_at=self.now + timedelta(days=told.opens) if told.today else None,
            due_at=due,
        )
        made = await tasks.create(by, new)
        if told.draft:
            return
        await tasks.publish(by, made.id)
        if not told.today:
            self.put.append(Put(made.id, told))
        if told.lasts is None and told.at != ROOT_CODE and self.chance.random() < 0.2:
            self.at(self.clock.at + timedelta(days=self.chance.uniform(12, 30)), lambda: tasks.close(by, made.id))

    async def _take_up(self) -> None:
        person = self.chance.choices(self.company.people, [one.weight for one in self.company.people])[0]
        within = (ROOT_CODE, person.branch, person.place.code)
        open_ones = [one for one in self.put if one.told.at in within and person.id not in one.tried]
        if not open_ones:
            return
        put = self.chance.choice(open_ones)
        put.tried.add(person.id)
        claim = await claims.claim(person.session, put.id)
        if self.chance.random() < 0.06:
            self.at(self._after(2, 30), lambda: claims.release(person.session, claim.id))
        elif self.chance.random() > 0.05:  # the rest never hand anything in
            soon = put.told.review is TaskReview.AUTOMATIC
            self.at(
                self._after(0.1, 1.5) if soon else self._after(1, 40),
                lambda: self._hand_in(person, put, claim),
            )

    async def _hand_in(self, person: Person, put: Put, claim: Claim) -> None:
        await claims.submit(person.session, claim.id, self.chance.choice(tables.EVIDENCE))
        if put.told.review is TaskReview.REVIEWED:
            self.at(self._after(0.5, 30), lambda: self._decide(person, put, claim))

    async def _decide(self, person: Person, put: Put, claim: Claim) -> None:
        by = self.company.reviewers[put.told.at]
        if by is person:
            by = self.company.secretaries[put.told.at]
        fate = self.chance.random()
        if fate < 0.86:
            await claims.approve(by.session, claim.id, self.chance.choice((None, *tables.NOTES)))
        elif fate < 0.95:
            await claims.return_for_more(by.session, claim.id, self.chance.choice(tables.RETURNS))
            self.at(self._after(2, 30), lambda: self._hand_in(person, put, claim))
        else:
            await claims.reject(by.session, claim.id, self.chance.choice(tables.REJECTIONS))

    def _meets(self, code: str) -> Act:
        """A theme day: whoever came gets points from the secretary; the branch itself too."""

        async def meet() -> None:
            by = self.company.secretaries[code].session
            key = f"{code}:{self.clock.at:%Y-%m-%d}"
            for person in self.company.people:
                if person.branch == code and self.chance.random() < 0.7:
                    self.clock.at += timedelta(seconds=self.chance.randint(5, 40))
                    await self._award(by, f"{key}:{person.id}", 3, member=person.id)
            place = self.company.organizations[code]
            assert place.kind is OrganizationKind.BRANCH
            await self._award(by, key, 10, organization=place.id)

        return meet

    @staticmethod
    async def _award(
        by: Session, key: str, amount: int, *, member: UUID | None = None, organization: UUID | None = None
    ) -> None:
        await points_ledger.award(
            by,
            member_id=member,
            organization_id=organization,
            amount=amount,
            reason="主题党日出勤" if member else "主题党日组织有序",
            occurred_at=None,
            key=key,
        )

    def _after(self, least: float, most: float) -> datetime:
        """So many hours later; of today's acts, minutes, so that today's board has something to show."""
        length = self.chance.uniform(least, most) * HOUR
        return self.clock.at + (length / 30 if self.clock.at >= self.today else length)


async def _alias(person: Person, alias: str) -> None:
    await members.update_my_privacy(person.session, alias=alias, hidden_on_boards=None)


async def _hide(person: Person) -> None:
    await members.update_my_privacy(person.session, alias=None, hidden_on_boards=True)
