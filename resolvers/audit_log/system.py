"""What the house has to know of this system."""

from resolvers.system import System

AUDIT_LOG = System(name="audit_log")
