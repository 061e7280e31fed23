"""Arenas that show the name of a member or of an organization."""

from uuid import UUID

import models
from models.clock import TASKS
from resolvers.unit_of_work import Naming


async def of_organization(organization_id: UUID) -> list[UUID]:
    """Its own tasks name it in arenas below; claims of its members name it where the task was set."""
    return [organization_id, *await models.organizations.organizations_of_claims(organization_id)]


NAMES = Naming(TASKS, models.tasks.organizations_of_claims, of_organization)
