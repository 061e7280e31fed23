"""Role grants: from–to, of a member or of the operator's account."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import sql
from rules.roles import Grant, Role


class RoleGrant(Model):
    """organization_id None: everywhere (the operator's account only)."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    role = fields.CharEnumField(Role, max_length=20)
    member_id = fields.UUIDField(null=True)
    account_id = fields.UUIDField(null=True)
    organization_id = fields.UUIDField(null=True)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    granted_by_id = fields.UUIDField(null=True)  # account
    created_at = fields.DatetimeField()

    class Meta:
        table = "role_grants"

    def as_rule(self) -> Grant:
        return Grant(self.id, self.role, self.organization_id, self.starts_at, self.ends_at)


async def held(account_id: UUID, member_id: UUID | None, at: datetime) -> list[RoleGrant]:
    """Grants that hold at an instant."""
    return await sql.models(
        RoleGrant,
        """SELECT * FROM role_grants WHERE (account_id = :account OR member_id = :member)
             AND starts_at <= :at AND (ends_at IS NULL OR ends_at > :at) ORDER BY starts_at, id""",
        account=account_id,
        member=member_id or account_id,
        at=at,
    )
