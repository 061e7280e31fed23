"""The block board of an organization, as one live board."""

from collections.abc import AsyncGenerator

import strawberry

import models
from models.pages import Page
from resolvers.blocks import blocks
from resolvers.blocks import board as blocks_board
from resolvers.blocks.board import Board, Shown
from resolvers.boards import BoardView
from rules.refusals import InvalidInput, NotFound
from schema import ids
from schema.blocks.blocks import Block
from schema.context import Info
from schema.directory.organizations import Organization
from schema.live_boards import PACE, LiveBoard
from schema.node import Node, fetched_by
from schema.pages import Connection, connection

DEFAULT_BLOCKS = 50
MOST_BLOCKS = 300  # of one page: a hall shows them all


def _cursor(one: Shown) -> str:
    return models.pages.cursor([one.block.created_at.isoformat(), str(one.block.id)])


def _page(board: Board, first: int, after: str | None) -> Connection[Block]:
    """A page of what the board holds already, cut as `models.pages.load` cuts."""
    if not 0 <= first <= MOST_BLOCKS:
        raise InvalidInput.at("first", f"first is {first}; it must lie between 0 and {MOST_BLOCKS}.")
    begin = 0
    if after is not None:
        place = tuple(map(str, models.pages.read_cursor(after, 2)))
        keys = ((one.block.created_at.isoformat(), str(one.block.id)) for one in board.blocks)
        begin = sum(1 for one in keys if one <= place)
    cut = board.blocks[begin : begin + first]
    page = Page([one.block for one in cut], len(board.blocks) > begin + first, after is not None)
    nodes = [Block.of(one.block, (one, board)) for one in cut]
    return connection(nodes, [_cursor(one) for one in cut], page, board.block_count)


@strawberry.type(
    description="The content of a hall's block screen: the blocks of this organization and below, without retired ones."
)
class BlockBoard(Node):
    board: strawberry.Private[Board]

    @classmethod
    def of(cls, board: Board) -> "BlockBoard":
        return cls(
            id=strawberry.ID(ids.encode("BlockBoard", board.key.organization_id)),
            board=board,
            organization=Organization.of(board.lineage[-1]),
            version=str(board.version),
            view=board.key.view,
            block_count=board.block_count,
            paired_count=board.paired_count,
        )

    organization: Organization = strawberry.field(description="The organization of the board.")
    version: str = strawberry.field(description="Grows whenever anything it shows changes. Compare as integers.")
    view: BoardView = strawberry.field(description="The view of the frame, which decides what it may contain.")
    block_count: int = strawberry.field(description="How many blocks there are.")
    paired_count: int = strawberry.field(description="Different people paired.")

    @strawberry.field(
        description="In the order of their creation, up to 300 at once. A GROUP's are listed within its branch, "
        "and for reviewers above it."
    )
    def blocks(self, first: int | None = DEFAULT_BLOCKS, after: str | None = None) -> Connection[Block]:
        return _page(self.board, DEFAULT_BLOCKS if first is None else first, after)


# ---------------------------------------------------------------- queries


BLOCK_BOARDS = LiveBoard(blocks_board.BLOCK_BOARDS, blocks_board.load, BlockBoard.of)
fetched_by("BlockBoard")(BLOCK_BOARDS.by_id)


@strawberry.type
class BlockQueries:
    @strawberry.field(
        description="A block, also a retired one; null if it does not exist, or the viewer may not see it."
    )
    async def block(self, info: Info, id: strawberry.ID) -> Block | None:
        try:
            return Block.of(await blocks.get_visible(info.context.session, ids.read(id, "Block")))
        except NotFound:
            return None

    @strawberry.field(description="An organization's block board. Null if the viewer may not see it.")
    async def block_board(self, info: Info, organization_id: strawberry.ID) -> BlockBoard | None:
        return await BLOCK_BOARDS.asked_for(info, organization_id)


@strawberry.type
class BlockSubscriptions:
    @strawberry.subscription(description=f"A block board, whenever it changes. {PACE}")
    async def block_board_updated(
        self, info: Info, organization_id: strawberry.ID, max_per_second: float | None = 2
    ) -> AsyncGenerator[BlockBoard]:
        async for board in BLOCK_BOARDS.states(info, organization_id):
            yield board
