"""Roles: given, held from one moment to another, and ended; nobody gives more than they may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tree import REFUSED, Story, risen, told, versions
from world import Person, World

import models
from models import Instant, Organization, RoleGrant
from rules.roles import HAVE, SCOPES, Role, Scope

FIELDS = "grant { id role startsAt endsAt member { displayName } organization { code } }"
GRANT = f"""mutation ($input: GrantRoleInput!) {{
  grantRole(input: $input) {{ {REFUSED} ... on GrantRoleSuccess {{ {FIELDS} }} }}
}}"""
REVOKE = f"""mutation ($input: RevokeRoleInput!) {{
  revokeRole(input: $input) {{ __typename ... on RevokeRoleSuccess {{ {FIELDS} }} }}
}}"""
ROLES = "{ viewer { roles { role organization { code } member { displayName } } } }"
MAY_CREATE = """mutation ($input: CreateTaskInput!) { createTask(input: $input) { __typename } }"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def grant(
    world: World, by: Person | None, role: Role, to: Person, at: Organization, **given: Any
) -> dict[str, Any]:
    wanted = {"memberId": world.id(to), "organizationId": world.id(at), "role": role.value} | given
    return (await world.ask(by, GRANT, input=wanted))["grantRole"]


async def revoke(world: World, by: Person | None, grant_id: str) -> dict[str, Any]:
    return (await world.ask(by, REVOKE, input={"grantId": grant_id}))["revokeRole"]


async def roles(world: World, of: Person) -> list[str]:
    return [one["role"] for one in (await world.ask(of, ROLES))["viewer"]["roles"]]


async def leads(world: World, person: Person, at: Organization) -> bool:
    wanted = {"organizationId": world.id(at), "title": "清扫街道", "points": 1}
    return (await world.ask(person, MAY_CREATE, input=wanted))["createTask"]["__typename"] == "CreateTaskSuccess"


# ---------------------------------------------------------------- from–to


async def test_a_role_holds_from_now_on_and_everywhere_below(world: World, story: Story) -> None:
    company = story.company
    answer = await grant(world, story.secretary, Role.SECRETARY, story.zhao, company.first)

    assert answer["__typename"] == "GrantRoleSuccess"
    assert answer["grant"] | {"id": ""} == {
        "id": "",
        "role": "SECRETARY",
        "startsAt": "2026-03-10T02:00:00Z",
        "endsAt": None,
        "member": {"displayName": "赵敏"},
        "organization": {"code": "GS-1"},
    }
    assert await leads(world, story.zhao, company.first)
    assert await leads(world, story.zhao, company.group)
    assert not await leads(world, story.zhao, company.second)


async def test_a_rotating_secretary_leads_in_january_and_again_in_march(world: World, story: Story) -> None:
    """今天我来当书记: each month a grant of its own, given long before."""
    company = story.company
    months = {month: datetime(2027, month, 1, tzinfo=UTC) - timedelta(hours=8) for month in (1, 2, 3, 4)}
    for month in (1, 3):
        answer = await grant(
            world,
            story.secretary,
            Role.SECRETARY,
            story.li,
            company.first,
            startsAt=months[month].isoformat(),
            endsAt=months[month + 1].isoformat(),
        )
        assert answer["__typename"] == "GrantRoleSuccess"

    moment = timedelta(microseconds=1)
    held: dict[str, bool] = {}
    for month, name in ((1, "January"), (2, "February"), (3, "March"), (4, "April")):
        world.clock.now = months[month] - moment
        held[f"before {name}"] = await leads(world, story.li, company.first)
        world.clock.now = months[month]
        held[f"at the start of {name}"] = await leads(world, story.li, company.first)
    assert held == {
        "before January": False,
        "at the start of January": True,
        "before February": True,
        "at the start of February": False,
        "before March": False,
        "at the start of March": True,
        "before April": True,
        "at the start of April": False,
    }


async def test_each_edge_is_written_once_and_changes_the_boards_above(world: World, story: Story) -> None:
    company = story.company
    starts, ends = world.clock.now + timedelta(hours=1), world.clock.now + timedelta(hours=2)
    edges = {"startsAt": starts.isoformat(), "endsAt": ends.isoformat()}
    await grant(world, story.secretary, Role.REVIEWER, story.li, company.third, **edges)
    seen = [company.third, company.general, company.root, company.first]

    for _ in range(2):
        before = await versions(*seen)
        world.clock.advance(hours=1)
        assert await world.let_time_write() == 1
        assert await world.let_time_write() == 0
        assert await risen(before, *seen) == [True, True, True, False]


async def test_grants_may_overlap(world: World, story: Story) -> None:
    company = story.company
    ends = (world.clock.now + timedelta(days=1)).isoformat()
    first = await grant(world, story.secretary, Role.SECRETARY, story.li, company.first, endsAt=ends)
    second = await grant(world, story.secretary, Role.SECRETARY, story.li, company.first)

    assert first["grant"]["id"] != second["grant"]["id"]
    await revoke(world, story.secretary, second["grant"]["id"])
    assert await leads(world, story.li, company.first)


# ---------------------------------------------------------------- revoke


async def test_a_revoked_role_ends_now(world: World, story: Story) -> None:
    company = story.company
    later = (world.clock.now + timedelta(days=30)).isoformat()
    given = await grant(world, story.secretary, Role.SECRETARY, story.li, company.first, endsAt=later)
    now = world.clock.advance(days=1)
    before = await versions(company.first, company.root)
    answer = await revoke(world, story.secretary, given["grant"]["id"])

    assert answer["__typename"] == "RevokeRoleSuccess"
    assert answer["grant"]["endsAt"] == "2026-03-11T02:00:00Z"
    assert await roles(world, story.li) == []
    assert await risen(before, company.first, company.root) == [True, True]
    assert not await Instant.filter(position=None, kind="GRANT_ENDS").exists()
    world.clock.advance(days=1)
    again = await revoke(world, story.secretary, given["grant"]["id"])
    assert datetime.fromisoformat(again["grant"]["endsAt"]) == now, "what ended stays as it ended"


async def test_a_role_revoked_before_it_began_never_holds(world: World, story: Story) -> None:
    company = story.company
    starts = world.clock.now + timedelta(days=1)
    given = await grant(world, story.secretary, Role.SECRETARY, story.li, company.first, startsAt=starts.isoformat())
    answer = await revoke(world, story.secretary, given["grant"]["id"])

    assert answer["grant"]["endsAt"] == answer["grant"]["startsAt"]
    assert not await Instant.filter(position=None, kind__in=["GRANT_STARTS", "GRANT_ENDS"]).exists()
    world.clock.advance(days=2)
    assert await roles(world, story.li) == []


# ---------------------------------------------------------------- who may


async def test_nobody_gives_more_than_they_may(world: World, story: Story) -> None:
    company = story.company

    async def may(by: Person, role: Role, at: Organization) -> bool:
        return (await grant(world, by, role, story.zhao, at))["__typename"] == "GrantRoleSuccess"

    for role in Role:
        assert await may(story.admin, role, company.root)
        assert not await may(story.li, role, company.first)
    assert not await may(story.secretary, Role.ADMIN, company.first)
    assert not await may(story.secretary, Role.SECRETARY, company.root)
    assert await may(story.secretary, Role.SECRETARY, company.first)
    assert not await may(story.branch, Role.SECRETARY, company.first)
    assert await may(story.branch, Role.SECRETARY, company.group)
    assert await may(story.branch, Role.REVIEWER, company.first)
    assert not await may(story.branch, Role.REVIEWER, company.second)
    assert not await may(story.branch, Role.REVIEWER, company.root)


async def test_nobody_ends_a_role_that_they_may_not_give(world: World, story: Story) -> None:
    company = story.company
    admins = await RoleGrant.get(member_id=story.admin.id)
    own = await RoleGrant.get(member_id=story.branch.id)
    reviewer = await grant(world, story.admin, Role.REVIEWER, story.li, company.first)

    assert (await revoke(world, story.secretary, world.id(admins)))["__typename"] == "NotAllowed"
    assert (await revoke(world, story.branch, world.id(own)))["__typename"] == "NotAllowed"
    assert (await revoke(world, story.branch, world.id(admins)))["__typename"] == "NotFound"
    assert (await revoke(world, story.li, reviewer["grant"]["id"]))["__typename"] == "NotAllowed"
    assert (await revoke(world, story.zhao, reviewer["grant"]["id"]))["__typename"] == "NotFound"
    assert (await revoke(world, None, reviewer["grant"]["id"]))["__typename"] == "NotAllowed"
    assert (await revoke(world, story.branch, reviewer["grant"]["id"]))["__typename"] == "RevokeRoleSuccess"


async def test_the_operators_own_role_is_not_touched_here(world: World, story: Story) -> None:
    everywhere = await RoleGrant.get(account_id=story.operator.account.id)

    assert (await revoke(world, story.operator, world.id(everywhere)))["__typename"] == "NotAllowed"
    assert (await revoke(world, story.admin, world.id(everywhere)))["__typename"] == "NotFound"
    assert await roles(world, story.operator) == ["ADMIN"]


async def test_what_is_wrong_with_a_grant(world: World, story: Story) -> None:
    company, other = story.company, await world.company("BS")
    stranger = await world.member("孙丽", at=other.first)
    left = await world.member("吴刚", at=company.first)
    async with models.database.transaction():
        assert left.member
        await models.members.set_active(left.member, False, world.clock.now)
    now = world.clock.now

    async def fault(to: Person, **given: datetime) -> tuple[str, list[list[str]]]:
        edges = {name: moment.isoformat() for name, moment in given.items()}
        answer = await grant(world, story.operator, Role.REVIEWER, to, company.first, **edges)
        return answer["__typename"], [one["path"] for one in answer.get("fields", [])]

    assert await fault(story.li, endsAt=now) == ("InvalidInput", [["endsAt"], ["endsAt"]])
    both = {"startsAt": now + timedelta(days=2), "endsAt": now + timedelta(days=1)}
    assert await fault(story.li, **both) == ("InvalidInput", [["endsAt"]])
    assert await fault(stranger) == ("InvalidInput", [["memberId"]])
    assert await fault(left) == ("InvalidInput", [["memberId"]])
    unseen = await grant(world, story.admin, Role.REVIEWER, stranger, company.first)
    assert unseen["__typename"] == "NotFound"
    assert (await grant(world, story.admin, Role.REVIEWER, story.li, other.first))["__typename"] == "NotFound"
    assert (await grant(world, None, Role.REVIEWER, story.li, company.first))["__typename"] == "NotAllowed"


def test_every_scope_is_listed_with_its_roles() -> None:
    """A new scope must be decided: it is in no role by default. ADMIN has all, MEMBER none."""
    assert set(HAVE) == set(Scope)
    assert SCOPES[Role.ADMIN] == set(Scope)
    assert SCOPES[Role.MEMBER] == set()
