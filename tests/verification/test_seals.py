"""Seals of the ledger: what was changed, put in or taken out by hand is named."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from ledger import reverse
from story import Story, told
from tortoise.exceptions import BaseORMException
from world import World

import models
from models import PointsEntry, seals
from models.seals import Chain
from resolvers.points.seal_checks import broken
from resolvers.verification import verify as verification_verify

COLUMNS = sorted(PointsEntry._meta.db_fields)


@pytest.fixture(autouse=True)
def _no_key_given() -> Iterator[None]:
    yield
    seals.use(None)


@pytest.fixture
async def story(world: World) -> Story:
    """Five entries, the last of which takes another back."""
    told_ = await told(world)
    for amount in (5, 3, -2):
        world.clock.advance(minutes=1)
        await world.award(told_.secretary, told_.li, amount)
    await world.award(told_.secretary, told_.company.first, 9)
    wrong = await world.award(told_.secretary, told_.zhao, 30)
    await reverse(world, told_.secretary, world.id(wrong))
    return told_


async def read(story: Story) -> tuple[Chain, dict[str, seals.Key]]:
    return await seals.chain(story.company.root.id), seals.known(await seals.own_secret())


def other(value: Any) -> Any:
    """A value that differs, of a kind that a hand may write."""
    match value:
        case None:
            return 7
        case bool() | int():
            return value + 1 if value != 1 else 0
        case str() if "-" in value and ":" in value:  # an instant, as SQLite has it
            return value.replace("2026", "2025")
        case str():
            return value + "x"
        case _:
            return value.replace(year=2025) if hasattr(value, "year") else UUID(int=value.int ^ 1)


async def test_every_column_of_every_row_is_sealed(world: World, story: Story) -> None:
    chain, keys = await read(story)
    assert len(chain.rows) == 6
    assert list(broken(chain, keys)) == []
    for index, row in enumerate(chain.rows):
        for column in COLUMNS:
            if column.endswith("_at") and row[column] is None:
                continue
            changed = [*chain.rows[:index], {**row, column: other(row[column])}, *chain.rows[index + 1 :]]
            named = list(broken(replace(chain, rows=changed), keys))
            assert named, f"{column} of row {index}"
            if column not in ("id", "seal"):
                assert str(row["id"]) in named[0]


async def test_a_row_taken_out_or_put_elsewhere_is_noticed(world: World, story: Story) -> None:
    chain, keys = await read(story)
    rows = list(chain.rows)
    for index in range(len(rows)):
        assert list(broken(replace(chain, rows=rows[:index] + rows[index + 1 :]), keys)), index
    for index in range(len(rows) - 1):
        swapped = [*rows[:index], rows[index + 1], rows[index], *rows[index + 2 :]]
        assert list(broken(replace(chain, rows=swapped), keys)), index
    assert list(broken(replace(chain, rows=[]), keys))


async def test_verify_names_what_the_database_was_made_to_say(world: World, story: Story) -> None:
    third = (await PointsEntry.filter(root_id=story.company.root.id).order_by("position"))[2]
    drop = "DROP TRIGGER points_entries_no_{}"
    for trigger in ("update", "delete") if models.database.dialect() == "sqlite" else ("change",):
        on = "" if models.database.dialect() == "sqlite" else " ON points_entries"
        await models.sql.execute(drop.format(trigger) + on)
    await models.sql.execute("UPDATE points_entries SET result = 'best' WHERE id = :id", id=third.id)
    found = (await verification_verify.verify(world.clock.now)).differences
    assert [one.partition(":")[0] for one in found] == [f"Entry {third.id} does not fit its seal"]
    await models.sql.execute("UPDATE points_entries SET result = NULL WHERE id = :id", id=third.id)
    assert (await verification_verify.verify(world.clock.now)).differences == []


async def test_words_can_be_erased_and_not_changed(world: World, story: Story) -> None:
    first, second = (await PointsEntry.filter(root_id=story.company.root.id).order_by("position"))[:2]
    change = "UPDATE points_reasons SET text = '别的' WHERE entry_id = :id"
    with pytest.raises((BaseORMException, asyncpg.PostgresError), match="append-only"):
        await models.sql.execute(change, id=first.id)
    await models.sql.execute("DELETE FROM points_reasons WHERE entry_id = :id", id=second.id)
    assert (await verification_verify.verify(world.clock.now)).differences == []

    drop = "DROP TRIGGER points_reasons_no_update"
    if models.database.dialect() == "postgres":
        drop = "DROP TRIGGER points_reasons_no_change ON points_reasons"
    await models.sql.execute(drop)
    await models.sql.execute(change, id=first.id)
    found = (await verification_verify.verify(world.clock.now)).differences
    assert found == [f"Entry {first.id} has other words than those it was recorded with."]


async def test_a_key_from_outside_seals_what_the_databases_own_secret_cannot_forge(world: World, story: Story) -> None:
    seals.use(secrets.token_bytes(32))
    await world.award(story.secretary, story.li, 4)
    chain, keys = await read(story)
    assert list(broken(chain, keys)) == []
    await world.award(story.secretary, story.li, 6)
    longer, _ = await read(story)
    forged = {**longer.rows[-1], "amount": 600}
    forged["seal"] = seals.seal(keys[seals.OWN], longer.rows[-2]["seal"], forged)
    forgery = replace(longer, rows=[*longer.rows[:-1], forged], newest=forged["seal"])
    assert ["with the database's own secret" in one for one in broken(forgery, keys)] == [True]

    seals.use(None)
    verdict = await verification_verify.verify(world.clock.now)
    assert verdict.differences == []
    assert any("were not checked" in one for one in verdict.remarks)
