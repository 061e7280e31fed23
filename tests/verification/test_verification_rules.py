"""What `leitai verify` says of what rules gave: nothing of honest work, and each entry that its rule does not give."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from acts import act, adopt, earn, earn_one, set_rule
from ledger import move
from story import Story, told
from world import World

import models
from models import PointsEntry
from resolvers.points import ledger as points_ledger
from resolvers.verification import verify as verification_verify

DAY_CAP = [{"period": "DAY", "points": 12}]


async def lived(world: World) -> Story:
    """Acts early and late, capped alone and together, in windows, taken back, by versions that changed and ended."""
    story = await told(world)
    root, by = story.company.root, story.secretary
    for name in ("STUDY_APP", "BRANCH_YEAR", "CITY_BUREAU"):
        await adopt(root, name)
    await set_rule(root, "volunteer", {"title": "志愿服务", "amount": 5, "caps": DAY_CAP})
    shared = [{"period": "WEEK", "points": 9, "shared": True}]
    for code in ("read", "walk"):
        await set_rule(root, code, {"title": code, "amount": 4, "group": "both", "caps": shared})
    await set_rule(root, "example", {"title": "示范", "amount": 7, "earner": "ORGANIZATION", "caps": DAY_CAP})
    await set_rule(root, "gone", {"title": "过去", "amount": 1}, valid_until=world.clock.now)
    for day in range(3):
        world.clock.advance(hours=11 if day else 30)
        await world.let_time_write()
        codes = ["volunteer", "study.sign_in", "study.article", "read", "walk", "example", "bureau.deduction", "gone"]
        early = world.clock.now - timedelta(days=day * 4)
        acts = [act(world, one, code, quantity=3) for one in (story.li, story.zhao) for code in codes * 2]
        made = await earn(world, root.id, *acts, act(world, story.li, "volunteer", occurred_at=early))
        await points_ledger.reverse(await world.session(by), made[0].id, "记错了", str(uuid4()))
        await points_ledger.reverse(await world.session(by), made[3].id, "记错了", str(uuid4()))
        await earn_one(world, story.li, "volunteer", quantity=9)
        await set_rule(root, "walk", {"title": "走", "amount": 2}, valid_from=world.clock.now)
        await move(world, story.zhao, story.company.first if day % 2 else story.company.second)
    await earn_one(world, story.li, "branch.group_study", quantity=15)
    return story


async def test_honest_work_verifies(world: World) -> None:
    await lived(world)
    verdict = await verification_verify.verify(world.clock.now)
    assert verdict.differences == []
    assert await PointsEntry.filter(base_year=2026).count() == 5
    cuts = {one.cut for one in await PointsEntry.all()}
    assert cuts >= {"CAP_DAY", "CAP_WEEK", "CAP_YEAR", "ONCE_A_DAY", "NOT_IN_FORCE", None}


@pytest.mark.parametrize(
    ("found", "changed"),
    [
        ({"rule": "volunteer", "cut": "CAP_DAY"}, {"amount": 5}),
        ({"rule": "study.article", "cut": None}, {"amount": 1}),
        ({"rule": "volunteer", "cut": "CAP_DAY"}, {"cut": "CAP_WEEK"}),
        ({"rule": "volunteer", "cut": "CAP_DAY"}, {"cut_points": 1}),
        ({"rule": "volunteer", "cut": "CAP_DAY"}, {"quantity": 2}),
        ({"rule": "gone"}, {"cut": None}),
        ({"rule": "gone"}, {"amount": 1}),
        ({"base_year": 2026}, {"amount": 61}),
        ({"base_year": 2026}, {"base_year": 2027}),
        ({"rule": "bureau.deduction"}, {"amount": -1}),
        ({"rule": "read"}, {"rule": "walk"}),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_what_its_rule_does_not_give_is_named(
    world: World, found: dict[str, Any], changed: dict[str, Any]
) -> None:
    await lived(world)
    entry = await PointsEntry.filter(**found, reverses_id=None).first()
    assert entry
    await models.sql.execute("DROP TRIGGER points_entries_no_update")
    await PointsEntry.filter(id=entry.id).update(**changed)
    verdict = await verification_verify.verify(world.clock.now)
    ours = [one for one in verdict.differences if str(entry.id) in one and "seal" not in one.lower()]
    assert any("version" in one for one in ours), verdict.differences
