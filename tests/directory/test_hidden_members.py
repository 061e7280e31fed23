"""Who chose not to be shown is named by nothing that the public reads, by whatever way; and what is in the making is
for those who make it, whichever list it stands in."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from arena import done
from course import offered
from ledger import reverse
from screens import paired
from shop import put_up
from strangers import turned_away
from tree import Story, told
from world import Person, World

from models import Member, Organization
from rules.roles import Role

LOG = """query ($at: ID!) { pointsLog(organizationId: $at) { edges { node {
  amount member { displayName } source { ... on Claim { member { displayName } } }
  reverses { reason member { displayName } reverses { id } } } } } }"""
CLAIMS = """query ($task: ID!, $claim: ID!) {
  task(id: $task) { claimedCount claims { totalCount edges { node { member { displayName } } } } }
  node(id: $claim) { ... on Claim { member { displayName } } } }"""
ROWS = """query ($at: ID!) { leaderboard(input: { organizationId: $at, period: ALL_TIME }) {
  rows { id subject { ... on Member { displayName } } } } }"""
FOLLOWED = """subscription ($at: ID!, $who: ID!) {
  standingUpdated(input: { organizationId: $at, period: ALL_TIME }, subjectId: $who) { id points rank row { id } } }"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def busy(world: World, story: Story) -> tuple[str, str]:
    """李强 claims and is paid, gets points that are taken back, and chooses not to be shown: the task and the claim."""
    task = world.id(await world.task(story.secretary, at=story.company.root))
    claim = (await done(world, story.li, "claimTask", taskId=task))["id"]
    await done(world, story.li, "submitClaim", claimId=claim, evidence="照片")
    await done(world, story.secretary, "approveClaim", claimId=claim)
    wrong = await world.award(story.secretary, story.li, 30)
    await reverse(world, story.secretary, world.id(wrong))
    await Member.filter(id=story.li.id).update(hidden_on_boards=True)
    return task, claim


async def test_the_log_leads_to_nobody(world: World, story: Story) -> None:
    await busy(world, story)

    async def heard(by: Person) -> str:
        found = (await world.ask(by, LOG, at=world.id(story.company.root)))["pointsLog"]["edges"]
        assert len(found) == 3
        assert found[2]["node"]["reverses"]["reason"] == "志愿服务"
        return json.dumps(found, ensure_ascii=False)

    assert "李强" not in await heard(story.zhao)
    assert (await heard(story.secretary)).count("李强") == 5
    assert (await heard(story.li)).count("李强") == 1  # its own claim


async def test_a_task_leads_to_nobody(world: World, story: Story) -> None:
    task, claim = await busy(world, story)
    shown = {"totalCount": 1, "edges": [{"node": {"member": {"displayName": "李强"}}}]}
    for who in (story.secretary, story.branch, story.li):
        found = await world.ask(who, CLAIMS, task=task, claim=claim)
        assert found["task"] == {"claimedCount": 1, "claims": shown}
        assert found["node"] == {"member": {"displayName": "李强"}}
    found = await world.ask(story.zhao, CLAIMS, task=task, claim=claim)
    assert found == {"task": {"claimedCount": 1, "claims": {"totalCount": 0, "edges": []}}, "node": None}


async def test_a_followed_standing_leads_to_no_row(world: World, story: Story) -> None:
    """Its id is made of who is asked for; a row's must not be told from it."""
    from hall import opened
    from pairs import alone

    await busy(world, story)
    at = world.id(story.company.root)
    rows = (await world.ask(story.zhao, ROWS, at=at))["leaderboard"]["rows"]
    assert [one["subject"] for one in rows] == [None]
    async with opened(world) as hall:
        viewer = await hall.live.viewer(f"Bearer {story.zhao.token}")
        assert viewer
        answer = await alone(hall, viewer, (FOLLOWED, {"at": at, "who": world.id(story.li)}))
    standing = answer.data["standingUpdated"]
    assert (standing["points"], standing["rank"], standing["row"]) == (0, None, None)
    assert key(standing["id"]) not in {key(one["id"]) for one in rows}


def key(text: str) -> str:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(":", 1)[1]


# ---------------------------------------------------------------- in the making


async def test_drafts_from_above_are_not_listed_below(world: World, story: Story) -> None:
    """Neither tasks nor courses nor rewards: by id they are not there for who has no right at their own place."""
    root, first = story.company.root, story.company.first
    for at in (root, first):
        await done(world, story.secretary, "createTask", organizationId=world.id(at), title=at.name, points=1)
        await offered(world, story.secretary, at=at, lecturer=story.zhao, title=at.name)
        reward = await put_up(world, story.secretary, at, name=at.name)
        query = "mutation ($id: ID!) { updateReward(input: { rewardId: $id, active: false }) { __typename } }"
        await world.ask(story.secretary, query, id=reward)
    query = """query ($at: ID!) {
      taskArena(organizationId: $at) { tasks(status: DRAFT) { totalCount edges { node { title } } } }
      courses(organizationId: $at, status: DRAFT) { totalCount edges { node { title } } }
      rewards(organizationId: $at, includeInactive: true) { totalCount edges { node { name } } } }"""

    async def listed(by: Person) -> list[set[str]]:
        found = await world.ask(by, query, at=world.id(first))
        lists: list[Any] = [found["taskArena"]["tasks"], found["courses"], found["rewards"]]
        assert all(one["totalCount"] == len(one["edges"]) for one in lists)
        return [{name for edge in one["edges"] for name in edge["node"].values()} for one in lists]

    assert await listed(story.secretary) == await listed(story.operator) == [{root.name, first.name}] * 3
    assert await listed(story.branch) == [{first.name}] * 3
    assert await listed(story.li) == [set()] * 3
    assert await listed(story.zhao) == [set(), {root.name, first.name}, set()]  # its own courses


async def test_a_screen_is_told_of_no_place_beside_its_way(world: World, story: Story) -> None:
    company = story.company
    query = """query ($at: ID!) { organizations(parentId: $at) { totalCount edges { node { name } } }
      organization(id: $at) { children { totalCount edges { node { name } } } } }"""

    async def below(screen: Person, at: Organization) -> list[str]:
        found = await world.ask(screen, query, at=world.id(at))
        for one in (found["organizations"], found["organization"]["children"]):
            assert one["totalCount"] == len(one["edges"])
            assert one == found["organizations"]
        return [edge["node"]["name"] for edge in found["organizations"]["edges"]]

    in_the_hall = await paired(world, story.secretary, company.root)
    in_a_branch = await paired(world, story.secretary, company.first)
    assert await below(in_a_branch, company.root) == [company.first.name]
    assert await below(in_a_branch, company.first) == [company.group.name]
    assert len(await below(in_the_hall, company.root)) == 3
    assert await below(in_the_hall, company.first) == []
    assert len(await below(story.zhao, company.root)) == 3
    assert await below(await world.member("吴刚", at=company.second, roles=[Role.MEMBER]), company.first) != []


async def test_a_rule_is_as_absent_for_nobody_as_one_that_never_was(world: World, story: Story) -> None:
    rules = (
        await world.ask(
            story.li, "query ($at: ID!) { pointRules(organizationId: $at) { id } }", at=world.id(story.company.root)
        )
    )["pointRules"]
    query = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await world.ask(story.li, query, id=rules[0]["id"]))["node"]
    await turned_away(world, query, id=rules[0]["id"])
    await turned_away(world, query, id="never was")
