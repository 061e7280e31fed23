"""Whoever changes a block's past in the database is found: by `leitai verify`, by the API's proof, or by a kept head.

Each way of tampering is done behind the triggers' backs, and taken back with its transaction.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from tampering import Lived, broken_at, found, lived_through, remove, undone
from world import World

import models
from models import BlockOpening, BlockPair, BlockRevision, sql
from resolvers.blocks import kept_heads as blocks_kept_heads
from resolvers.verification import verify as verification_verify
from rules import chain


@pytest.fixture
async def lived(world: World) -> Lived:
    return await lived_through(world)


async def test_honest_chains_have_no_differences(world: World, lived: Lived) -> None:
    assert await verification_verify.verify(world.clock.now) == verification_verify.Findings([], [])
    assert await blocks_kept_heads.differences(lived.kept) == []
    assert (len(lived.kept), lived.kept[0]["length"]) == (2, 3)


# ---------------------------------------------------------------- a flipped byte

COLUMNS = {
    "sequence": "sequence + 10",
    "previous_hash": "'z' || SUBSTR(previous_hash, 2, 63)",
    "hash": "'zz' || SUBSTR(hash, 3, 62)",
    "canonical": "REPLACE(canonical, 'false', 'true')",
    "retired": "NOT retired",
    "responsible_id": ":other",
    "recorded_by_id": "NULL",
    "recorded_at": "'2026-03-10 02:01:01+00:00'",
    "statement": "statement || ' '",
    "signature": "'zz' || SUBSTR(signature, 3, 126)",
    "key_id": "'0000000000000000'",
    "public_key": "'zz' || SUBSTR(public_key, 3, 62)",
    "signed_at": "'2026-03-10 02:01:01+00:00'",
}
SIGNED_ONLY = {"signature", "key_id", "public_key"}  # the API leaves checking these to whoever reads them


async def test_a_changed_column_of_a_revision_is_found(world: World, lived: Lived) -> None:
    assert set(COLUMNS) == set(BlockRevision._meta.db_fields) - {"id", "block_id"}
    for column, to in COLUMNS.items():
        statement = f"UPDATE block_revisions SET {column} = {to} WHERE id = :id"
        values = {"other": lived.story.zhao.id} if ":other" in statement else {}
        async with undone():
            assert await sql.execute(statement, id=lived.middle.id, **values) == 1
            differences = await found(world)
            assert differences, column
            assert all(one.startswith(f"Block {lived.block.id}: revision ") for one in differences)
            assert any(f"revision {one}" in differences[0] for one in (2, 3)), differences
            assert (await broken_at(lived.block) is None) == (column in SIGNED_ONLY), column
    assert await found(world) == []


async def test_every_single_byte_of_canonical_counts(world: World, lived: Lived) -> None:
    text = lived.middle.canonical
    for place in range(0, len(text), 7):
        flipped = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        async with undone():
            await sql.execute(
                "UPDATE block_revisions SET canonical = :to WHERE id = :id", to=flipped, id=lived.middle.id
            )
            assert await broken_at(lived.block) == 2, flipped


CHANGED_WORDS = ("value = value || ' '", "salt = 'x' || SUBSTR(salt, 2, 95)", "salt = SUBSTR(salt, 1, 95) || 'x'")


async def test_changed_words_are_found(world: World, lived: Lived) -> None:
    for path in chain.PATHS:
        for to in CHANGED_WORDS:
            async with undone():
                statement = f"UPDATE block_openings SET {to} WHERE revision_id = :id AND path = :path"
                assert await sql.execute(statement, id=lived.middle.id, path=path) == 1
                assert any(f"Block {lived.block.id}: revision 2 has a {path}" in one for one in await found(world))
                assert await broken_at(lived.block) == 2


async def test_another_paired_member_another_place_and_one_less_are_found(world: World, lived: Lived) -> None:
    for statement in (
        "UPDATE block_pairs SET member_id = :other WHERE revision_id = :id AND place = 0",
        "UPDATE block_pairs SET member_id = :other WHERE revision_id = :id AND place = 2",
        "UPDATE block_pairs SET member_id = NULL WHERE revision_id = :id AND place = 0",
        "UPDATE block_pairs SET place = 5 WHERE revision_id = :id AND place = 0",
        "UPDATE block_pairs SET place = 5 WHERE revision_id = :id AND place = 2",
        "DELETE FROM block_pairs WHERE revision_id = :id AND place = 2",
    ):
        values = {"other": lived.story.zhao.id} if ":other" in statement else {}
        async with undone():
            assert await sql.execute(statement, id=lived.middle.id, **values) == 1
            assert any(f"Block {lived.block.id}: revision 2" in one for one in await found(world)), statement
            assert await broken_at(lived.block) == 2


OF_THE_BLOCK = {
    "organization_id = :second": "another organization",
    "sequence = 2": "counts 2",
    "sequence = 4": "counts 4",
    "retired_at = '2026-03-10 02:02:00+00:00'": "when it was retired",
    "created_at = '2026-03-09 02:00:00+00:00'": "another time",
    "root_id = :second": "its root is",
}


async def test_what_a_block_says_of_its_chain_is_held_against_it(world: World, lived: Lived) -> None:
    for to, said in OF_THE_BLOCK.items():
        values = {"second": lived.story.company.second.id} if ":second" in to else {}
        async with undone():
            assert await sql.execute(f"UPDATE blocks SET {to} WHERE id = :id", id=lived.block.id, **values) == 1
            differences = await found(world)
            assert differences, to
            assert all(str(lived.block.id) in one for one in differences)
            assert any(said in one for one in differences), differences


# ---------------------------------------------------------------- reordering, and rows that change places


async def exchange(one: BlockRevision, other: BlockRevision, *columns: str) -> None:
    for of, to in ((one, other), (other, one)):
        values = {column: getattr(to, column) for column in columns}
        assignments = ", ".join(f"{column} = :{column}" for column in columns)
        await sql.execute(f"UPDATE block_revisions SET {assignments} WHERE id = :id", id=of.id, **values)


@asynccontextmanager
async def exchangeable() -> AsyncGenerator[None]:
    """SQLite checks its UNIQUEs at once, and can't drop them: the table without them, and back."""
    async with undone():
        if models.database.dialect() == "sqlite":
            await sql.execute("CREATE TABLE loose AS SELECT * FROM block_revisions")
            await sql.execute("DROP TABLE block_revisions")
            await sql.execute("ALTER TABLE loose RENAME TO block_revisions")
        yield


WAYS: dict[str, Callable[[Lived], Awaitable[None]]] = {
    "two revisions in the other order": lambda on: exchange(on.links[1], on.links[2], "sequence"),
    "two revisions in the other order, with their links": lambda on: exchange(
        on.links[1], on.links[2], "sequence", "previous_hash"
    ),
    "a revision of each of two blocks": lambda on: exchange(on.links[1], on.other[1], "block_id"),
    "the last revision of each of two blocks": lambda on: exchange(on.links[2], on.other[2], "block_id"),
    "a revision of each, with its links": lambda on: exchange(on.links[2], on.other[2], "block_id", "previous_hash"),
    "the canonical of each": lambda on: exchange(on.links[2], on.other[2], "canonical", "hash"),
    "the signature of each": lambda on: exchange(on.links[2], on.other[2], "statement", "signature"),
}


async def test_what_changes_places_is_named(world: World, lived: Lived) -> None:
    for way, act in WAYS.items():
        async with exchangeable():
            await act(lived)
            differences = await found(world)
            both = {lived.block.id, lived.links[1].block_id if "order" in way else lived.other[1].block_id}
            assert all(any(one.startswith(f"Block {id}: revision ") for one in differences) for id in both), way
            assert await broken_at(lived.block) in (2, 3), way


async def test_words_that_change_places_between_blocks_are_named(world: World, lived: Lived) -> None:
    here, there = lived.links[2].id, lived.other[2].id
    async with undone():
        for model in (BlockOpening, BlockPair):
            rows = await model.filter(revision_id__in=[here, there])
            await model.filter(revision_id__in=[here, there]).delete()
            for one in rows:
                one.revision_id = there if one.revision_id == here else here
                await one.save(force_create=True)
        differences = await found(world)
        for one in (lived.block.id, lived.other[0].block_id):
            assert any(said.startswith(f"Block {one}: revision 3 has a name") for said in differences), differences


async def test_the_first_and_a_middle_revision_cannot_be_taken_out(world: World, lived: Lived) -> None:
    for place in (0, 1):
        async with undone():
            await remove(lived.links[place])
            assert await broken_at(lived.block) == place + 1
            assert any(f"Block {lived.block.id}: revision {place + 1}" in one for one in await found(world))
