"""A company in which all lists grow together, and each has things of every sort.

lists = await begun(world)
await lists.grow(2)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import block
from acts import create_token, earn_one, set_rule
from arena import done
from course import heard, offered, published
from ledger import reverse
from screens import paired
from shop import put_up, redeem
from world import Person, World

import models
from models import Organization, OrganizationKind
from resolvers.directory import merges
from rules.roles import Role

CAP = {"period": "DAY", "points": 4}


@dataclass
class Lists:
    """follower: the first of the people, all in the first branch; holds a role in every branch, and claims whatever
    can be claimed. depths: from the root down, each below the one before."""

    world: World
    root: Organization
    operator: Person
    secretary: Person
    depths: list[Organization]
    people: list[Person] = field(default_factory=list[Person])
    crowded: str = ""  # a task that everybody claims
    cup: str = ""  # a reward that everybody redeems
    busy: dict[str, Any] = field(
        default_factory=dict[str, Any]
    )  # a block that is changed and inspected again and again

    @property
    def first(self) -> Organization:
        return self.depths[1]

    @property
    def follower(self) -> Person:
        return self.people[0]

    async def grow(self, by: int) -> None:
        begin = len(self.people)
        for number in range(begin, begin + by):
            branch = await self._places(number)
            await self._people(number, branch)
            await self._rewards(number)
            await self._tasks(number)
            scenes = [{"kind": "COURSES", "organizationId": self.world.id(self.root)}, {"kind": "TASK_ARENA"}]
            await paired(self.world, self.secretary, branch, scenes=scenes)
            await self._blocks(number, branch)
            await self._rules(number)
            await self._courses(number)
        self.world.clock.advance(days=1)
        await self.world.let_time_write()

    async def _places(self, number: int) -> Organization:
        world = self.world
        branch = await world.organization(f"支部{number}", f"B{number}", below=self.root)
        kind = OrganizationKind.GROUP
        await world.organization(f"小组{number}", f"G{number}", kind, below=branch)
        if number == 0:
            self.depths.append(branch)
        else:
            await world.organization(f"根{number}", f"R{number}", OrganizationKind.COMMITTEE)
            self.depths.append(await world.organization(f"组{number}", f"D{number}", kind, below=self.depths[-1]))
        if number != 1:  # its first D hangs below the first branch
            await world.organization(f"另一小组{number}", f"H{number}", kind, below=branch)
        return branch

    async def _people(self, number: int, branch: Organization) -> None:
        """In the first branch one more, who has points that were taken back; elsewhere two, who review there."""
        world, secretary = self.world, self.secretary
        alias = f"甲{number}" if number % 2 else None
        self.people.append(await world.member(f"党员{number}", at=self.first, alias=alias))
        if number:
            await world.grant(self.people[-1], Role.REVIEWER, at=self.root)
            for one in await world.members(2, at=branch):
                await world.grant(one, Role.REVIEWER, at=branch)
                await world.award(secretary, one, 3 + number)
            await world.award(secretary, self.people[-1], 7)
            for twin in [await world.member(f"又一个{number}", at=branch) for _ in range(2)]:
                await merges.merge(await world.session(secretary), self.people[-1].id, twin.id, None)
            await models.sessions.issue(self.follower.account.id, world.clock.now)  # beside the one it asks with
        await world.grant(self.follower, Role.MEMBER, at=branch)
        for rule in range(1 if number < 2 else 3):  # beside awards and tasks, which give too
            await set_rule(self.root, f"rule.{number}.{rule}", {"title": "阅读", "amount": 9, "caps": [CAP]})
            await earn_one(world, self.follower, f"rule.{number}.{rule}")
        wrong = await world.award(secretary, self.follower, 20)
        await reverse(world, secretary, world.id(wrong))
        await world.award(secretary, self.first, 5)

    async def _rewards(self, number: int) -> None:
        """Another of them, which the follower redeems; and everybody the first."""
        reward = await put_up(self.world, self.secretary, self.root, price=1, stock=100, top=0, perMonth=0)
        self.cup = self.cup or reward
        await redeem(self.world, self.follower, reward)
        if number:
            await redeem(self.world, self.people[-1], self.cup)

    async def _tasks(self, number: int) -> None:
        """Of every status, set at the root and in a branch by turns."""
        world, secretary = self.world, self.secretary
        place = self.first if number % 2 else self.root
        if self.crowded:
            await self._claimed(self.crowded, self.people[-1], approved=number % 2 == 0)
        await world.task(secretary, at=place, title=f"待揭榜{number}")
        await world.task(secretary, at=place, title=f"以后{number}", opens_at=world.clock.now + timedelta(days=90))
        await done(world, secretary, "createTask", organizationId=world.id(place), title=f"草稿{number}", points=5)
        for status in ("OPEN", "CLOSED"):
            task = world.id(await world.task(secretary, at=place, title=f"任务{number}"))
            self.crowded = self.crowded or task
            await self._claimed(task, self.follower, approved=number % 2 == 0)
            if number:
                await self._claimed(task, self.people[-1], approved=number % 2 == 1)
            if status == "CLOSED":
                await done(world, secretary, "closeTask", taskId=task)

    async def _blocks(self, number: int, branch: Organization) -> None:
        """One more at the root and in the branch; the first is changed, and inspected, once more."""
        world, secretary = self.world, self.secretary
        paired = block.named(secretary, f"甲{number}", f"乙{number}")
        made = [
            await block.block(world, secretary, place, self.people[-1], pairedWith=paired)
            for place in (self.root, branch)
        ]
        self.busy = await block.revise(world, secretary, self.busy) if self.busy else made[0]
        for one in (self.busy, made[1]):
            world.clock.advance(minutes=1)
            await block.done(
                world, self.people[-1] if number else secretary, "inspectBlock", blockId=one["id"], **block.MARKS
            )

    async def _rules(self, number: int) -> None:
        """At the root five rules, so that they outnumber what is built in; and a token of another system."""
        for code in range(5):
            await set_rule(self.root, f"rule.{number}.{code}", {"title": f"规则{number}", "amount": 1})
        await create_token(self.world, self.operator, self.root, name=f"系统{number}")

    async def _courses(self, number: int) -> None:
        """Everybody lectures, and the follower listens."""
        world, secretary, lecturer = self.world, self.secretary, self.people[-1]
        place = self.root if number % 2 else self.first
        await offered(world, secretary, at=place, lecturer=lecturer)
        course = await published(world, secretary, at=place, lecturer=lecturer)
        await heard(world, self.follower, course, 600 if number % 3 else 300)
        if number:
            await heard(world, lecturer, course)

    async def _claimed(self, task: str, by: Person, *, approved: bool) -> None:
        self.world.clock.advance(minutes=1)
        claim = await done(self.world, by, "claimTask", taskId=task)
        await done(self.world, by, "submitClaim", claimId=claim["id"], evidence="照片")
        if approved:
            await done(self.world, self.secretary, "approveClaim", claimId=claim["id"], note="好")


async def begun(world: World) -> Lists:
    root = await world.organization("公司党委", "GS", OrganizationKind.COMMITTEE)
    secretary = await world.member("王芳", at=root, roles=[Role.SECRETARY])
    return Lists(world, root, await world.operator(), secretary, [root])
