"""What the house has to know of this system."""

from models.personal import points as personal
from resolvers import facts
from resolvers.points import annual_base, log, verification
from resolvers.points.log import LogKey
from resolvers.system import KeyedBoards, System

POINTS = System(
    name="points",
    boards=(KeyedBoards((LogKey,), log.versions),),
    hears={facts.MIDNIGHT: annual_base.at_midnight},
    verify=(verification.verify,),
    personal=personal.PERSONAL,
)
