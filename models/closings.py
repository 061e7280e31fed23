"""Organizations that were closed, from–to, and what has to be gone or ended before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import sql
from models.displays import Display
from models.organizations import Organization
from models.roles import RoleGrant
from models.tasks import Claim, Task


class OrganizationClosing(Model):
    """[closed_at, reopened_at): at any instant at most one per organization. `Organization.closed_at` says the same of
    the present."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    organization_id = fields.UUIDField()
    root_id = fields.UUIDField()
    closed_at = fields.DatetimeField()
    closed_position = fields.BigIntField()
    reopened_at = fields.DatetimeField(null=True)
    reopened_position = fields.BigIntField(null=True)

    class Meta(Model.Meta):
        table = "organization_closings"


# In SQL, of the organization `o`: the period that begins at :starts, as it stood at :at, came after a closing.
SHUT = """EXISTS (SELECT 1 FROM organization_closings k WHERE k.organization_id = o.id
  AND k.closed_at <= :starts AND (k.reopened_at IS NULL OR k.reopened_at > :at))"""


async def begin(organization: Organization, at: datetime, position: int) -> None:
    await OrganizationClosing.create(
        organization_id=organization.id, root_id=organization.root_id, closed_at=at, closed_position=position
    )
    await Organization.filter(id=organization.id).update(closed_at=at)


async def end(organization_id: UUID, at: datetime, position: int) -> None:
    """Another process's clock may have closed it later than now."""
    await sql.execute(
        """UPDATE organization_closings SET reopened_position = :position,
             reopened_at = CASE WHEN closed_at > :at THEN closed_at ELSE :at END
           WHERE organization_id = :organization AND reopened_at IS NULL""",
        organization=organization_id,
        at=at,
        position=position,
    )
    await Organization.filter(id=organization_id).update(closed_at=None)


async def first_closed(ids: Iterable[UUID]) -> Organization | None:
    """One of these that is closed now."""
    return await Organization.filter(id__in=list(ids), closed_at__not_isnull=True).order_by("code").first()


@dataclass(frozen=True, slots=True)
class Inside:
    members: int
    children: int

    def __bool__(self) -> bool:
        return bool(self.members or self.children)


async def inside(organization_id: UUID) -> Inside:
    """Active members of its own, and children that are not closed."""
    found = await sql.row(
        """SELECT (SELECT COUNT(*) FROM members WHERE organization_id = :id AND active = :yes) AS members,
             (SELECT COUNT(*) FROM organizations WHERE parent_id = :id AND closed_at IS NULL) AS children""",
        id=organization_id,
        yes=True,
    )
    assert found is not None
    return Inside(found["members"], found["children"])


# ---------------------------------------------------------------- what is still going on there


async def displays(organization_id: UUID) -> list[Display]:
    return await Display.filter(organization_id=organization_id, revoked_at=None).order_by("id")


async def grants(organization_id: UUID, at: datetime) -> list[RoleGrant]:
    """Those that hold there or will."""
    return await sql.models(
        RoleGrant,
        """SELECT * FROM role_grants WHERE organization_id = :organization
             AND (ends_at IS NULL OR (ends_at > :at AND ends_at > starts_at)) ORDER BY id""",
        organization=organization_id,
        at=at,
    )


async def tasks(organization_id: UUID) -> list[Task]:
    """Set there, and open or scheduled."""
    return await Task.filter(organization_id=organization_id, status__in=["OPEN", "SCHEDULED"]).order_by("id")


async def claims(organization_id: UUID) -> list[Claim]:
    """Of tasks set there, and not decided; in the order in which tasks are locked."""
    return await sql.models(
        Claim,
        """SELECT c.* FROM claims c JOIN tasks t ON t.id = c.task_id
           WHERE t.organization_id = :organization AND c.status IN ('CLAIMED', 'SUBMITTED', 'RETURNED')
           ORDER BY c.task_id, c.id""",
        organization=organization_id,
    )
