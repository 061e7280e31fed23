"""Accounts that sign in, and their opaque tokens, kept as SHA-256."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import sql
from models.pages import Listing

TOKEN_LIFE = timedelta(days=30)


class Account(Model):
    """member_id is None for the operator's account, which is no member."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    login = fields.CharField(max_length=100, unique=True)
    password_hash = fields.CharField(max_length=200, null=True)  # None: no password was given yet
    member_id = fields.UUIDField(null=True, unique=True)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "accounts"


class AuthToken(Model):
    id = fields.UUIDField(primary_key=True, default=uuid4)
    account_id = fields.UUIDField()
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)  # to the hour; None: not since it was made

    class Meta(Model.Meta):
        table = "auth_tokens"


class ServiceToken(Model):
    """What another system may do with a token: record acts by these rules (JSON list; None: by any) for members at
    the organization and below."""

    token_id = fields.UUIDField(primary_key=True)
    organization_id = fields.UUIDField()
    name = fields.CharField(max_length=100)
    rules = fields.TextField(null=True)
    created_by_id = fields.UUIDField(null=True)  # account
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "service_tokens"


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def issue(account_id: UUID, at: datetime, life: timedelta = TOKEN_LIFE) -> tuple[str, AuthToken]:
    """A new token of 256 bits; its text exists only in this answer."""
    token = secrets.token_urlsafe(32)
    kept = await AuthToken.create(account_id=account_id, token_hash=digest(token), created_at=at, expires_at=at + life)
    return token, kept


_GOOD = """SELECT t.id AS token_id, t.token_hash, t.account_id, t.expires_at, a.login, a.member_id,
    d.id AS display_id, COALESCE(m.organization_id, d.organization_id) AS organization_id,
    COALESCE(m.root_id, d.root_id) AS root_id, m.duplicates,
    s.organization_id AS service_at, s.rules AS service_rules
  FROM auth_tokens t JOIN accounts a ON a.id = t.account_id
    LEFT JOIN members m ON m.id = a.member_id LEFT JOIN displays d ON d.account_id = a.id
    LEFT JOIN service_tokens s ON s.token_id = t.id
  WHERE t.revoked_at IS NULL AND t.expires_at > :at AND (a.member_id IS NULL OR m.active)
    AND (d.id IS NULL OR d.revoked_at IS NULL)"""


async def look_up(digests: Iterable[str], at: datetime) -> list[dict[str, Any]]:
    """token_id, token_hash, account_id, login, expires_at, member_id or display_id, its organization_id and root_id,
    and what a service's token is for, of each that is good."""
    return await sql.rows(f"{_GOOD} AND t.token_hash IN :digests", digests=list(digests), at=at)


async def look_up_again(token_ids: Iterable[UUID], at: datetime) -> list[dict[str, Any]]:
    """The same for tokens that were good before; those no longer good are missing."""
    return await sql.rows(f"{_GOOD} AND t.id IN :ids", ids=list(token_ids), at=at)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a login belongs to. member_id None: an operator."""

    account_id: UUID
    member_id: UUID | None
    root_id: UUID | None
    organization_id: UUID | None


async def whose(login: str) -> Whose | None:
    found = await sql.row(
        """SELECT a.id, a.member_id, m.root_id, m.organization_id
           FROM accounts a LEFT JOIN members m ON m.id = a.member_id WHERE a.login = :login""",
        login=login,
    )
    if found is None:
        return None
    rest = (found["member_id"], found["root_id"], found["organization_id"])
    return Whose(sql.uid(found["id"]), *(sql.uid(one) if one else None for one in rest))


async def lock_account(account_id: UUID, password_hash: str) -> bool:
    """Until the transaction ends. False: its password is another by now. Lock order: member, then account."""
    return bool(
        await sql.execute(
            "UPDATE accounts SET login = login WHERE id = :id AND password_hash = :kept",
            id=account_id,
            kept=password_hash,
        )
    )


async def change_password(account_id: UUID, old_hash: str, new_hash: str) -> bool:
    """False: it is another than the old one by now."""
    return bool(await Account.filter(id=account_id, password_hash=old_hash).update(password_hash=new_hash))


async def rights_position() -> int:
    return await sql.value("SELECT position FROM rights WHERE id = 1")


async def rights_changed() -> None:
    """The last write of a transaction, after every clock: everyone who watches rights looks again."""
    await sql.execute("UPDATE rights SET position = position + 1 WHERE id = 1")


async def revoke(token_id: UUID, at: datetime) -> None:
    await AuthToken.filter(id=token_id, revoked_at=None).update(revoked_at=at)


async def revoke_others(account_id: UUID, at: datetime, keep: UUID | None) -> int:
    """How many of them were good."""
    others = AuthToken.filter(account_id=account_id, revoked_at=None, expires_at__gt=at)
    return await others.exclude(id=keep or uuid4()).update(revoked_at=at)


async def used(token_ids: Iterable[UUID], at: datetime) -> None:
    """They were used in the hour of this moment."""
    await sql.execute(
        """UPDATE auth_tokens SET last_used_at = :hour
           WHERE id IN :ids AND (last_used_at IS NULL OR last_used_at < :hour)""",
        ids=list(token_ids),
        hour=at.replace(minute=0, second=0, microsecond=0),
    )


# ---------------------------------------------------------------- lists

SESSIONS = Listing(
    AuthToken,
    "auth_tokens t",
    "t.account_id",
    (("created_at", True), ("id", True)),
    where="t.revoked_at IS NULL AND t.expires_at > :at",
)
SERVICES = Listing(ServiceToken, "service_tokens t", "t.organization_id", (("created_at", True), ("token_id", True)))
