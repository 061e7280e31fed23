"""Role grants: from–to, of a member or of the operator's account."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import sql
from models.pages import Listing, narrowed
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

    class Meta(Model.Meta):
        table = "role_grants"

    def as_rule(self) -> Grant:
        return Grant(self.id, self.role, self.organization_id, self.starts_at, self.ends_at)


async def held(account_ids: Iterable[UUID], member_ids: Iterable[UUID], at: datetime) -> list[RoleGrant]:
    """Grants of these that hold at an instant."""
    return await sql.models(
        RoleGrant,
        """SELECT * FROM role_grants WHERE (account_id IN :accounts OR member_id IN :members)
             AND starts_at <= :at AND (ends_at IS NULL OR ends_at > :at) ORDER BY starts_at, id""",
        accounts=list(account_ids),
        members=list(member_ids),
        at=at,
    )


async def of_member(member_id: UUID, at: datetime) -> list[RoleGrant]:
    """What a member holds at an instant or will hold later, its account's grants too."""
    return await sql.models(
        RoleGrant,
        """SELECT * FROM role_grants
           WHERE (member_id = :member OR account_id IN (SELECT id FROM accounts WHERE member_id = :member))
             AND (ends_at IS NULL OR ends_at > :at) ORDER BY starts_at, id""",
        member=member_id,
        at=at,
    )


async def end(grant_id: UUID, at: datetime) -> bool:
    """From now on it holds no more; one that has not begun never will. False: it had ended before."""
    return bool(
        await sql.execute(
            """UPDATE role_grants SET ends_at = CASE WHEN starts_at > :at THEN starts_at ELSE :at END
               WHERE id = :id AND (ends_at IS NULL OR (ends_at > :at AND ends_at > starts_at))""",
            id=grant_id,
            at=at,
        )
    )


# ---------------------------------------------------------------- lists

GRANTS = Listing(RoleGrant, "role_grants t", "t.organization_id", (("starts_at", True), ("id", True)))
NOT_ENDED = narrowed(GRANTS, "t.ends_at IS NULL OR (t.ends_at > :now AND t.ends_at > t.starts_at)")


def of_role(listing: Listing[RoleGrant]) -> Listing[RoleGrant]:
    return narrowed(listing, "t.role = :role")
