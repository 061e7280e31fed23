"""What only a kept head shows, what a kept head is, and what the tables themselves refuse."""

from __future__ import annotations

from typing import Any

import pytest
from tampering import Lived, broken_at, found, lived_through, remove, undone
from world import World

import models
from models import Block, BlockRevision, sql
from resolvers.blocks import blocks
from resolvers.blocks import kept_heads as blocks_kept_heads
from resolvers.signing import Signer
from rules import chain


@pytest.fixture
async def lived(world: World) -> Lived:
    return await lived_through(world)


# ---------------------------------------------------------------- what only a kept head shows


async def test_a_cut_tail_shows_to_who_kept_a_head_and_to_nobody_else(world: World, lived: Lived) -> None:
    async with undone():
        await remove(lived.links[2])
        await sql.execute("UPDATE blocks SET sequence = 2 WHERE id = :id", id=lived.block.id)

        assert await found(world) == []
        assert await broken_at(lived.block) is None
        [said] = await cut_or_rewritten(lived.kept)
        assert said == f"Block {World.id(lived.block)} was cut: 3 revision(s) were there, now the newest is 2."


async def test_a_whole_block_taken_away_shows_to_who_kept_a_head_alone(world: World, lived: Lived) -> None:
    async with undone():
        await remove(*lived.links)
        await sql.execute("DELETE FROM block_inspections WHERE block_id = :id", id=lived.block.id)
        await sql.execute("DELETE FROM blocks WHERE id = :id", id=lived.block.id)

        assert await found(world) == []
        [said] = await cut_or_rewritten(lived.kept)
        assert "is gone" in said


async def test_a_chain_rewritten_with_valid_hashes_shows_to_who_kept_a_head_alone(world: World, lived: Lived) -> None:
    assert world.signer
    for signer in (world.signer, Signer(b"x" * 32)):
        async with undone():
            await rewrite(lived, signer)

            assert await found(world) == []
            assert await broken_at(lived.block) is None
            [said] = await cut_or_rewritten(lived.kept)
            assert f"{World.id(lived.block)} was rewritten: revision 3" in said


async def rewrite(lived: Lived, signer: Signer) -> None:
    """All revisions anew, as if somebody else had always been responsible."""
    previous = chain.GENESIS
    for one in lived.links:
        said = one.canonical.replace(World.id(lived.story.li), World.id(lived.story.zhao))
        said = said.replace(f'"previousHash":"{one.previous_hash}"', f'"previousHash":"{previous}"')
        head = chain.digest(said)
        at = chain.instant(one.signed_at)
        signed = signer.sign(chain.statement(World.id(lived.block), one.sequence, head, at))
        changed = {
            "canonical": said, "hash": head, "previous_hash": previous, "responsible_id": lived.story.zhao.id,
            "statement": signed.statement, "signature": signed.signature,
            "key_id": signed.key_id, "public_key": signed.public_key,
        }  # fmt: skip
        await BlockRevision.filter(id=one.id).update(**changed)
        previous = head


async def cut_or_rewritten(kept: list[dict[str, Any]]) -> list[str]:
    """Inside the transaction that tampers, which no snapshot sees from outside."""
    revisions = await models.blocks.chains(one.id for one in await Block.all())
    by_name = {World.id(await Block.get(id=one)): links for one, links in revisions.items()}
    return [said for one in kept for said in blocks_kept_heads.compared(one, by_name.get(one["block"], []))]


# ---------------------------------------------------------------- the tables' own guard


async def test_revisions_and_marks_stay_as_they_are(world: World, lived: Lived) -> None:
    for statement in (
        "UPDATE block_revisions SET canonical = canonical",
        "DELETE FROM block_revisions",
        "UPDATE block_pairs SET place = place",
        "DELETE FROM block_pairs",
        "UPDATE block_openings SET value = 'x'",
        "UPDATE block_inspections SET sort = 5",
        "UPDATE block_inspections SET note = 'x'",
        "DELETE FROM block_inspections",
    ):
        with pytest.raises(Exception, match="append-only"):
            await sql.execute(statement)
    await sql.execute("UPDATE block_inspections SET note = ''")
    await sql.execute("DELETE FROM block_openings")
    assert await found(world) == [], "what was erased leaves the chain whole"


async def test_a_fork_is_refused_by_the_tables(world: World, lived: Lived) -> None:
    for change in ({"sequence": 4}, {"previous_hash": "f" * 64}):
        copy = BlockRevision(
            **{key: getattr(lived.links[2], key) for key in BlockRevision._meta.db_fields if key != "id"}
        )
        for name, to in change.items():
            setattr(copy, name, to)
        with pytest.raises(Exception, match=r"(?i)unique"):
            await copy.save(force_create=True)


# ---------------------------------------------------------------- kept heads


async def test_what_comes_after_a_kept_head_is_no_difference(world: World, lived: Lived) -> None:
    for one in await Block.all():
        session = await world.session(lived.story.secretary)
        await blocks.retire(session, one.id, one.sequence, "不再需要")
    assert await blocks_kept_heads.differences(lived.kept) == []
    assert {one["length"] for one in blocks_kept_heads.read(await blocks_kept_heads.heads())} == {4}


async def test_a_kept_head_that_was_touched_is_no_head(world: World, lived: Lived) -> None:
    [line, *_] = await blocks_kept_heads.heads()
    for wrong in (
        line.replace('"length":3', '"length":2'),
        line.replace('"head":"', '"head":"0', 1),
        line.replace('"publicKey":"', '"publicKey":"00', 1),
        line.replace('"length":3', '"length":"3"'),
        line.replace("statement", "said"),
        line[:-1],
        "[]",
        "null",
        "x",
    ):
        with pytest.raises(blocks_kept_heads.NoHead, match="Line 2 "):
            blocks_kept_heads.read([line, wrong])
    assert blocks_kept_heads.read([line, "", line])
