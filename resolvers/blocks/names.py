"""Block boards that show the name of a member or of an organization."""

import models
from models.clock import BLOCKS
from resolvers.unit_of_work import Naming

NAMES = Naming(BLOCKS, models.blocks.organizations_naming, models.blocks.organizations_naming_members_of)
