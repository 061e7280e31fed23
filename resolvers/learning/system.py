"""What the house has to know of this system."""

from models.personal import learning as personal
from resolvers.learning import verification
from resolvers.learning.board import COURSE_BOARDS
from resolvers.learning.names import NAMES
from resolvers.system import System

LEARNING = System(
    name="learning", boards=(COURSE_BOARDS,), verify=(verification.verify,), names=(NAMES,), personal=personal.PERSONAL
)
