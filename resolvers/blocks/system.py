"""What the house has to know of this system."""

from models.personal import blocks as personal
from resolvers.blocks import verification
from resolvers.blocks.board import BLOCK_BOARDS
from resolvers.blocks.names import NAMES
from resolvers.system import System

BLOCKS = System(
    name="blocks", boards=(BLOCK_BOARDS,), verify=(verification.verify,), names=(NAMES,), personal=personal.PERSONAL
)
