"""What the house has to know of this system."""

from resolvers.system import System

REWARDS = System(name="rewards")
