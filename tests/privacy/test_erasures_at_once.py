"""Erasing somebody while others are just writing about them: nothing comes back, whoever was first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import block
import pytest
from arena import do, done
from canaries import SIGN, in_tables, somebody
from gates import Gate
from story import Story, told
from world import Person, World

import models
from models import Claim, ClaimStatus, Member, Task
from resolvers.arena import claims
from resolvers.privacy import erasure
from resolvers.privacy.erasure import Erased, GoesOnClaiming
from resolvers.verification import verify as verification_verify

PHONE = "13712345678"


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


@pytest.fixture
async def gone(world: World, story: Story) -> Person:
    """Who is going to be erased."""
    return await somebody(world, "A", at=story.company.first, phone=PHONE)


async def erase(world: World, person: Person) -> Erased:
    return await erasure.erase(person.id, now=world.clock, ports=world.ports)


# ---------------------------------------------------------------- blocks

NEW_NAMES = {
    "answers for it": lambda world, gone: {"responsibleId": world.id(gone), "name": f"{SIGN}A区块"},
    "is paired in it": lambda _, gone: {"pairedWith": block.named(gone, "何静", "马超")},
}


@pytest.mark.parametrize("operation", ["createBlock", "reviseBlock"])
@pytest.mark.parametrize("after", [False, True], ids=["before members are read", "when they are read"])
@pytest.mark.parametrize("whose", NEW_NAMES)
async def test_a_block_that_is_being_recorded_does_not_name_who_is_erased(
    world: World, story: Story, gone: Person, monkeypatch: pytest.MonkeyPatch, operation: str, after: bool, whose: str
) -> None:
    named = NEW_NAMES[whose](world, gone)
    if operation == "createBlock":
        given = block.wanted(world, story.company.first, story.li, **named)
    else:
        made = await block.block(world, story.secretary, story.company.first, story.li)
        given = {"blockId": made["id"], "expectedSequence": 1, "reason": "调整", **named}

    gate = Gate(monkeypatch, models.members, "all_locked", after=after)
    answer, _ = await gate.meanwhile(block.do(world, story.secretary, operation, **given), erase(world, gone))

    assert await in_tables(f"{SIGN}A") == {}
    if answer["__typename"] == "InvalidInput":
        assert [one["path"][0] for one in answer["fields"]] == [next(iter(named))]


@pytest.mark.parametrize("after", [False, True], ids=["before members are read", "when they are read"])
@pytest.mark.parametrize("act", ["reviseBlock", "retireBlock"])
async def test_what_a_block_says_already_is_not_said_again_of_who_is_erased(
    world: World, story: Story, gone: Person, monkeypatch: pytest.MonkeyPatch, act: str, after: bool
) -> None:
    """Revised in its name alone, it takes over who is paired; retired, everything."""
    pairs = block.named(gone, "何静", "马超")
    made = await block.block(world, story.secretary, story.company.first, story.li, pairedWith=pairs)
    given = {"name": "二楼"} if act == "reviseBlock" else {}
    given: Mapping[str, Any] = {"blockId": made["id"], "expectedSequence": 1, "reason": "调整", **given}

    gate = Gate(monkeypatch, models.members, "all_locked", after=after)
    answer, _ = await gate.meanwhile(block.do(world, story.secretary, act, **given), erase(world, gone))

    assert answer["__typename"] in (f"{act[0].upper()}{act[1:]}Success", "InvalidInput"), answer
    assert await in_tables(f"{SIGN}A") == {}


# ---------------------------------------------------------------- claims


@pytest.mark.parametrize(
    ("step", "after"),
    [("get_visible", True), ("insert_claim", False), ("insert_claim", True), ("lock_active", True)],
    ids=["when the task is found", "before the claim stands", "when it stands", "when the member is locked"],
)
async def test_a_claim_on_its_way_is_not_held_by_who_is_erased(
    world: World, story: Story, gone: Person, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    task = await world.task(story.secretary, at=story.company.first, capacity=3)
    steps = {"get_visible": claims, "insert_claim": models.tasks, "lock_active": models.members}

    gate = Gate(monkeypatch, steps[step], step, after=after)
    answer, _ = await gate.meanwhile(do(world, gone, "claimTask", taskId=world.id(task)), erase(world, gone))

    assert answer["__typename"] in ("ClaimTaskSuccess", "NotAllowed"), answer
    assert {one.status for one in await Claim.all()} <= {ClaimStatus.RELEASED}
    assert (await Task.get(id=task.id)).held == 0
    assert (await verification_verify.verify(world.clock.now)).differences == []


async def test_who_goes_on_claiming_is_erased_later(
    world: World, story: Story, gone: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await done(world, gone, "claimTask", taskId=world.id(await world.task(story.secretary, at=story.company.first)))

    async def nothing(*_: object) -> None:
        """What came after it is not seen by it."""

    with monkeypatch.context() as always:
        always.setattr(claims, "release_all", nothing)
        with pytest.raises(GoesOnClaiming):
            await erase(world, gone)
    assert (await Member.get(id=gone.id)).name == f"{SIGN}A姓名"
    assert (await erase(world, gone)).member.name == ""
