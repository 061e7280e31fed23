"""What the house has to know of this system."""

from models.clock import InstantKind
from models.personal import directory as personal
from resolvers.directory import roles, verification
from resolvers.system import System

DIRECTORY = System(
    name="directory",
    instants={InstantKind.GRANT_STARTS: roles.reach_an_edge, InstantKind.GRANT_ENDS: roles.reach_an_edge},
    verify=(verification.verify,),
    personal=personal.PERSONAL,
)
