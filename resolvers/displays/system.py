"""What the house has to know of this system."""

from resolvers import facts
from resolvers.displays import displays
from resolvers.system import System

DISPLAYS = System(
    name="displays",
    hears={
        facts.ORGANIZATION_CLOSING: displays.end_all_at,
        facts.ORGANIZATION_CLOSED: displays.none_is_left_at,
    },
)
