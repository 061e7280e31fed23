"""The ledger: insert only, enforced by triggers. A correction is a reversing entry."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import seals, sql
from models.database import dialect
from models.freezes import HIDDEN
from models.merges import Merged, person

NEAR = 4_000  # positions


class PointsKind(StrEnum):
    EARNED = "EARNED"
    DEDUCTED = "DEDUCTED"
    SPENT = "SPENT"
    REVERSAL = "REVERSAL"


class PointsEntry(Model):
    """(root_id, position, line) is the order of the log. `reached` is recorded_at in whole Unix seconds."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    root_id = fields.UUIDField()
    position = fields.BigIntField()
    line = fields.IntField()
    member_id = fields.UUIDField(null=True)
    organization_id = fields.UUIDField()
    kind = fields.CharEnumField(PointsKind, max_length=20)
    amount = fields.IntField()
    ranks = fields.BooleanField()
    rule = fields.CharField(max_length=64)
    rule_version_id = fields.UUIDField(null=True)  # None: given by no rule that can be set
    quantity = fields.IntField(null=True)
    result = fields.CharField(max_length=64, null=True)
    cut = fields.CharField(max_length=20, null=True)  # why it is less than the act is worth, as rules.point_rules says
    cut_points = fields.IntField(null=True)
    base_year = fields.IntField(null=True)  # of a rule's base for a year: once for each member
    claim_id = fields.UUIDField(null=True, unique=True)
    study_id = fields.UUIDField(null=True)  # unique with rule: what its listener earned, and its lecturer
    reverses_id = fields.UUIDField(null=True, unique=True)
    redemption_id = fields.UUIDField(null=True)
    correction = fields.BooleanField(default=False)  # of a day that was FINAL
    recorded_by_id = fields.UUIDField(null=True)  # account
    occurred_at = fields.DatetimeField()
    counts_at = fields.DatetimeField()
    recorded_at = fields.DatetimeField()
    reached = fields.BigIntField()
    reason_commitment = fields.CharField(max_length=64, null=True)  # SHA-256 of salt + reason; None: older than these
    seal = fields.CharField(max_length=80, null=True)  # over the row and the seal before it; None: older than seals

    class Meta(Model.Meta):
        table = "points_entries"
        unique_together = (("root_id", "position", "line"),)


class PointsReason(Model):
    """An entry's words, apart from it, because words about a person can be erased and ledger rows cannot. Its entry is
    committed to them; they can be deleted, and not rewritten, by trigger."""

    entry_id = fields.UUIDField(primary_key=True)
    text = fields.TextField()
    salt = fields.CharField(max_length=32, null=True)

    class Meta(Model.Meta):
        table = "points_reasons"


class IdempotencyKey(Model):
    id = fields.UUIDField(primary_key=True, default=uuid4)
    account_id = fields.UUIDField()
    key = fields.CharField(max_length=200)
    request_hash = fields.CharField(max_length=64)
    entry_id = fields.UUIDField()
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "idempotency_keys"
        unique_together = (("account_id", "key"),)


def _columns(entry: PointsEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in PointsEntry._meta.db_fields}


async def append(entries: Sequence[tuple[PointsEntry, str]], position: int) -> None:
    """Insert entries with their reasons at a position just taken, in the order given."""
    reasons: list[PointsReason] = []
    for line, (entry, reason) in enumerate(entries):
        salt = secrets.token_hex(16)
        entry.position, entry.line, entry.reason_commitment = position, line, seals.commitment(reason, salt)
        reasons.append(PointsReason(entry_id=entry.id, text=reason, salt=salt))
    made = await seals.seal_all(entries[0][0].root_id, (_columns(entry) for entry, _ in entries))
    for (entry, _), seal in zip(entries, made, strict=True):
        entry.seal = seal
    if len(entries) == 1:
        await entries[0][0].save(force_create=True)
    else:
        await PointsEntry.bulk_create([entry for entry, _ in entries], batch_size=500)
    await PointsReason.bulk_create(reasons, batch_size=500)


async def keep_key(
    account_id: UUID, key: str, request_hash: str, entry_id: UUID, at: datetime
) -> IdempotencyKey | None:
    """None: the key is new and now kept. Otherwise what was kept for it before."""
    fresh = await sql.execute(
        """INSERT INTO idempotency_keys (id, account_id, key, request_hash, entry_id, created_at)
           VALUES (:id, :account, :key, :hash, :entry, :at) ON CONFLICT (account_id, key) DO NOTHING""",
        id=uuid4(),
        account=account_id,
        key=key,
        hash=request_hash,
        entry=entry_id,
        at=at,
    )
    return None if fresh else await IdempotencyKey.get(account_id=account_id, key=key)


@dataclass(frozen=True, slots=True)
class NewKey:
    key: str
    request_hash: str
    entry_id: UUID


async def keep_keys(account_id: UUID, keys: Iterable[NewKey], at: datetime) -> dict[str, IdempotencyKey]:
    """`keep_key` for many, in the order of the keys, so that no two batches wait for each other. What was kept before
    for those that are not new."""
    wanted = {one.key: one for one in sorted(keys, key=lambda one: one.key)}
    columns = {"id": "uuid", "key": "text", "hash": "text", "entry": "uuid"}
    kind = (
        {"uuid": "UUID", "instant": "TIMESTAMPTZ"} if dialect() == "postgres" else {"uuid": "TEXT", "instant": "TEXT"}
    )
    fresh = await sql.rows(
        f"""INSERT INTO idempotency_keys (id, account_id, key, request_hash, entry_id, created_at)
            SELECT id, CAST(:account AS {kind["uuid"]}), key, hash, entry, CAST(:at AS {kind["instant"]})
            FROM {sql.table("given", columns)} WHERE true ON CONFLICT (account_id, key) DO NOTHING RETURNING key""",
        given=sql.packed(
            {"id": uuid4(), "key": one.key, "hash": one.request_hash, "entry": one.entry_id} for one in wanted.values()
        ),
        account=account_id,
        at=at,
    )
    known = wanted.keys() - {one["key"] for one in fresh}
    if not known:
        return {}
    found = await IdempotencyKey.filter(account_id=account_id, key__in=sorted(known))
    return {one.key: one for one in found}


async def forget_keys(account_id: UUID, keys: Iterable[str]) -> None:
    """Of acts that were refused after all, in the transaction that kept them."""
    await IdempotencyKey.filter(account_id=account_id, key__in=list(keys)).delete()


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, PointsEntry]:
    return {found.id: found for found in await PointsEntry.filter(id__in=list(set(ids)))}


async def by_claims(claim_ids: Iterable[UUID]) -> dict[UUID, PointsEntry]:
    found = await PointsEntry.filter(claim_id__in=list(set(claim_ids)))
    return {entry.claim_id: entry for entry in found if entry.claim_id}


async def by_studies(study_ids: Iterable[UUID], rule: str) -> dict[UUID, PointsEntry]:
    """What each study earned by a rule."""
    found = await PointsEntry.filter(study_id__in=list(set(study_ids)), rule=rule)
    return {entry.study_id: entry for entry in found if entry.study_id}


async def by_redemptions(redemption_ids: Iterable[UUID]) -> dict[UUID, PointsEntry]:
    found = await PointsEntry.filter(redemption_id__in=list(set(redemption_ids)))
    return {entry.redemption_id: entry for entry in found if entry.redemption_id}


async def reasons(ids: Iterable[UUID]) -> dict[UUID, str]:
    return {found.entry_id: found.text for found in await PointsReason.filter(entry_id__in=list(set(ids)))}


async def log(organization_id: UUID, after: tuple[int, int], first: int, end: int) -> list[PointsEntry]:
    """Entries credited to an organization and below, in commit order, after (position, line), up to its end."""
    found: list[PointsEntry] = []
    # What lies NEAR fills the pages of whoever has many entries: PostgreSQL sorts all that it is let see, for each
    # page. Along the root's index it would not sort, and read all of the root's for a branch that has few.
    for last in sorted({min(after[0] + NEAR, end), end}):
        found = await sql.models(
            PointsEntry,
            f"""SELECT e.* FROM points_entries e JOIN organization_paths p
                 ON p.descendant_id = e.organization_id AND p.ancestor_id = :organization
               WHERE (e.position, e.line) > (:position, :line) AND e.position <= :end
               ORDER BY e.position, e.line LIMIT {int(first)}""",
            organization=organization_id,
            end=last,
            position=after[0],
            line=after[1],
        )
        if len(found) == first:
            break
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """The entries that make a member's score on a board: credited at or below an organization, of a stretch of time, up
    to a position. frozen: without what freezes hide."""

    member_id: UUID
    organization_id: UUID
    starts: datetime
    ends: datetime
    last: int
    frozen: bool
    merged: Merged | None = None


@dataclass(frozen=True, slots=True)
class CutSum:
    """Entries that gave less than their acts were worth, for one reason. points: how many were cut."""

    cut: str
    entries: int
    points: int


@dataclass(frozen=True, slots=True)
class RuleSum:
    """What one rule gave: entries that give nothing count among the entries."""

    rule: str
    entries: int
    points: int
    reversals: int
    cuts: Sequence[CutSum]


async def by_rule(of: Counted) -> list[RuleSum]:
    """Most points first."""
    visible = f"NOT {HIDDEN}" if of.frozen else "1 = 1"
    joined, who = person("e", of.merged)
    found = await sql.rows(
        f"""SELECT e.rule, e.cut, COUNT(*) AS entries, SUM(e.amount) AS points, SUM(e.cut_points) AS cut_points,
              SUM(CASE WHEN e.kind = 'REVERSAL' THEN 1 ELSE 0 END) AS reversals
            FROM points_entries e
            JOIN organization_paths p ON p.descendant_id = e.organization_id AND p.ancestor_id = :organization {joined}
            WHERE {who} = :member AND e.ranks = :yes AND e.counts_at >= :starts AND e.counts_at < :ends
              AND e.position <= :last AND {visible}
            GROUP BY e.rule, e.cut ORDER BY e.cut""",
        organization=of.organization_id,
        member=of.member_id,
        yes=True,
        starts=of.starts,
        ends=of.ends,
        last=of.last,
        **(of.merged.values if of.merged else {}),
    )
    rules: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        rules.setdefault(one["rule"], []).append(one)
    return sorted((_rule_sum(*one) for one in rules.items()), key=lambda one: (-one.points, one.rule))


def _rule_sum(rule: str, rows: Sequence[dict[str, Any]]) -> RuleSum:
    entries, points, reversals = (sum(int(one[name]) for one in rows) for name in ("entries", "points", "reversals"))
    cuts = [CutSum(one["cut"], int(one["entries"]), int(one["cut_points"] or 0)) for one in rows if one["cut"]]
    return RuleSum(rule, entries, points, reversals, cuts)


async def count(member_ids: Sequence[UUID], starts: datetime, ends: datetime) -> int:
    """A person's entries that count in a stretch of time."""
    return await PointsEntry.filter(member_id__in=member_ids, counts_at__gte=starts, counts_at__lt=ends).count()


async def stretch(
    member_ids: Sequence[UUID], starts: datetime, ends: datetime, after: tuple[int, int], last: int, most: int
) -> tuple[list[PointsEntry], tuple[int, int]]:
    """The same in order, after (position, line), up to a position; and what comes after them."""
    found = await sql.models(
        PointsEntry,
        f"""SELECT * FROM points_entries WHERE member_id IN :members AND counts_at >= :starts AND counts_at < :ends
              AND (position > :position OR (position = :position AND line > :line)) AND position <= :last
            ORDER BY position, line LIMIT {int(most)}""",
        members=member_ids,
        starts=starts,
        ends=ends,
        position=after[0],
        line=after[1],
        last=last,
    )
    return found, (found[-1].position, found[-1].line) if found else after
