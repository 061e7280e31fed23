"""Who may know of a role, and at what cost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from strangers import turned_away
from tree import REFUSED, Story, told
from world import Clock, Person, World

from models import Organization
from rules.roles import Role

FIELDS = "grant { id role startsAt endsAt member { displayName } organization { code } }"
GRANT = f"""mutation ($input: GrantRoleInput!) {{
  grantRole(input: $input) {{ {REFUSED} ... on GrantRoleSuccess {{ {FIELDS} }} }}
}}"""
REVOKE = f"""mutation ($input: RevokeRoleInput!) {{
  revokeRole(input: $input) {{ __typename ... on RevokeRoleSuccess {{ {FIELDS} }} }}
}}"""
ROLES = "{ viewer { roles { role organization { code } member { displayName } } } }"
NODE = "query ($id: ID!) { node(id: $id) { ... on RoleGrant { role } } }"
LIST = """query ($id: ID!, $role: Role, $ended: Boolean) { organization(id: $id) {
  roleGrants(role: $role, includeEnded: $ended) { totalCount edges { node { role member { displayName } } } }
} }"""


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


async def test_who_holds_roles_is_for_those_who_may_know(world: World, story: Story) -> None:
    company = story.company
    first = world.id(company.first)
    given = await grant(world, story.secretary, Role.REVIEWER, story.li, company.first)

    async def listed(by: Person, **asked: Any) -> list[str] | None:
        found = (await world.ask(by, LIST, id=first, **asked))["organization"]["roleGrants"]
        if found is None:
            return None
        assert found["totalCount"] == len(found["edges"])
        return sorted(edge["node"]["role"] for edge in found["edges"])

    for reader in (story.branch, story.secretary, story.admin, story.operator):
        assert await listed(reader) == ["REVIEWER", "SECRETARY"]
    assert await listed(story.branch, role="REVIEWER") == ["REVIEWER"]
    assert await listed(story.li) is None
    assert await listed(story.zhao) is None
    await revoke(world, story.secretary, given["grant"]["id"])
    assert await listed(story.branch) == ["SECRETARY"]
    assert await listed(story.branch, ended=True) == ["REVIEWER", "SECRETARY"]


async def test_ones_own_role_is_always_known(world: World, story: Story) -> None:
    given = (await grant(world, story.secretary, Role.REVIEWER, story.li, story.company.first))["grant"]["id"]

    assert await roles(world, story.li) == ["REVIEWER"]
    assert (await world.ask(story.li, NODE, id=given))["node"] == {"role": "REVIEWER"}
    assert (await world.ask(story.branch, NODE, id=given))["node"] == {"role": "REVIEWER"}
    assert (await world.ask(story.zhao, NODE, id=given))["node"] is None
    await turned_away(world, NODE, id=given)


class Ticking(Clock):
    """Time passes while an operation runs."""

    def __call__(self) -> datetime:
        return self.advance(milliseconds=1)


async def test_a_revoked_role_is_off_the_list_in_the_same_answer(world: World, story: Story) -> None:
    given = await grant(world, story.secretary, Role.REVIEWER, story.li, story.company.first)
    world.clock = Ticking(world.clock.now)
    query = """mutation ($input: RevokeRoleInput!) { revokeRole(input: $input) { ... on RevokeRoleSuccess {
      grant { organization { roleGrants { edges { node { role } } } } }
    } } }"""
    data = await world.ask(story.secretary, query, input={"grantId": given["grant"]["id"]})

    edges = data["revokeRole"]["grant"]["organization"]["roleGrants"]["edges"]
    assert [edge["node"]["role"] for edge in edges] == ["SECRETARY"]


async def test_a_list_costs_the_same_for_two_as_for_thirty(world: World, story: Story) -> None:
    query = """query ($id: ID!) { organization(id: $id) { roleGrants(first: 100) { totalCount edges { node {
      role startsAt endsAt member { displayName name organization { name } } organization { name }
    } } } } }"""

    async def asked() -> tuple[int, int]:
        with world.count_queries() as heard:
            data = await world.ask(story.secretary, query, id=world.id(story.company.first))
        return len(data["organization"]["roleGrants"]["edges"]), len(heard)

    first, *others = await world.members(29, at=story.company.group)
    await world.grant(first, Role.REVIEWER, at=story.company.first)
    few, statements = await asked()
    for person in others:
        await world.grant(person, Role.REVIEWER, at=story.company.first)
    assert (few, await asked()) == (2, (30, statements))
