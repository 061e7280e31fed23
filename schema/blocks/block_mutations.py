"""What can be done with blocks, and how each may be refused."""

from typing import Annotated, TypeAlias

import strawberry

from resolvers.blocks import blocks, inspections
from resolvers.blocks.block_fields import Colleague
from resolvers.blocks.inspections import Marks
from rules import refusals
from schema import errors, ids
from schema.blocks.blocks import Block, BlockInspection, BlockRevision
from schema.closed import OrganizationIsClosed
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, NotFound, UserError, answer

# ---------------------------------------------------------------- refusals


@strawberry.type(description="There is a newer revision than the one the editor saw, or the block is retired.")
class BlockHasChanged(UserError):
    current: BlockRevision = strawberry.field(description="The newest revision.")


errors.answers(
    refusals.BlockHasChanged,
    lambda refusal: BlockHasChanged(message=refusal.message, current=BlockRevision.of(refusal.subject)),
)

# ---------------------------------------------------------------- inputs


@strawberry.input(description="A colleague by name, or a member: exactly one of the two.")
class PairedPersonInput:
    name: str | None = strawberry.field(default=None, description="1 to 100 characters.")
    member_id: strawberry.ID | None = strawberry.field(default=None, description="An active member of the same root.")

    def read(self) -> Colleague:
        return Colleague(self.name, ids.optional(self.member_id, "Member"))


@strawberry.input(description="A new block.")
class CreateBlockInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization of the block.")
    name: str = strawberry.field(description="1 to 100 characters.")
    extent: str = strawberry.field(description="The place and extent of the block; 1 to 1,000 characters.")
    responsible_id: strawberry.ID = strawberry.field(description="An active member of the same root.")
    paired_with: list[PairedPersonInput] = strawberry.field(description="3 to 50 different people, others than that.")
    reason: str = strawberry.field(description="1 to 500 characters.")


@strawberry.input(
    description="A change of a block. expectedSequence is the revision that the editor saw: a newer one refuses it."
)
class ReviseBlockInput:
    block_id: strawberry.ID = strawberry.field(description="The block's id.")
    expected_sequence: int = strawberry.field(description="current.sequence, as the editor saw it.")
    name: str | None = strawberry.field(default=None, description="1 to 100 characters; left out: unchanged.")
    extent: str | None = strawberry.field(default=None, description="1 to 1,000 characters; left out: unchanged.")
    responsible_id: strawberry.ID | None = strawberry.field(
        default=None, description="An active member of the same root; left out: unchanged."
    )
    paired_with: list[PairedPersonInput] | None = strawberry.field(
        default=None, description="The whole new list, 3 to 50 different people; left out: unchanged."
    )
    reason: str = strawberry.field(description="1 to 500 characters.")


@strawberry.input(description="The block to retire, and the reason.")
class RetireBlockInput:
    block_id: strawberry.ID = strawberry.field(description="The block's id.")
    expected_sequence: int = strawberry.field(description="current.sequence, as the editor saw it.")
    reason: str = strawberry.field(description="1 to 500 characters.")


@strawberry.input(description="A 5S inspection: marks of 0 to 5.")
class InspectBlockInput:
    block_id: strawberry.ID = strawberry.field(description="The block to inspect; not a retired one.")
    sort: int = strawberry.field(description="整理.")
    set_in_order: int = strawberry.field(description="整顿.")
    shine: int = strawberry.field(description="清扫.")
    standardize: int = strawberry.field(description="清洁.")
    sustain: int = strawberry.field(description="素养.")
    note: str = strawberry.field(default="", description="The finding, visible to everyone; up to 1,000 characters.")


# ---------------------------------------------------------------- results


@strawberry.type(description="The new block.")
class CreateBlockSuccess:
    block: Block = strawberry.field(description="With its first revision.")


@strawberry.type(description="The changed block.")
class ReviseBlockSuccess:
    block: Block = strawberry.field(description="With one more revision.")


@strawberry.type(description="The retired block.")
class RetireBlockSuccess:
    block: Block = strawberry.field(description="With its last revision.")


@strawberry.type(description="The inspection is on the board.")
class InspectBlockSuccess:
    block: Block = strawberry.field(description="The block.")
    inspection: BlockInspection = strawberry.field(description="The new one.")


CreateBlockResult: TypeAlias = Annotated[
    CreateBlockSuccess | NotAllowed | NotFound | InvalidInput | OrganizationIsClosed,
    strawberry.union("CreateBlockResult"),
]
ReviseBlockResult: TypeAlias = Annotated[
    ReviseBlockSuccess | NotAllowed | NotFound | InvalidInput | BlockHasChanged,
    strawberry.union("ReviseBlockResult"),
]
RetireBlockResult: TypeAlias = Annotated[
    RetireBlockSuccess | NotAllowed | NotFound | BlockHasChanged | InvalidInput,
    strawberry.union("RetireBlockResult"),
]
InspectBlockResult: TypeAlias = Annotated[
    InspectBlockSuccess | NotAllowed | NotFound | BlockHasChanged | InvalidInput,
    strawberry.union("InspectBlockResult"),
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class BlockMutations:
    @strawberry.mutation(description="A new block. Needs ADMIN or SECRETARY at its organization or above.")
    async def create_block(self, info: Info, input: CreateBlockInput) -> CreateBlockResult:
        async def act() -> CreateBlockSuccess:
            made = await blocks.create(
                info.context.session,
                organization_id=ids.read(input.organization_id, "Organization"),
                name=input.name,
                extent=input.extent,
                responsible_id=ids.read(input.responsible_id, "Member"),
                paired=[one.read() for one in input.paired_with],
                reason=input.reason,
            )
            return CreateBlockSuccess(block=Block.of(made))

        return await answer(act)

    @strawberry.mutation(description="One more revision of a block. Needs ADMIN or SECRETARY there or above.")
    async def revise_block(self, info: Info, input: ReviseBlockInput) -> ReviseBlockResult:
        async def act() -> ReviseBlockSuccess:
            changed = await blocks.revise(
                info.context.session,
                ids.read(input.block_id, "Block"),
                input.expected_sequence,
                name=input.name,
                extent=input.extent,
                responsible_id=ids.optional(input.responsible_id, "Member"),
                paired=None if input.paired_with is None else [one.read() for one in input.paired_with],
                reason=input.reason,
            )
            return ReviseBlockSuccess(block=Block.of(changed))

        return await answer(act)

    @strawberry.mutation(description="The last revision of a block: off the boards, its chain stays.")
    async def retire_block(self, info: Info, input: RetireBlockInput) -> RetireBlockResult:
        async def act() -> RetireBlockSuccess:
            block_id = ids.read(input.block_id, "Block")
            changed = await blocks.retire(info.context.session, block_id, input.expected_sequence, input.reason)
            return RetireBlockSuccess(block=Block.of(changed))

        return await answer(act)

    @strawberry.mutation(description="A 5S inspection. Needs ADMIN, SECRETARY or REVIEWER there or above.")
    async def inspect_block(self, info: Info, input: InspectBlockInput) -> InspectBlockResult:
        async def act() -> InspectBlockSuccess:
            marks = Marks(input.sort, input.set_in_order, input.shine, input.standardize, input.sustain)
            block_id = ids.read(input.block_id, "Block")
            block, made = await inspections.inspect(info.context.session, block_id, marks, input.note)
            return InspectBlockSuccess(block=Block.of(block), inspection=BlockInspection.of(made))

        return await answer(act)
