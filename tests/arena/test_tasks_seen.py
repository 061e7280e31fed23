"""Who may know of a task, what stays between claimant and reviewers, and the lists that people work through."""

from __future__ import annotations

from typing import Any

import pytest
from arena import do, done
from story import Story, told
from strangers import turned_away
from world import Person, World

import models
from rules.roles import Role

TASK = "query ($id: ID!) { task(id: $id) { title status } node(id: $id) { __typename } }"
CLAIM = """
query ($id: ID!) { node(id: $id) { ... on Claim { status evidence reviewNote pointsEntry { amount } } } }
"""
QUEUE = """
query ($id: ID!, $first: Int, $after: String) {
  organization(id: $id) {
    claims(status: SUBMITTED, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      edges { node { member { displayName } task { title organization { name } } evidence } }
    }
  }
}
"""
MINE = """
query ($status: ClaimStatus) {
  viewer {
    claimableTasks { totalCount edges { node { title myClaim { status } } } }
    claims(status: $status) { totalCount edges { node { status task { title } } } }
  }
}
"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def sees(world: World, who: Person | None, task: str) -> bool:
    data = await world.ask(who, TASK, id=task)
    assert (data["task"] is None) == (data["node"] is None)
    return data["task"] is not None


async def test_a_draft_is_for_those_who_manage_or_review_there(world: World, story: Story) -> None:
    given = {"organizationId": world.id(story.company.first), "title": "植树", "points": 5}
    draft = (await done(world, story.secretary, "createTask", **given))["id"]

    assert [await sees(world, one, draft) for one in (story.secretary, story.reviewer)] == [True, True]
    assert [await sees(world, one, draft) for one in (story.li, story.zhao)] == [False] * 2
    await turned_away(world, TASK, id=draft)
    assert (await do(world, story.li, "claimTask", taskId=draft))["__typename"] == "NotFound"
    assert (await do(world, story.li, "publishTask", taskId=draft))["__typename"] == "NotFound"
    assert (await do(world, story.reviewer, "publishTask", taskId=draft))["__typename"] == "NotAllowed"


async def test_a_groups_task_exists_for_its_branch_only(world: World, story: Story) -> None:
    inside = await world.member("郑洁", at=story.company.group)
    task = await world.task(story.secretary, at=story.company.group)
    claim = await done(world, inside, "claimTask", taskId=world.id(task))

    assert await sees(world, story.li, world.id(task)), "of the same branch"
    assert (await do(world, story.li, "claimTask", taskId=world.id(task)))["__typename"] == "NotAllowed"
    assert not await sees(world, story.zhao, world.id(task))
    assert (await do(world, story.zhao, "claimTask", taskId=world.id(task)))["__typename"] == "NotFound"
    assert (await do(world, story.zhao, "releaseClaim", claimId=claim["id"]))["__typename"] == "NotFound"
    assert (await world.ask(story.zhao, CLAIM, id=claim["id"]))["node"] is None


async def test_another_branchs_task_is_seen_and_not_claimed(world: World, story: Story) -> None:
    task = await world.task(story.secretary, at=story.company.second)

    assert await sees(world, story.li, world.id(task))
    assert (await do(world, story.li, "claimTask", taskId=world.id(task)))["__typename"] == "NotAllowed"
    await world.grant(story.li, Role.MEMBER, at=story.company.second)
    await done(world, story.li, "claimTask", taskId=world.id(task))


async def test_another_root_knows_of_nothing(world: World, story: Story) -> None:
    task = await world.task(story.secretary, at=story.company.root)
    claim = await done(world, story.li, "claimTask", taskId=world.id(task))
    stranger = await world.member("吴刚", at=(await world.company("YY")).root, roles=[Role.ADMIN])

    assert not await sees(world, stranger, world.id(task))
    for operation in ("publishTask", "closeTask", "claimTask"):
        assert (await do(world, stranger, operation, taskId=world.id(task)))["__typename"] == "NotFound"
    for operation in ("approveClaim", "rejectClaim"):
        answer = await do(world, stranger, operation, claimId=claim["id"], note="好")
        assert answer["__typename"] == "NotFound"


@pytest.mark.parametrize("wrong", ["", "x", "\ud800", "VGFzazox", "VGFzazo", "é" * 500])
async def test_what_is_no_id_is_not_found(world: World, story: Story, wrong: str) -> None:
    assert not await sees(world, story.secretary, wrong)
    assert (await do(world, story.li, "claimTask", taskId=wrong))["__typename"] == "NotFound"


async def test_an_id_of_another_type_is_not_found(world: World, story: Story) -> None:
    answer = await do(world, story.li, "claimTask", taskId=world.id(story.li))

    assert answer["__typename"] == "NotFound"


async def test_only_members_claim_and_only_for_themselves(world: World, story: Story) -> None:
    task = world.id(await world.task(story.secretary, at=story.company.root))
    claim = await done(world, story.li, "claimTask", taskId=task)

    assert (await do(world, None, "claimTask", taskId=task))["__typename"] in ("NotAllowed", "NotFound")
    assert (await do(world, await world.operator(), "claimTask", taskId=task))["__typename"] == "NotAllowed"
    for operation, given in (("releaseClaim", {}), ("submitClaim", {"evidence": "照片"})):
        assert (await do(world, story.sun, operation, claimId=claim["id"], **given))["__typename"] == "NotAllowed"


async def test_members_neither_set_tasks_nor_decide(world: World, story: Story) -> None:
    task = world.id(await world.task(story.secretary, at=story.company.root))
    claim = await done(world, story.li, "claimTask", taskId=task)
    await done(world, story.li, "submitClaim", claimId=claim["id"], evidence="照片")

    given = {"organizationId": world.id(story.company.first), "title": "植树", "points": 5}
    assert (await do(world, story.sun, "createTask", **given))["__typename"] == "NotAllowed"
    assert (await do(world, story.reviewer, "createTask", **given))["__typename"] == "NotAllowed"
    assert (await do(world, story.sun, "closeTask", taskId=task))["__typename"] == "NotAllowed"
    for operation in ("approveClaim", "returnClaim", "rejectClaim"):
        answer = await do(world, story.sun, operation, claimId=claim["id"], note="好")
        assert answer["__typename"] == "NotAllowed"


async def test_proof_and_notes_stay_between_claimant_and_reviewers(world: World, story: Story) -> None:
    task = world.id(await world.task(story.secretary, at=story.company.root))
    claim = await done(world, story.li, "claimTask", taskId=task)
    await done(world, story.li, "submitClaim", claimId=claim["id"], evidence="照片")
    await done(world, story.reviewer, "approveClaim", claimId=claim["id"], note="好")
    all_of_it = {"status": "APPROVED", "evidence": "照片", "reviewNote": "好", "pointsEntry": {"amount": 10}}

    for one in (story.li, story.reviewer, story.secretary):
        assert (await world.ask(one, CLAIM, id=claim["id"]))["node"] == all_of_it
    others = (await world.ask(story.sun, CLAIM, id=claim["id"]))["node"]
    assert others == {"status": "APPROVED", "evidence": None, "reviewNote": None, "pointsEntry": None}


async def test_the_entry_that_a_reviewer_sees_in_a_claim_can_be_fetched_again(world: World, story: Story) -> None:
    task = world.id(await world.task(story.secretary, at=story.company.root))
    claim = await done(world, story.li, "claimTask", taskId=task)
    await done(world, story.li, "submitClaim", claimId=claim["id"], evidence="照片")
    entry = (await done(world, story.reviewer, "approveClaim", claimId=claim["id"]))["pointsEntry"]["id"]
    query = "query ($id: ID!) { node(id: $id) { ... on PointsEntry { amount source { ... on Claim { id } } } } }"

    for one in (story.li, story.reviewer, story.secretary):
        data = await world.ask(one, query, id=entry)
        assert data["node"] == {"amount": 10, "source": {"id": claim["id"]}}
    assert (await world.ask(story.sun, query, id=entry))["node"] is None


# ---------------------------------------------------------------- lists


async def test_the_review_queue_is_oldest_first_and_for_reviewers(world: World, story: Story) -> None:
    for place, title in ((story.company.root, "植树"), (story.company.first, "慰问")):
        task = await world.task(story.secretary, at=place, title=title)
        for person in (story.li, story.sun):
            world.clock.advance(minutes=1)
            claim = await done(world, person, "claimTask", taskId=world.id(task))
            await done(world, person, "submitClaim", claimId=claim["id"], evidence="照片")

    async def queue(who: Person, **page: Any) -> tuple[list[tuple[str, str]], dict[str, Any]]:
        data = await world.ask(who, QUEUE, id=world.id(story.company.root), **page)
        found = data["organization"]["claims"]
        return [(one["node"]["member"]["displayName"], one["node"]["task"]["title"]) for one in found["edges"]], found

    with world.count_queries() as statements:
        everything, found = await queue(story.reviewer)
    assert everything == [("李强", "植树"), ("孙丽", "植树"), ("李强", "慰问"), ("孙丽", "慰问")]
    assert found["totalCount"] == 4
    whole = len(statements)
    with world.count_queries() as statements:
        first, page = await queue(story.reviewer, first=3)
        assert len(statements) == whole, "as many statements for one row as for many"
    rest, last = await queue(story.reviewer, first=3, after=page["pageInfo"]["endCursor"])
    assert first + rest == everything
    assert (page["pageInfo"]["hasNextPage"], last["pageInfo"]["hasNextPage"]) == (True, False)
    assert (await world.ask(story.li, QUEUE, id=world.id(story.company.root)))["organization"]["claims"] is None


async def test_what_one_can_claim_and_what_one_has_claimed(world: World, story: Story) -> None:
    company = story.company
    tasks: list[tuple[models.Organization, str, dict[str, Any]]] = [
        (company.root, "植树", {}),
        (company.first, "慰问", {"capacity": 1}),
        (company.first, "读书", {"capacity": 1}),
        (company.second, "清扫", {}),
        (company.root, "明天", {"opens_at": world.clock.now.replace(day=11)}),
    ]
    for place, title, fields in tasks:
        world.clock.advance(minutes=1)
        task = await world.task(story.secretary, at=place, title=title, **fields)
        if title in ("植树", "慰问"):
            who = story.li if title == "植树" else story.sun
            await done(world, who, "claimTask", taskId=world.id(task))

    async def mine(who: Person, **given: Any) -> tuple[list[str], list[tuple[str, str]]]:
        viewer = (await world.ask(who, MINE, **given))["viewer"]
        free = [one["node"]["title"] for one in viewer["claimableTasks"]["edges"]]
        assert viewer["claimableTasks"]["totalCount"] == len(free)
        held = [(one["node"]["task"]["title"], one["node"]["status"]) for one in viewer["claims"]["edges"]]
        return free, held

    assert await mine(story.li) == (["读书"], [("植树", "CLAIMED")])
    assert await mine(story.sun) == (["读书", "植树"], [("慰问", "CLAIMED")])
    assert await mine(story.zhao) == (["清扫", "植树"], [])
    assert await mine(story.li, status="APPROVED") == (["读书"], [])
    assert await mine(await world.operator()) == ([], [])


async def test_the_own_claim_is_the_one_that_holds_a_slot_or_else_the_newest(world: World, story: Story) -> None:
    task = world.id(await world.task(story.secretary, at=story.company.root))
    query = "query ($id: ID!) { task(id: $id) { myClaim { id status } } }"

    async def own(who: Person) -> dict[str, str] | None:
        return (await world.ask(who, query, id=task))["task"]["myClaim"]

    assert await own(story.li) is None
    for status in ("RELEASED", "CLAIMED"):
        claim = await done(world, story.li, "claimTask", taskId=task)
        if status == "RELEASED":
            await done(world, story.li, "releaseClaim", claimId=claim["id"])
        assert await own(story.li) == {"id": claim["id"], "status": status}
        world.clock.advance(minutes=1)
    assert await own(story.sun) is None
