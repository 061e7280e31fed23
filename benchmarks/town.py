"""A town in a database, made before a server runs on it: a committee, branches, members who are signed in already."""

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

from tortoise.backends.base.executor import EXECUTOR_CACHE
from world import Person, World

import models
from rules.roles import Role


@dataclass(frozen=True)
class Town:
    """Global ids, and tokens. members and tokens: of each branch, in its order."""

    secretary: str
    committee: str
    branches: list[str]
    members: list[list[str]]
    tokens: list[list[str]]

    @property
    def everyone(self) -> list[str]:
        """All tokens, one of each branch after the other."""
        return [token for turn in zip(*self.tokens, strict=True) for token in turn]


def build(database_url: str, *, branches: int, members: int, scored: int = 10) -> Town:
    """Into a migrated, empty database. scored: how many of each branch have points; a branch's board shows ten."""
    return asyncio.run(_build(database_url, branches, members, min(scored, members)))


async def _build(url: str, branches: int, members: int, scored: int) -> Town:
    EXECUTOR_CACHE.clear()  # it would give one engine's SQL to the other
    await models.database.connect(url)
    try:
        world = World()
        world.clock.now = datetime.now(UTC)
        committee = await world.organization("基准测试党委", "benchmark", models.OrganizationKind.COMMITTEE)
        secretary = await world.member("书记", at=committee, roles=[Role.SECRETARY])
        places: list[models.Organization] = []
        people: list[list[Person]] = []
        for number in range(1, branches + 1):
            place = await world.organization(f"第{number}党支部", f"branch-{number}", below=committee)
            places.append(place)
            people.append(await world.members(members, at=place))
        for those in people:
            for number, person in enumerate(those[:scored]):
                await world.award(secretary, person, 1000 - 37 * number)
        return Town(
            secretary.token,
            World.id(committee),
            [World.id(one) for one in places],
            [[World.id(one) for one in those] for those in people],
            [[one.token for one in those] for those in people],
        )
    finally:
        await models.database.close()
