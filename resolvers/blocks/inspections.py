"""5S inspections of blocks: sort 整理, set in order 整顿, shine 清扫, standardize 清洁, sustain 素养."""

import contextlib
from dataclasses import asdict, dataclass
from uuid import UUID

import models
from models import Block, BlockInspection
from models.clock import BLOCKS
from resolvers.blocks import blocks
from resolvers.session import Session
from resolvers.visibility import NIL_ID
from rules.refusals import Checks, NotFound
from rules.roles import Scope

MOST_MARK = 5
MOST_NOTE = 1_000  # characters


@dataclass(frozen=True, slots=True)
class Marks:
    """Of 0 to 5. Keys are spelled as clients spell them."""

    sort: int
    set_in_order: int
    shine: int
    standardize: int
    sustain: int


SPELLED = {"set_in_order": "setInOrder"}


async def get_visible(session: Session, inspection_id: UUID) -> BlockInspection:
    """NotFound where its block is."""
    found = await BlockInspection.get_or_none(id=inspection_id)
    with contextlib.suppress(NotFound):
        await blocks.get_visible(session, found.block_id if found else NIL_ID)
        assert found
        return found
    raise await session.not_found("There is no such inspection, or you may not see it.")


async def inspect(session: Session, block_id: UUID, marks: Marks, note: str) -> tuple[Block, BlockInspection]:
    """By who may review there. BlockHasChanged: the block is retired."""
    session.signed_in()
    checks = Checks()
    for name, mark in asdict(marks).items():
        path = SPELLED.get(name, name)
        checks.that(0 <= mark <= MOST_MARK, path, f"{path} is {mark}; a mark lies between 0 and {MOST_MARK}.")
    note = checks.text(note, "note", most=MOST_NOTE)
    checks.done()
    block = await blocks.get_visible(session, block_id)
    permit = await session.require(Scope.BLOCKS_INSPECT, at=block.organization_id)
    async with session.work() as work:
        if not await models.blocks.lock_open(block_id):
            raise await blocks.has_changed(block_id)
        made = await BlockInspection.create(
            block_id=block_id,
            **asdict(marks),
            note=note,
            inspected_by_id=permit.member_id,
            inspected_at=work.now,
        )
        work.touch(block.root_id, at={BLOCKS: [block.organization_id]})
        work.audit("BlockInspection", made.id, root=block.root_id, at=block.organization_id)
    return block, made
