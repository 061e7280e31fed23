"""An organization closes: what goes on there ends, nothing is lost, and it can be opened again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from imports import members, organizations, refused
from screens import BOARD
from tree import Story, told
from world import Person, World

import models
from models import AuditEntry, Claim, ClaimStatus, Display, Organization, RoleGrant, Task, TaskStatus
from resolvers.arena import claims
from resolvers.displays import pairings
from resolvers.verification import verify as verification_verify
from rules.refusals import ClaimInWrongState, TaskNotOpen
from rules.roles import Role

REFUSED = "__typename ... on UserError { message }"
CLOSE = f"""mutation ($id: ID!) {{ found: closeOrganization(input: {{organizationId: $id}}) {{ {REFUSED}
  ... on OrganizationIsInUse {{ activeMembers openChildren }}
  ... on CloseOrganizationSuccess {{ organization {{ id closedAt }} }} }} }}"""
REOPEN = f"""mutation ($id: ID!) {{ found: reopenOrganization(input: {{organizationId: $id}}) {{ {REFUSED}
  ... on OrganizationIsClosed {{ organization {{ id }} }}
  ... on ReopenOrganizationSuccess {{ organization {{ id closedAt }} }} }} }}"""
CHILDREN = """query ($id: ID!, $closed: Boolean) { organization(id: $id) { closedAt
  children(includeClosed: $closed) { totalCount edges { node { code closedAt } } } }
  organizations(parentId: $id, includeClosed: $closed) { edges { node { code } } } }"""
ROWS = """query ($input: LeaderboardInput!, $at: DateTime) { leaderboard(input: $input, at: $at) { state rows {
  points score memberCount previousRank subject { ... on Organization { code } } } } }"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def close(world: World, by: Person, which: Organization) -> dict[str, Any]:
    return (await world.ask(by, CLOSE, id=world.id(which)))["found"]


async def reopen(world: World, by: Person, which: Organization) -> dict[str, Any]:
    return (await world.ask(by, REOPEN, id=world.id(which)))["found"]


async def move(world: World, by: Person, who: Person, to: Organization) -> dict[str, Any]:
    query = f"mutation ($input: MoveMemberInput!) {{ moveMember(input: $input) {{ {REFUSED} }} }}"
    wanted = {"memberId": world.id(who), "organizationId": world.id(to)}
    return (await world.ask(by, query, input=wanted))["moveMember"]


async def emptied(world: World, story: Story) -> Organization:
    """The second branch, whose only member went to the first."""
    assert (await move(world, story.admin, story.zhao, story.company.first))["__typename"] == "MoveMemberSuccess"
    return story.company.second


async def rows(world: World, story: Story, at: Any = None, **wanted: Any) -> dict[str, Any]:
    given = {"organizationId": world.id(story.company.root), "subject": "ORGANIZATION", **wanted}
    found = (await world.ask(story.admin, ROWS, input=given, at=at and at.isoformat()))["leaderboard"]
    return {one["subject"]["code"]: one for one in found["rows"]}


async def test_one_that_is_in_use_is_not_closed(world: World, story: Story) -> None:
    company = story.company
    answer = await close(world, story.admin, company.first)
    assert (answer["__typename"], answer["activeMembers"], answer["openChildren"]) == ("OrganizationIsInUse", 2, 1)
    assert "2 active members" in answer["message"]
    assert (await close(world, story.admin, company.general))["openChildren"] == 1
    assert (await close(world, story.secretary, company.third))["__typename"] == "NotAllowed"
    assert (await Organization.get(id=company.first.id)).closed_at is None


async def test_what_goes_on_there_ends_and_is_told(world: World, story: Story) -> None:
    company = story.company
    task = await world.task(story.admin, at=company.second)
    held = await claims.claim(await world.session(story.zhao), task.id)
    await claims.submit(await world.session(story.zhao), held.id, "照片")
    await world.grant(story.li, Role.REVIEWER, at=company.second)
    asked = await pairings.ask(await world.session(None))
    pair = f"""mutation ($input: ApproveDisplayPairingInput!) {{ found: approveDisplayPairing(input: $input) {{
      {REFUSED} ... on ApproveDisplayPairingSuccess {{ display {{ id }} }} }} }}"""
    place = {"organizationId": world.id(company.second), "name": "厅", "scenes": BOARD}
    await world.ask(story.admin, pair, input={"code": asked.code, **place})
    await emptied(world, story)

    assert (await close(world, story.admin, company.second))["organization"]["closedAt"]
    inside = story.admin
    await world.grant(inside, Role.MEMBER, at=company.root)
    assert (await Task.get(id=task.id)).status is TaskStatus.CLOSED
    claim = await Claim.get(id=held.id)
    assert (claim.status, claim.review_note) == (ClaimStatus.RELEASED, "Withdrawn, because 第二党支部 was closed.")
    assert (await Display.get(organization_id=company.second.id)).revoked_at == world.clock.now
    [grant] = await RoleGrant.filter(organization_id=company.second.id)
    assert grant.ends_at == world.clock.now
    kept = await AuditEntry.filter(action="closeOrganization").order_by("sequence")
    assert [one.subject_type for one in kept] == ["Task", "Claim", "Display", "RoleGrant", *["Organization"] * 2]
    assert {one.organization_id for one in kept} == {company.root.id, company.second.id}
    with pytest.raises(ClaimInWrongState):
        await claims.approve(await world.session(story.admin), held.id, None)
    with pytest.raises(TaskNotOpen):
        await claims.claim(await world.session(inside), task.id)
    assert (await verification_verify.verify(world.clock.now)).differences == []

    again = len(await AuditEntry.all())
    assert (await close(world, story.admin, company.second))["__typename"] == "CloseOrganizationSuccess"
    assert len(await AuditEntry.all()) == again, "closed again, nothing happens"
    opened = await reopen(world, story.admin, company.second)
    assert opened["organization"]["closedAt"] is None
    assert (await Task.get(id=task.id)).status is TaskStatus.CLOSED, "what was ended stays ended"
    assert (await verification_verify.verify(world.clock.now)).differences == []


async def test_nothing_begins_at_a_closed_one(world: World, story: Story) -> None:
    company, admin = story.company, story.admin
    draft = f"""mutation ($input: CreateTaskInput!) {{ found: createTask(input: $input) {{
      {REFUSED} ... on CreateTaskSuccess {{ task {{ id }} }} }} }}"""
    place = world.id(await emptied(world, story))
    kept = await world.ask(admin, draft, input={"organizationId": place, "title": "旧", "points": 1})
    asked = await pairings.ask(await world.session(None))
    await close(world, admin, company.second)

    person = {"memberId": world.id(story.li)}
    given: dict[str, dict[str, Any]] = {
        "createOrganization": {"parentId": place, "code": "X", "name": "新", "kind": "GROUP"},
        "moveOrganization": {"organizationId": world.id(company.third), "parentId": place},
        "createMember": {"organizationId": place, "name": "新人"},
        "moveMember": {**person, "organizationId": place},
        "createTask": {"organizationId": place, "title": "新", "points": 1},
        "publishTask": {"taskId": kept["found"]["task"]["id"]},
        "grantRole": {**person, "organizationId": place, "role": "REVIEWER"},
        "createReward": {"organizationId": place, "name": "杯", "price": 1, "stock": 1},
        "createCourse": {
            "organizationId": place,
            "title": "课",
            "durationSeconds": 60,
            "lecturerId": person["memberId"],
        },
        "approveDisplayPairing": {"code": asked.code, "organizationId": place, "name": "厅", "scenes": BOARD},
    }
    for name, wanted in given.items():
        kind = f"{name[0].upper()}{name[1:]}Input"
        query = f"""mutation ($input: {kind}!) {{ found: {name}(input: $input) {{
          {REFUSED} ... on OrganizationIsClosed {{ organization {{ id closedAt }} }} }} }}"""
        answer = (await world.ask(admin, query, input=wanted))["found"]
        assert answer["__typename"] == "OrganizationIsClosed", (name, answer)
        assert answer["organization"]["id"] == place
    assert await models.Member.filter(organization_id=company.second.id).count() == 0
    assert await models.Task.filter(organization_id=company.second.id).count() == 1


async def test_who_left_does_not_come_back_to_a_closed_one(world: World, story: Story) -> None:
    update = f"mutation ($input: UpdateMemberInput!) {{ found: updateMember(input: $input) {{ {REFUSED} }} }}"

    async def set_active(active: bool) -> str:
        wanted = {"memberId": world.id(story.zhao), "active": active}
        return (await world.ask(story.admin, update, input=wanted))["found"]["__typename"]

    assert await set_active(False) == "UpdateMemberSuccess"
    await close(world, story.admin, story.company.second)
    assert await set_active(True) == "OrganizationIsClosed"
    await reopen(world, story.admin, story.company.second)
    assert await set_active(True) == "UpdateMemberSuccess"


async def test_it_is_left_out_of_lists_unless_it_is_asked_for(world: World, story: Story) -> None:
    company = story.company
    await close(world, story.admin, await emptied(world, story))
    for closed, codes in ((None, ["GS-1", "GS-J"]), (False, ["GS-1", "GS-J"]), (True, ["GS-1", "GS-2", "GS-J"])):
        found = await world.ask(story.li, CHILDREN, id=world.id(company.root), closed=closed)
        listed = found["organization"]["children"]
        assert [one["node"]["code"] for one in listed["edges"]] == codes
        assert listed["totalCount"] == len(codes)
        assert [one["node"]["code"] for one in found["organizations"]["edges"]] == codes
    found = await world.ask(story.li, CHILDREN, id=world.id(company.second), closed=True)
    assert found["organization"]["closedAt"] is not None, "it is known by its id as before"


async def test_its_row_stays_where_it_was_and_is_in_no_later_period(world: World, story: Story) -> None:
    company = story.company
    world.clock.advance(days=20)  # the last days of March
    await world.award(story.admin, story.zhao, 12)
    await world.award(story.admin, story.li, 5)
    before = world.clock.now
    world.clock.advance(hours=1)
    await emptied(world, story)
    everything = await rows(world, story)
    assert (everything["GS-2"]["score"], everything["GS-2"]["memberCount"]) == (12.0, 1), "neither soars nor vanishes"
    await close(world, story.admin, company.second)
    assert await rows(world, story) == everything
    march = {"period": "MONTH", "on": "2026-03-31"}
    world.clock.advance(days=2)  # March is settling
    entry = await world.award(story.admin, story.zhao, 3, occurred_at=before)
    assert entry.organization_id == company.second.id, "a late act is credited where the member belonged"
    await world.award(story.admin, company.second, 2)
    april = await rows(world, story)
    assert "GS-2" not in april
    assert set(await rows(world, story, scoring="TOTAL", **march)) == {"GS-1", "GS-2"}
    assert (await rows(world, story, **march))["GS-2"]["points"] == 15
    assert (await rows(world, story, period="ALL_TIME"))["GS-2"]["points"] == 17
    assert "GS-2" in await rows(world, story, at=before, period="MONTH")
    total = {"subject": "MEMBER", "period": "ALL_TIME", "organizationId": world.id(company.root)}
    found = (await world.ask(story.admin, ROWS, input=total))["leaderboard"]["rows"]
    assert sum(one["points"] for one in found) == 20, "its points count above"

    world.clock.advance(hours=1)
    await reopen(world, story.admin, company.second)
    assert (await rows(world, story, scoring="TOTAL"))["GS-2"]["points"] == 2
    earlier = world.clock.now - timedelta(seconds=1)
    assert "GS-2" not in await rows(world, story, at=earlier, scoring="TOTAL"), "as it stood before"
    assert (await verification_verify.verify(world.clock.now)).differences == []


async def test_a_child_opens_after_its_parent(world: World, story: Story) -> None:
    company, admin = story.company, story.admin
    for one in (company.third, company.general):
        assert (await close(world, admin, one))["__typename"] == "CloseOrganizationSuccess"
    answer = await reopen(world, admin, company.third)
    assert (answer["__typename"], answer["organization"]["id"]) == ("OrganizationIsClosed", world.id(company.general))
    for one in (company.general, company.third):
        assert (await reopen(world, admin, one))["__typename"] == "ReopenOrganizationSuccess"


async def test_an_import_names_what_is_closed(world: World, story: Story) -> None:
    await close(world, story.admin, await emptied(world, story))

    [fault] = await refused(organizations, "GS-2,GS,第二党支部,BRANCH")
    assert '"GS-2" is closed; leave its line out' in fault
    [fault] = await refused(organizations, "GS-2-1,GS-2,小组,GROUP")
    assert "is closed; name an open one" in fault
    [fault] = await refused(members, "GS-2,张三,,,,")
    assert "is closed, so nobody belongs to it" in fault


async def test_closing_meets_whoever_comes_just_then(world: World, story: Story) -> None:
    """The second is refused: never is anybody in, or anything open at, an organization that is closed."""
    company, admin = story.company, story.admin
    create = """mutation ($input: CreateMemberInput!) { found: createMember(input: $input) { __typename } }"""
    task = """mutation ($input: CreateTaskInput!) { found: createTask(input: $input) { __typename
      ... on CreateTaskSuccess { task { id } } } }"""
    publish = "mutation ($id: ID!) { found: publishTask(input: {taskId: $id}) { __typename } }"
    for number in range(4):
        place = await world.organization(f"新支部{number}", f"GS-9{number}", below=company.root)
        wanted = {"organizationId": world.id(place)}
        draft = (await world.ask(admin, task, input={**wanted, "title": "新", "points": 1}))["found"]["task"]["id"]
        answers = await asyncio.gather(
            close(world, admin, place),
            world.ask(admin, create, input={**wanted, "name": f"新人{number}"}) if number % 2 else asyncio.sleep(0),
            world.ask(admin, publish, id=draft),
        )
        closed = (await Organization.get(id=place.id)).closed_at is not None
        assert closed == (answers[0]["__typename"] == "CloseOrganizationSuccess")
        if closed:
            assert not await models.Member.filter(organization_id=place.id, active=True).exists()
            assert not await Task.filter(organization_id=place.id, status=TaskStatus.OPEN).exists()
    assert (await verification_verify.verify(world.clock.now)).differences == []
