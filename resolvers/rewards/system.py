"""What the house has to know of this system."""

from models.personal import rewards as personal
from resolvers.rewards import verification
from resolvers.system import System

REWARDS = System(name="rewards", verify=(verification.verify,), personal=personal.PERSONAL)
