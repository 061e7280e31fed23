"""Whether something may begin at an organization: not at one that is closed."""

from uuid import UUID

from models import Organization, closings
from resolvers.unit_of_work import Work
from rules.refusals import OrganizationIsClosed


async def still_open(work: Work, root_id: UUID, *organization_ids: UUID) -> None:
    """OrganizationIsClosed: one of these is closed. An act that begins something there asks this after every other
    lock: it takes the position, under which an organization is closed."""
    await work.position(root_id)
    if found := await closings.first_closed(organization_ids):
        seen_open(found)


def seen_open(found: Organization) -> None:
    """As it was read: enough where what begins does no harm at an organization that closes just then."""
    if found.closed_at is not None:
        raise OrganizationIsClosed(f"{found.name} ({found.code}) is closed; open it again first.", found)
