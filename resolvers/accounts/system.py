"""What the house has to know of this system."""

from resolvers.system import System

ACCOUNTS = System(name="accounts")
