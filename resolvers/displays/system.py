"""What the house has to know of this system."""

from models.personal import displays as personal
from resolvers import facts
from resolvers.displays import displays
from resolvers.displays.displays import DisplayKey
from resolvers.system import KeyedBoards, System

DISPLAYS = System(
    name="displays",
    boards=(KeyedBoards((DisplayKey,), displays.versions),),
    hears={
        facts.ORGANIZATION_CLOSING: displays.end_all_at,
        facts.ORGANIZATION_CLOSED: displays.none_is_left_at,
    },
    personal=personal.PERSONAL,
)
