"""The audit log's rows: a chain for each root, and one for what belongs to none.

Each entry is sealed with the one before it (`models/seals.py`), and its chain's head keeps how many there are and the
newest hash. Where it came from stands in it as a commitment; the address itself is kept apart, and can be erased.
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import seals, sql
from rules import chain

NO_ROOT = UUID(int=0)
COLUMNS = (
    *("id", "root_id", "sequence", "happened_at", "action", "outcome", "actor", "account_id", "token_id"),
    *("actor_member_id", "display_id", "organization_id", "subject_type", "subject_ids", "subjects", "member_ids"),
    *("details", "position", "address_commitment", "previous_hash", "hash"),
)
SALT_BYTES = 16


class AuditOutcome(StrEnum):
    DONE = "DONE"
    REFUSED = "REFUSED"


class AuditActor(StrEnum):
    MEMBER = "MEMBER"
    OPERATOR = "OPERATOR"
    DISPLAY = "DISPLAY"
    SERVICE = "SERVICE"
    NOBODY = "NOBODY"
    COMMAND_LINE = "COMMAND_LINE"
    SERVER = "SERVER"


class AuditEntry(Model):
    """subjects: how many things it names; subject_ids may be the first of them only. Ids are JSON lists.
    position: of the root's clock in the same transaction, None where it took none."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    root_id = fields.UUIDField()
    sequence = fields.BigIntField()
    happened_at = fields.DatetimeField()
    action = fields.CharField(max_length=64)
    outcome = fields.CharEnumField(AuditOutcome, max_length=10)
    actor = fields.CharEnumField(AuditActor, max_length=20)
    account_id = fields.UUIDField(null=True)
    token_id = fields.UUIDField(null=True)
    actor_member_id = fields.UUIDField(null=True)
    display_id = fields.UUIDField(null=True)
    organization_id = fields.UUIDField(null=True)
    subject_type = fields.CharField(max_length=40, null=True)
    subject_ids = fields.TextField(null=True)
    subjects = fields.IntField()
    member_ids = fields.TextField(null=True)
    details = fields.TextField(null=True)
    position = fields.BigIntField(null=True)
    address_commitment = fields.CharField(max_length=64, null=True)
    previous_hash = fields.CharField(max_length=80)
    hash = fields.CharField(max_length=80)

    class Meta(Model.Meta):
        table = "audit_entries"


class AuditHead(Model):
    """How many entries a chain has, and the newest one's hash; empty before the first."""

    root_id = fields.UUIDField(primary_key=True)
    sequence = fields.BigIntField()
    hash = fields.CharField(max_length=80)

    class Meta(Model.Meta):
        table = "audit_heads"


class AuditAddress(Model):
    """Where an entry's act came from, behind a salt; both can be erased, and the chain stays whole."""

    entry_id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField(null=True)
    happened_at = fields.DatetimeField()
    address = fields.CharField(max_length=64)
    salt = fields.CharField(max_length=64)

    class Meta(Model.Meta):
        table = "audit_addresses"


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it has its place in a chain."""

    happened_at: datetime
    action: str
    actor: AuditActor
    outcome: AuditOutcome = AuditOutcome.DONE
    account_id: UUID | None = None
    token_id: UUID | None = None
    actor_member_id: UUID | None = None
    display_id: UUID | None = None
    organization_id: UUID | None = None
    subject_type: str | None = None
    subject_ids: Sequence[UUID] = ()
    subjects: int = 0
    member_ids: Sequence[UUID] = ()
    details: Mapping[str, Any] | None = None
    position: int | None = None
    address: str = ""


def sealed(key: seals.Key, before: str, row: Mapping[str, Any]) -> str:
    """An entry's hash. `log` keeps it apart from other things sealed with the same key."""
    kept = {name: value for name, value in row.items() if name != "hash"}
    return seals.seal(key, before, {**kept, "log": "audit"})


async def append(root_id: UUID, drafts: Sequence[Draft]) -> None:
    """At the end of a chain, in this transaction. Locks the chain's head until it ends."""
    found = await sql.row(
        """INSERT INTO audit_heads (root_id, sequence, hash) VALUES (:root, :count, '')
           ON CONFLICT (root_id) DO UPDATE SET sequence = audit_heads.sequence + excluded.sequence
           RETURNING sequence, hash, (SELECT value FROM secrets WHERE name = 'seals') AS own""",
        root=root_id,
        count=len(drafts),
    )
    assert found is not None
    key, before = seals.current(found["own"]), found["hash"]
    first = found["sequence"] - len(drafts) + 1
    for sequence, draft in enumerate(drafts, start=first):
        salt = secrets.token_hex(SALT_BYTES)
        row = _row(root_id, sequence, draft, before, salt)
        before = row["hash"] = sealed(key, before, row)
        await sql.rows(
            f"INSERT INTO audit_entries ({', '.join(COLUMNS)}) VALUES (:{', :'.join(COLUMNS)})",
            **row,
        )
        if draft.address:
            await sql.rows(
                """INSERT INTO audit_addresses (entry_id, account_id, happened_at, address, salt)
                   VALUES (:id, :account, :at, :address, :salt)""",
                id=row["id"],
                account=draft.account_id,
                at=draft.happened_at,
                address=draft.address,
                salt=salt,
            )


def _row(root_id: UUID, sequence: int, draft: Draft, before: str, salt: str) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "root_id": root_id,
        "sequence": sequence,
        "happened_at": draft.happened_at,
        "action": draft.action,
        "outcome": draft.outcome.value,
        "actor": draft.actor.value,
        "account_id": draft.account_id,
        "token_id": draft.token_id,
        "actor_member_id": draft.actor_member_id,
        "display_id": draft.display_id,
        "organization_id": draft.organization_id,
        "subject_type": draft.subject_type,
        "subject_ids": listed(draft.subject_ids),
        "subjects": draft.subjects,
        "member_ids": listed(draft.member_ids),
        "details": None if not draft.details else chain.canonical(draft.details),
        "position": draft.position,
        "address_commitment": chain.commitment(draft.address, salt) if draft.address else None,
        "previous_hash": before,
    }


def listed(ids: Iterable[UUID]) -> str | None:
    return json.dumps([str(one) for one in ids], separators=(",", ":")) if ids else None


def unlisted(text: str | None) -> list[UUID]:
    return [UUID(one) for one in json.loads(text)] if text else []


# ---------------------------------------------------------------- reading and erasing


@dataclass(frozen=True, slots=True)
class Head:
    root_id: UUID
    sequence: int
    hash: str


async def heads() -> list[Head]:
    """Of every chain that has entries."""
    found = await AuditHead.filter(sequence__gt=0).order_by("root_id")
    return [Head(one.root_id, one.sequence, one.hash) for one in found]


async def hash_at(root_id: UUID, sequence: int) -> str | None:
    """None: there is no such entry."""
    found = await AuditEntry.get_or_none(root_id=root_id, sequence=sequence)
    return found and found.hash


async def addresses(entry_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Those that are kept still."""
    found = await AuditAddress.filter(entry_id__in=list(entry_ids))
    return {one.entry_id: one.address for one in found}


async def erase_old_addresses(before: datetime, most: int = 1_000) -> int:
    """So many of the oldest at once; gives how many."""
    return await sql.execute(
        """DELETE FROM audit_addresses WHERE entry_id IN
             (SELECT entry_id FROM audit_addresses WHERE happened_at < :before ORDER BY happened_at LIMIT :most)""",
        before=before,
        most=most,
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of a chain. place: at or below it as the tree now stands, None: all of the chain."""

    root_id: UUID
    place: UUID | None
    action: str | None = None
    member_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def where(self) -> tuple[str, dict[str, Any]]:
        conditions = ["t.root_id = :root"]
        values: dict[str, Any] = {"root": self.root_id}
        given: dict[str, tuple[str, Any]] = {
            "place": (
                "t.organization_id IN (SELECT descendant_id FROM organization_paths WHERE ancestor_id = :place)",
                self.place,
            ),
            "action": ("t.action = :action", self.action),
            "member": ("(t.actor_member_id = :member OR t.member_ids LIKE :named)", self.member_id),
            "since": ("t.happened_at >= :since", self.since),
            "until": ("t.happened_at < :until", self.until),
        }
        for name, (condition, value) in given.items():
            if value is not None:
                conditions.append(condition)
                values[name] = value
        if self.member_id is not None:
            values["named"] = f'%"{self.member_id}"%'
        return " AND ".join(conditions), values


async def page(wanted: Wanted, before: int | None, most: int) -> list[AuditEntry]:
    """Newest first."""
    condition, values = wanted.where()
    if before is not None:
        condition, values = f"{condition} AND t.sequence < :before", {**values, "before": before}
    text = f"SELECT t.* FROM audit_entries t WHERE {condition} ORDER BY t.sequence DESC LIMIT {most}"
    return await sql.models(AuditEntry, text, **values)


async def count(wanted: Wanted) -> int:
    condition, values = wanted.where()
    return await sql.value(f"SELECT COUNT(*) AS n FROM audit_entries t WHERE {condition}", **values)
