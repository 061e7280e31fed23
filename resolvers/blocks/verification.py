"""For `leitai verify`: every link of every chain of every block, its openings and its signature."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import models
from models import Block, BlockRevision
from models.bulk import chunks
from resolvers.blocks import revisions as blocks_revisions
from resolvers.signing import Signed, holds
from resolvers.snapshot import Findings, Snapshot

TOGETHER = 200  # chains read at once


async def verify(read: Snapshot) -> Findings:
    return Findings(await _chains(read), await remarks())


async def _chains(read: Snapshot) -> list[str]:
    """Inside the snapshot in which the books were read."""
    found: list[str] = []
    known = {one.id: one for one in await Block.all().order_by("created_at", "id")}
    for some in chunks(known.values(), TOGETHER):
        blocks = {one.id: one for one in some}
        kept = await models.blocks.chains(blocks)
        sides = await models.blocks.sides_of(kept)
        for one in some:
            revisions = kept.get(one.id, [])
            found += _block(one, revisions, read)
            found += [
                f"Block {one.id}: revision {gap.sequence} {gap.what}."
                for gap in blocks_revisions.breaks(one, revisions, sides)
            ]
            found += _signatures(one.id, revisions)
    return found


def _block(block: Block, revisions: Sequence[BlockRevision], read: Snapshot) -> Iterator[str]:
    if not revisions:
        yield f"Block {block.id} has no revision."
    if read.nodes[block.organization_id].root != block.root_id:
        yield f"Block {block.id} says its root is {block.root_id}; it is of organization {block.organization_id}."


def _signatures(block_id: UUID, revisions: Sequence[BlockRevision]) -> Iterator[str]:
    for one in revisions:
        if not holds(Signed(one.statement, one.signature, one.key_id, one.public_key)):
            yield f"Block {block_id}: revision {one.sequence} has a signature that does not hold."


async def remarks() -> list[str]:
    """A key that was changed, which is no fault; nor does a chain rewritten with another key show as one."""
    found = await models.verifying.signing_keys()
    named = ", ".join(f"{one['key']} ({one['heads']})" for one in found)
    return [f"Heads are signed by {len(found)} keys: {named}."] if len(found) > 1 else []
