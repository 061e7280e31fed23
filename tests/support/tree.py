"""The people of stories about organizations, members and roles, and what their boards' versions say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from world import Company, Person, World

from models import BoardVersion, Organization, OrganizationPath
from rules.roles import Role

REFUSED = "__typename ... on UserError { message } ... on InvalidInput { fields { path message } }"


@dataclass(frozen=True)
class Story:
    """An operator; an admin and a secretary over the whole company; in the first branch its secretary and a member;
    in the second a member."""

    company: Company
    operator: Person
    admin: Person
    secretary: Person
    branch: Person
    li: Person
    zhao: Person


async def told(world: World) -> Story:
    company = await world.company()
    return Story(
        company=company,
        operator=await world.operator(),
        admin=await world.member("陈静", at=company.root, roles=[Role.ADMIN]),
        secretary=await world.member("王芳", at=company.root, roles=[Role.SECRETARY]),
        branch=await world.member("刘洋", at=company.first, roles=[Role.SECRETARY]),
        li=await world.member("李强", at=company.first, login="liqiang", phone="13800138000"),
        zhao=await world.member("赵敏", at=company.second),
    )


async def versions(*which: Organization) -> list[tuple[int, int]]:
    """(changed, tasks_changed) of each."""
    found = {one.organization_id: (one.changed, one.tasks_changed) for one in await BoardVersion.all()}
    return [found[one.id] for one in which]


async def risen(before: list[tuple[int, int]], *which: Organization) -> list[bool]:
    """Whose boards changed since."""
    return [new > old for (old, _), (new, _) in zip(before, await versions(*which), strict=True)]


async def paths_are_right() -> bool:
    """The slow twin: every path walked along parent_id."""
    rows = {one.id: one for one in await Organization.all()}
    walked: set[tuple[Any, Any, int]] = set()
    for one in rows.values():
        above, depth = one, 0
        while True:
            walked.add((above.id, one.id, depth))
            if above.parent_id is None:
                break
            above, depth = rows[above.parent_id], depth + 1
            assert depth <= len(rows), "a cycle"
    return walked == {(one.ancestor_id, one.descendant_id, one.depth) for one in await OrganizationPath.all()}
