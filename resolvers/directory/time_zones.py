"""The time zone of a root: it can change as long as no day or month is recorded by it."""

from uuid import UUID

import models
from models import Organization, clock
from models.clock import InstantKind
from resolvers import scheduler
from resolvers.session import Work
from rules import periods
from rules.refusals import Checks, InvalidInput

SCHEDULED = (InstantKind.MIDNIGHT, InstantKind.FINAL)


def check(checks: Checks, zone: str | None) -> None:
    known = zone is None or periods.known_zone(zone)
    checks.that(known, "timeZone", "timeZone is no IANA name such as Asia/Shanghai.")


def wanted(organization: Organization, zone: str | None) -> str | None:
    """The zone that it is to have, if that is another one. Only a root has its own."""
    if zone in (None, organization.time_zone):
        return None
    if organization.parent_id is not None:
        raise InvalidInput.at("timeZone", f"A root's time zone holds for all below it: {organization.time_zone}.")
    return zone


async def change(work: Work, root: UUID, zone: str) -> None:
    """Midnights and the ends of periods that are still to come are those of the new zone. InvalidInput: it stays."""
    _, settling = await models.organizations.settling_root(root)
    await models.organizations.set_time_zone(root, zone)
    for kind in SCHEDULED:
        await clock.unschedule(root, kind)
    await scheduler.schedule(root, zone, settling, work.now)
    work.touch(root, everything=True)
    await work.position(root)  # from here on nobody else records anything
    if await models.organizations.recorded([root]):
        raise InvalidInput.at("timeZone", "The time zone stays: days and months of its boards are recorded by it.")
