"""The people whom most stories are about."""

from __future__ import annotations

from dataclasses import dataclass

from world import Company, Person, World

from rules.roles import Role


@dataclass(frozen=True)
class Story:
    """A secretary and a reviewer over the whole company, two members in the first branch, one in the second."""

    company: Company
    secretary: Person
    reviewer: Person
    li: Person
    sun: Person
    zhao: Person


async def told(world: World) -> Story:
    company = await world.company()
    return Story(
        company=company,
        secretary=await world.member("王芳", at=company.root, roles=[Role.SECRETARY]),
        reviewer=await world.member("周杰", at=company.root, roles=[Role.REVIEWER]),
        li=await world.member("李强", at=company.first),
        sun=await world.member("孙丽", at=company.first),
        zhao=await world.member("赵敏", at=company.second),
    )
