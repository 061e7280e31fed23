"""What the house has to know of this system."""

from models.personal import accounts as personal
from resolvers.system import System

ACCOUNTS = System(name="accounts", personal=personal.PERSONAL)
