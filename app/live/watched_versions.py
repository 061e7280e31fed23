"""What is being watched, of every kind: its newest version, and whose it is."""

from collections.abc import Hashable, Sequence
from uuid import UUID

from resolvers.arena import board as arena_board
from resolvers.arena.board import ArenaKey
from resolvers.blocks import board as blocks_board
from resolvers.blocks.board import BlockBoardKey
from resolvers.boards import BoardKey, OwnKey
from resolvers.displays import displays
from resolvers.displays.displays import DisplayKey
from resolvers.leaderboards import board as leaderboards_board
from resolvers.learning import board as learning_board
from resolvers.learning.board import CourseBoardKey
from resolvers.points import log as points_log
from resolvers.points.log import LogKey


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
        found = {**found, **await blocks_board.versions(watched_blocks)}
    if boards:
        found = {**found, **await leaderboards_board.versions(boards)}
    if watched_arenas:
        found = {**found, **await arena_board.versions(watched_arenas)}
    if watched_courses:
        found = {**found, **await learning_board.versions(watched_courses)}
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
