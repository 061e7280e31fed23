"""What the house has to know of this system."""

from models.personal import audit_log as personal
from resolvers.audit_log import verification
from resolvers.system import System

AUDIT_LOG = System(name="audit_log", verify=(verification.verify,), personal=personal.PERSONAL)
