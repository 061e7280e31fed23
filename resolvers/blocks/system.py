"""What the house has to know of this system."""

from resolvers.system import System

BLOCKS = System(name="blocks")
