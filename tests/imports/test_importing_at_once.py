"""An import of members, and somebody who is entered by hand just then: one person is one row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from gates import Gate
from imports import members as bring
from story import Story, told
from world import World

import models
from models import Member, importing
from resolvers.directory import members
from resolvers.imports.importing import Report
from rules.refusals import InvalidInput

LINE = "GS-1,陈晓,,13800138000,,"


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def enter(world: World, story: Story, phone: str = "13800138000") -> str:
    """王芳 enters 陈晓 by hand."""
    nothing = dict.fromkeys(("alias", "joined_on", "login", "password"))
    session = await world.session(story.secretary)
    try:
        await members.create(session, organization_id=story.company.first.id, name="陈晓", phone=phone, **nothing)
    except InvalidInput:
        return "refused"
    return "made"


STEPS = {
    "when it has read who is there": (importing, "roll"),
    "when it has counted again": (importing, "count_members"),
    "when it has written": (models.clock, "take"),
}


@pytest.mark.parametrize("step", STEPS)
async def test_who_is_entered_beside_an_import_is_one_row(
    world: World, story: Story, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    at = world.clock.now + timedelta(hours=1)
    skipped = 1 if step == "when it has counted again" else 0  # the first time is with reading

    gate = Gate(monkeypatch, *STEPS[step], after=True, skipped=skipped)
    report, entered = await gate.meanwhile(bring(LINE, at=at), enter(world, story))

    assert await Member.filter(name="陈晓").count() == 1
    assert (report, entered) in [(Report(0, 0, 1), "made"), (Report(1, 0, 0), "refused")]
    assert await bring(LINE, at=at + timedelta(hours=1)) == Report(0, 0, 1), "and the next import knows whom it means"


async def test_who_moves_in_by_the_import_itself_does_not_stop_it(world: World, story: Story) -> None:
    """Nor does it that he is the newest there."""
    await bring("GS-2,马超,,13900139000,,ma", at=world.clock.advance(minutes=1))
    lines = f"{LINE}\nGS-1,马超,,13900139000,,ma"
    assert await bring(lines, at=world.clock.now + timedelta(hours=1)) == Report(1, 1, 0)
