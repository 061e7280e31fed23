"""What the house has to know of this system."""

from models.personal import leaderboards as personal
from resolvers.boards import BoardKey, OwnKey
from resolvers.leaderboards import board
from resolvers.system import KeyedBoards, System

LEADERBOARDS = System(
    name="leaderboards", boards=(KeyedBoards((BoardKey, OwnKey), board.versions),), personal=personal.PERSONAL
)
