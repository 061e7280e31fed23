"""What the house has to know of this system."""

from resolvers import facts
from resolvers.points import annual_base
from resolvers.system import System

POINTS = System(name="points", hears={facts.MIDNIGHT: annual_base.at_midnight})
