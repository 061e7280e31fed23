"""What is being watched, of every kind: its newest version, and whose it is."""

from collections.abc import Hashable, Sequence
from uuid import UUID

from resolvers import arenas, block_boards, course_boards, displays, leaderboards, points_log
from resolvers.arenas import ArenaKey
from resolvers.block_boards import BlockBoardKey
from resolvers.boards import BoardKey, OwnKey
from resolvers.course_boards import CourseBoardKey
from resolvers.displays import DisplayKey
from resolvers.points_log import LogKey


async def versions(keys: Sequence[Hashable]) -> dict[Hashable, int]:
    """Of every kind of board, a statement for each kind."""
    boards = [key for key in keys if isinstance(key, BoardKey | OwnKey)]
    logs = [key for key in keys if isinstance(key, LogKey)]
    watched_arenas = [key for key in keys if isinstance(key, ArenaKey)]
    screens = [key for key in keys if isinstance(key, DisplayKey)]
    watched_blocks = [key for key in keys if isinstance(key, BlockBoardKey)]
    watched_courses = [key for key in keys if isinstance(key, CourseBoardKey)]
    found: dict[Hashable, int] = {}
    if watched_blocks:
        found = {**found, **await block_boards.versions(watched_blocks)}
    if boards:
        found = {**found, **await leaderboards.versions(boards)}
    if watched_arenas:
        found = {**found, **await arenas.versions(watched_arenas)}
    if watched_courses:
        found = {**found, **await course_boards.versions(watched_courses)}
    if logs:
        found = {**found, **await points_log.versions(logs)}
    if screens:
        found = {**found, **await displays.versions(screens)}
    return found


def organization_of(key: Hashable) -> UUID:
    """Whose board it is."""
    if isinstance(key, OwnKey):
        key = key.board
    assert isinstance(key, BoardKey | ArenaKey | BlockBoardKey | CourseBoardKey | LogKey | DisplayKey)
    return key.organization_id
