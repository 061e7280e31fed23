"""A backup was put back: what was told since then is forgotten here, and screens still remember it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from block import block, named
from course import published
from story import Story, told
from world import World

import models
from resolvers import restoring
from resolvers.points import ledger as points_ledger
from resolvers.verification import verify as verification_verify

ALL = """query ($at: ID!, $after: String) {
  leaderboard(input: { organizationId: $at }) { version } taskArena(organizationId: $at) { version }
  blockBoard(organizationId: $at) { version } courseBoard(organizationId: $at) { version }
  pointsLog(organizationId: $at, after: $after) { cursor edges { node { reason } } } }"""
BOARDS = ("leaderboard", "taskArena", "blockBoard", "courseBoard")


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_versions_and_cursors_go_on_beyond_what_was_lost(
    world: World, story: Story, database: str, tmp_path: Path
) -> None:
    company, by = story.company, story.secretary
    await world.award(by, story.li, 5)
    await published(world, by, at=company.first)
    await block(world, by, company.first, story.li, pairedWith=named(story.sun, "陈晓", "何静"))

    async def seen(after: str | None = None) -> dict[str, Any]:
        return await world.ask(story.zhao, ALL, at=world.id(company.root), after=after)

    backup = tmp_path / "backup.sqlite3"
    await models.sql.execute(f"VACUUM INTO '{backup}'")
    for amount in range(1, 8):
        await world.award(by, story.li, amount, reason="丢失")
    remembered = await seen()
    await models.database.close()
    kept = Path(database.removeprefix("sqlite://"))
    for ending in ("-wal", "-shm"):
        kept.with_name(kept.name + ending).unlink(missing_ok=True)
    shutil.copy(backup, kept)
    await models.database.connect(database)

    before = await seen()
    assert int(before["leaderboard"]["version"]) < int(remembered["leaderboard"]["version"])

    await restoring.restored(world.clock.now)
    after = await seen()
    for one in BOARDS:
        assert int(after[one]["version"]) > int(remembered[one]["version"])
    await world.award(by, story.li, 3, reason="之后")
    newest = await seen(after=remembered["pointsLog"]["cursor"])
    assert [one["node"]["reason"] for one in newest["pointsLog"]["edges"]] == ["之后"]
    assert int(newest["leaderboard"]["version"]) > int(after["leaderboard"]["version"])
    assert (await verification_verify.compared(world.clock.now)).differences == []


async def test_twice_is_once_more(world: World, story: Story) -> None:
    """Nothing breaks where it was not needed."""
    await world.award(story.secretary, story.li, 5)
    for _ in range(2):
        await restoring.restored(world.clock.now)
    entry = await world.award(story.secretary, story.li, 5)
    assert entry.position > 2 * models.restoring.LIFT
    await points_ledger.reverse(await world.session(story.secretary), entry.id, reason="多给", key="again")
    assert (await verification_verify.compared(world.clock.now)).differences == []
