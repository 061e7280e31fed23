"""Course boards that show the name of a member or of an organization."""

from uuid import UUID

import models
from models.clock import COURSES
from resolvers.unit_of_work import Naming


async def of_organization(organization_id: UUID) -> list[UUID]:
    """Its own courses name it on boards below; lecturers of it name it where their course was set."""
    return [organization_id, *await models.courses.places_of_lecturers(organization_id)]


NAMES = Naming(COURSES, models.courses.places_of_lecturer, of_organization)
