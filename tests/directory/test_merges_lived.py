"""Awards, merges, freezes and moves at random: at every step the slow twins agree, the past stays as it was, and the
public's boards stand still beneath a freeze."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

import pytest
from twins import MERGE, ROWS, UNDO
from world import Company, Person, World

from models import Organization
from resolvers.verification import verify as verification_verify
from rules.roles import Role

STEPS = 150
FREEZE = "mutation ($id: ID!) { %s(input: {organizationId: $id}) { __typename } }"
MOVE = "mutation ($input: MoveMemberInput!) { moveMember(input: $input) { __typename } }"


class Life:
    def __init__(self, world: World, dice: Random, company: Company, admin: Person, people: list[Person]) -> None:
        self.world, self.dice, self.company, self.admin, self.people = world, dice, company, admin, people
        self.frozen: list[Organization] = []

    @property
    def places(self) -> list[Organization]:
        return [self.company.first, self.company.second, self.company.third]

    async def boards(self, who: Person, at: datetime | None = None) -> list[Any]:
        """What is said of the root's boards, without versions."""
        found: list[Any] = []
        for subject, period in (("MEMBER", "MONTH"), ("ORGANIZATION", "MONTH"), ("MEMBER", "ALL_TIME")):
            given = {"organizationId": self.world.id(self.company.root), "subject": subject, "period": period}
            board = (await self.world.ask(who, ROWS, input=given, at=at and at.isoformat()))["leaderboard"]
            found.append([board["rows"], *([board["version"]] if at is None else [])])
        return found

    async def award(self) -> None:
        await self.world.award(self.admin, self.dice.choice(self.people), self.dice.randint(1, 9))

    async def merge(self) -> None:
        one, other = self.dice.sample(self.people, 2)
        wanted = {"survivorId": self.world.id(one), "duplicateId": self.world.id(other)}
        await self.world.ask(self.admin, MERGE, input=wanted)

    async def undo(self) -> None:
        await self.world.ask(self.admin, UNDO, input={"duplicateId": self.world.id(self.dice.choice(self.people))})

    async def move(self) -> None:
        to = self.world.id(self.dice.choice(self.places))
        wanted = {"memberId": self.world.id(self.dice.choice(self.people)), "organizationId": to}
        await self.world.ask(self.admin, MOVE, input=wanted)

    async def freeze(self) -> None:
        if self.frozen and self.dice.random() < 0.5:
            place, name = self.frozen.pop(), "unfreezeLeaderboards"
        else:
            place, name = self.dice.choice(self.places), "freezeLeaderboards"
            self.frozen += [] if place in self.frozen else [place]
        await self.world.ask(self.admin, FREEZE % name, id=self.world.id(place))


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_happens_the_past_stays_and_the_public_waits(
    world: World, seed: int, scaled: Callable[[int], int]
) -> None:
    company, dice = await world.company(), Random(seed)
    admin = await world.member("陈静", at=company.root, roles=[Role.ADMIN])
    looks = await world.member("李强", at=company.root)
    homes = [company.first, company.second, company.third]
    life = Life(world, dice, company, admin, [await world.member(f"张{one}", at=homes[one % 3]) for one in range(5)])
    acts = [life.award, life.award, life.award, life.merge, life.merge, life.undo, life.move, life.freeze]
    past: dict[datetime, Any] = {}
    for step in range(scaled(STEPS)):
        act = dice.choice(acts)
        public = await life.boards(looks)
        await act()
        if life.frozen and act in (life.merge, life.undo):
            assert await life.boards(looks) == public, "the public's boards stand still, versions too"
        past[world.clock.now] = await life.boards(admin, at=world.clock.now)
        world.clock.advance(hours=dice.choice([1, 1, 1, 30]))
        if step % 6 == 0:
            assert (await verification_verify.verify(world.clock.now)).differences == []
    for at, said in past.items():
        assert await life.boards(admin, at=at) == said, f"as of {at}"
