"""Acts recorded by secretaries and by other systems: answered once for each key, each on its own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from acts import LONG_AGO, adopt, record, record_many, reported, service, set_rule
from story import Story, told
from world import AnsweredWithErrors, World

from models import IdempotencyKey, Member, PointsEntry
from models.clock import POINTS
from resolvers.points.acts import MOST_ACTS
from rules.roles import Role

CAPPED = {"title": "志愿服务", "amount": 5, "caps": [{"period": "DAY", "points": 12}]}


@pytest.fixture
async def story(world: World) -> Story:
    story = await told(world)
    await set_rule(story.company.root, "volunteer", CAPPED)
    return story


async def test_an_act_says_what_it_gave_and_by_which_rule(world: World, story: Story) -> None:
    answer = await record(world, story.secretary, story.li, "volunteer", quantity=3, occurredAt="2026-03-10T01:00:00Z")

    assert answer["__typename"] == "RecordActSuccess"
    entry = answer["pointsEntry"]
    assert (entry["kind"], entry["amount"], entry["rule"], entry["reason"]) == ("EARNED", 12, "volunteer", "志愿服务")
    assert (entry["quantity"], entry["cutReason"], entry["cutPoints"]) == (3, "CAP_DAY", 3)
    assert entry["occurredAt"] == entry["countsAt"] == "2026-03-10T01:00:00Z"
    assert entry["recordedAt"] == "2026-03-10T02:00:00Z"
    assert entry["ruleVersion"] == {"number": 1, "title": "志愿服务", "rule": {"code": "volunteer"}}
    assert entry["organization"] == {"name": "第一党支部"}
    told = [one for one in world.announcements if one.boards.of(POINTS) and not one.in_public]
    assert [one.boards.of(POINTS) for one in told] == [{story.company.root.id, story.company.first.id}]


async def test_what_a_cap_cuts_is_kept_with_its_reason(world: World, story: Story) -> None:
    answers = [await record(world, story.secretary, story.li, "volunteer") for _ in range(4)]
    amounts = [(one["pointsEntry"]["amount"], one["pointsEntry"]["cutReason"]) for one in answers]
    assert amounts == [(5, None), (5, None), (2, "CAP_DAY"), (0, "CAP_DAY")]


async def test_an_award_by_hand_names_no_rule_version(world: World, story: Story) -> None:
    made = await world.award(story.secretary, story.li, 3)
    query = "query ($id: ID!) { node(id: $id) { ... on PointsEntry { quantity cutReason ruleVersion { number } } } }"
    found = await world.ask(story.li, query, id=world.id(made))
    assert found["node"] == {"quantity": None, "cutReason": None, "ruleVersion": None}


async def test_each_act_of_a_batch_is_answered_on_its_own(world: World, story: Story) -> None:
    other = await world.member("郑洁", at=(await world.company("YY")).root)
    first = reported(world, story.li, "volunteer")
    inputs = [
        first,
        reported(world, story.li, "unheard.of"),
        reported(world, other, "volunteer"),
        reported(world, story.sun, "volunteer", quantity=0),
        first,
        first | {"quantity": 2},
        reported(world, story.sun, "volunteer", occurredAt="2027-01-01T00:00:00Z"),
        reported(world, story.zhao, "course.heard"),
    ]
    answers = await record_many(world, story.secretary, inputs)

    assert [one["__typename"] for one in answers] == [
        "RecordActSuccess",
        "InvalidInput",
        "NotFound",
        "InvalidInput",
        "RecordActSuccess",
        "InvalidInput",
        "InvalidInput",
        "RecordActSuccess",
    ]
    assert answers[4] == answers[0]
    paths = [one["fields"][0]["path"] for one in answers if "fields" in one]
    assert paths == [["rule"], ["quantity"], ["idempotencyKey"], ["occurredAt"]]
    assert await PointsEntry.all().count() == await IdempotencyKey.all().count() == 2
    assert await record_many(world, story.secretary, inputs) == answers


async def test_a_key_whose_act_was_refused_can_be_used_again(world: World, story: Story) -> None:
    refused = await record(world, story.secretary, story.li, "new.rule", idempotencyKey="k")
    await set_rule(story.company.first, "new.rule", {"title": "新", "amount": 4})
    made = await record(world, story.secretary, story.li, "new.rule", idempotencyKey="k")
    assert (refused["__typename"], made["pointsEntry"]["amount"]) == ("InvalidInput", 4)


async def test_a_key_answers_the_same_after_its_rule_has_changed(world: World, story: Story) -> None:
    first = await record(world, story.secretary, story.li, "volunteer", idempotencyKey="k")
    await set_rule(story.company.root, "volunteer", CAPPED | {"amount": 9}, valid_until=LONG_AGO)
    world.clock.advance(days=40)
    assert await record(world, story.secretary, story.li, "volunteer", idempotencyKey=" k ") == first


async def test_more_than_five_hundred_are_refused_as_a_whole(world: World, story: Story) -> None:
    inputs = [reported(world, story.li, "volunteer") for _ in range(MOST_ACTS + 1)]
    with pytest.raises(AnsweredWithErrors, match="at most 500"):
        await record_many(world, story.secretary, inputs)
    assert await PointsEntry.all().count() == 0
    assert len(await record_many(world, story.secretary, inputs[1:])) == MOST_ACTS
    assert await PointsEntry.filter(amount__gt=0).count() == 3


async def test_a_batch_over_two_roots_reaches_both(world: World, story: Story) -> None:
    there = await world.member("郑洁", at=(await world.company("YY")).root)
    inputs = [reported(world, one, "course.heard") for one in (story.li, there, story.sun)]
    answers = await record_many(world, await world.operator(), inputs)
    assert [one["pointsEntry"]["member"]["id"] for one in answers] == [one["memberId"] for one in inputs]


async def test_only_who_may_award_records_acts(world: World, story: Story) -> None:
    neighbour = await world.member("吴刚", at=story.company.second, roles=[Role.SECRETARY])
    stranger = await world.member("郑洁", at=(await world.company("YY")).root, roles=[Role.ADMIN])
    for person, kind in (
        (None, "NotAllowed"),
        (story.li, "NotAllowed"),
        (story.reviewer, "NotAllowed"),
        (neighbour, "NotAllowed"),
        (stranger, "NotFound"),
        (story.secretary, "RecordActSuccess"),
    ):
        assert (await record(world, person, story.li, "volunteer"))["__typename"] == kind


# ---------------------------------------------------------------- at the same time


async def test_fifty_parallel_acts_at_a_cap_of_twelve_leave_exactly_twelve(world: World, story: Story) -> None:
    answers = await asyncio.gather(*(record(world, story.secretary, story.li, "volunteer") for _ in range(50)))

    assert {one["__typename"] for one in answers} == {"RecordActSuccess"}
    assert sorted(one["pointsEntry"]["amount"] for one in answers) == [0] * 47 + [2, 5, 5]
    assert (await Member.get(id=story.li.id)).balance == 12


async def test_copies_of_one_request_leave_one_entry_and_one_answer(world: World, story: Story) -> None:
    people = [story.li, story.sun, story.zhao]
    batches = [[reported(world, one, "course.heard") for one in people] for _ in range(5)]
    sent: list[list[dict[str, Any]]] = [
        batch if copy % 2 else batch[::-1] for copies, batch in enumerate(batches, 1) for copy in range(copies)
    ]
    answers = await asyncio.gather(*(record_many(world, story.secretary, one) for one in sent))

    by_key: dict[str, set[str]] = {}
    for inputs, found in zip(sent, answers, strict=True):
        for one, answer in zip(inputs, found, strict=True):
            by_key.setdefault(one["idempotencyKey"], set()).add(str(answer))
    assert len(by_key) == 15
    assert all(len(found) == 1 for found in by_key.values())
    assert await PointsEntry.all().count() == 15
    for person in people:
        assert (await Member.get(id=person.id)).balance == 25


# ---------------------------------------------------------------- other systems


async def test_a_service_records_for_its_members_by_its_rules_only(world: World, story: Story) -> None:
    await adopt(story.company.root, "STUDY_APP")
    door = await service(world, story.company.first, rules=["volunteer"])
    inputs = [
        reported(world, story.li, "volunteer"),
        reported(world, story.li, "study.article"),
        reported(world, story.zhao, "volunteer"),
        reported(world, await world.member("王芳", at=story.company.group), "volunteer"),
    ]
    answers = await record_many(world, door, inputs)
    assert [one["__typename"] for one in answers] == ["RecordActSuccess", "NotAllowed", "NotFound", "RecordActSuccess"]
    assert (await record_many(world, door, inputs))[0] == answers[0]
    everything = await service(world, story.company.root)
    assert (await record(world, everything, story.zhao, "study.article"))["__typename"] == "RecordActSuccess"


async def test_two_services_have_keys_of_their_own(world: World, story: Story) -> None:
    for one in [await service(world, story.company.root) for _ in range(2)]:
        await record(world, one, story.li, "course.heard", idempotencyKey="k")
    assert await PointsEntry.all().count() == 2
