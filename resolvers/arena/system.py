"""What the house has to know of this system."""

from models.clock import InstantKind
from models.personal import arena as personal
from resolvers import facts
from resolvers.arena import endings, tasks, verification
from resolvers.arena.board import ARENAS
from resolvers.arena.names import NAMES
from resolvers.system import System

ARENA = System(
    name="arena",
    hears={
        facts.ORGANIZATION_CLOSING: endings.end_all_at,
        facts.ORGANIZATION_CLOSED: endings.none_is_left_at,
        facts.MEMBERS_MERGING: endings.withdraw_what_both_hold,
        facts.MEMBERS_MERGED: endings.nothing_is_held_twice,
    },
    boards=(ARENAS,),
    instants={InstantKind.TASK_OPENS: tasks.open_when_due, InstantKind.TASK_DUE: tasks.fall_due},
    verify=(verification.verify,),
    names=(NAMES,),
    personal=personal.PERSONAL,
)
