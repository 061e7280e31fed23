"""A database in which somebody tampers with blocks: two chains, and what is done behind the triggers' backs."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from block import MARKS, block, done, named, revise
from story import Story, told
from world import World

import models
from models import Block, BlockRevision, sql
from resolvers.blocks import kept_heads as blocks_kept_heads
from resolvers.blocks import revisions as blocks_revisions
from resolvers.verification import verify as verification_verify

TABLES = ("block_revisions", "block_openings", "block_pairs", "block_inspections")
CONSTRAINTS = (
    "SELECT conname AS name FROM pg_constraint WHERE conrelid = 'block_revisions'::regclass AND contype IN ('u', 'c')"
)


class Undone(Exception):
    """Takes a fault back."""


@asynccontextmanager
async def undone() -> AsyncGenerator[None]:
    try:
        async with models.database.transaction():
            await unguarded()
            yield
            raise Undone
    except Undone:
        pass


async def unguarded() -> None:
    """Without what keeps revisions as they are; back again with the transaction's end."""
    if models.database.dialect() == "sqlite":
        found = await sql.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN :all", all=TABLES)
        for one in found:
            await sql.execute(f"DROP TRIGGER {one['name']}")
        await sql.execute("PRAGMA defer_foreign_keys = ON")
        return
    for table in TABLES:
        await sql.execute(f"DROP TRIGGER {table}_no_change ON {table}")
    for one in await sql.rows(CONSTRAINTS):
        await sql.execute(f"ALTER TABLE block_revisions DROP CONSTRAINT {one['name']}")


@dataclass(frozen=True)
class Lived:
    """A block of three revisions, the middle one to be tampered with, and another block of as many."""

    block: Block
    links: list[BlockRevision]
    other: list[BlockRevision]
    kept: list[dict[str, Any]]  # heads, exported at the end
    story: Story

    @property
    def middle(self) -> BlockRevision:
        return self.links[1]


async def lived_through(world: World) -> Lived:
    story = await told(world)
    rows: list[list[BlockRevision]] = []
    for place in (story.company.first, story.company.second):
        made = await block(world, story.secretary, place, story.li, pairedWith=named(story.sun, "陈晓", "何静"))
        for name in ("三楼西侧", "三楼南侧"):
            world.clock.advance(minutes=1)
            made = await revise(world, story.secretary, made, name=name)
        row = await Block.get(id=(await Block.all().order_by("-created_at").first()).id)  # type: ignore[union-attr]
        rows.append(await BlockRevision.filter(block_id=row.id).order_by("sequence"))
        await done(world, story.reviewer, "inspectBlock", blockId=made["id"], **MARKS)
        world.clock.advance(minutes=1)
    first = await Block.get(id=rows[0][0].block_id)
    return Lived(first, rows[0], rows[1], blocks_kept_heads.read(await blocks_kept_heads.heads()), story)


async def found(world: World) -> list[str]:
    return [*(await verification_verify.compared(world.clock.now)).differences]


async def broken_at(of: Block) -> int | None:
    """As the API answers it, of what is in the database now."""
    kept = await models.blocks.chains([of.id])
    fresh = await Block.get(id=of.id)
    return blocks_revisions.proof(fresh, kept[of.id], await models.blocks.sides_of(kept)).broken_at


async def remove(*revisions: BlockRevision) -> None:
    for one in revisions:
        for table in ("block_openings", "block_pairs"):
            await sql.execute(f"DELETE FROM {table} WHERE revision_id = :id", id=one.id)
        await sql.execute("DELETE FROM block_revisions WHERE id = :id", id=one.id)
