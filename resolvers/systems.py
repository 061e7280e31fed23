"""Every system, in reading order. Only this module imports them all; nothing registers itself by being imported."""

from collections.abc import Hashable, Sequence

from models.personal import core
from resolvers import facts, scheduler, system
from resolvers.accounts.system import ACCOUNTS
from resolvers.arena.system import ARENA
from resolvers.audit_log.system import AUDIT_LOG
from resolvers.blocks.system import BLOCKS
from resolvers.directory.system import DIRECTORY
from resolvers.displays.system import DISPLAYS
from resolvers.leaderboards.system import LEADERBOARDS
from resolvers.learning.system import LEARNING
from resolvers.points.system import POINTS
from resolvers.rewards.system import REWARDS
from resolvers.system import due, heard
from resolvers.unit_of_work import Announce, Announcement, Ports

SYSTEMS = (DIRECTORY, ACCOUNTS, POINTS, ARENA, LEARNING, BLOCKS, REWARDS, LEADERBOARDS, DISPLAYS, AUDIT_LOG)

PERSONAL = (*(one for system in SYSTEMS for one in system.personal), *core.PERSONAL)
HEARS = heard(SYSTEMS, facts.CORE)
INSTANTS = due(SYSTEMS, scheduler.INSTANTS)
NAMES = tuple(one for system in SYSTEMS for one in system.names)


async def versions(keys: Sequence[Hashable]) -> dict[Hashable, int]:
    """Of boards of every kind that are watched: present versions."""
    return await system.versions(SYSTEMS, keys)


def _to_nobody(_: Announcement) -> None:
    """For a process that serves no boards; those that do find the change by their poll."""


def ports(announce: Announce = _to_nobody) -> Ports:
    """What the systems hand to the core. announce: called after each commit."""
    return Ports(announce, HEARS, INSTANTS, NAMES)
