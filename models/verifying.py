"""What `leitai verify` reads: rows as the database gives them, so that ids and instants may be text. Inside a
snapshot."""

from typing import Any
from uuid import UUID

from models import sql

Row = dict[str, Any]


async def organizations() -> list[Row]:
    return await sql.rows(
        "SELECT id, kind, parent_id, root_id, time_zone, settling_hours, closed_at FROM organizations ORDER BY id"
    )


async def members() -> list[Row]:
    return await sql.rows(
        """SELECT id, root_id, organization_id, active, balance, debt, merged_into_id, duplicates
           FROM members ORDER BY id"""
    )


async def memberships() -> list[Row]:
    return await sql.rows(
        """SELECT member_id, organization_id, from_at, to_at FROM memberships
           ORDER BY member_id, from_at, CASE WHEN to_at IS NULL THEN 1 ELSE 0 END, to_at"""
    )


async def entries() -> list[Row]:
    return await sql.rows("SELECT * FROM points_entries ORDER BY root_id, position, line")


async def entries_by_rules() -> list[Row]:
    return await sql.rows(
        """SELECT e.id, e.root_id, e.position, e.member_id, e.organization_id, e.kind, e.rule, e.amount, e.occurred_at,
             e.counts_at, e.reverses_id, e.rule_version_id, e.quantity, e.result, e.cut, e.cut_points, e.base_year
           FROM points_entries e WHERE e.rule_version_id IS NOT NULL ORDER BY root_id, position, line"""
    )


async def entries_of_studies() -> list[Row]:
    return await sql.rows("SELECT study_id, rule, position FROM points_entries WHERE study_id IS NOT NULL")


async def clocks() -> list[Row]:
    return await sql.rows("SELECT * FROM clocks")


async def freezes() -> list[Row]:
    return await sql.rows("SELECT * FROM freezes")


async def closings() -> list[Row]:
    return await sql.rows("SELECT * FROM organization_closings ORDER BY organization_id, closed_at")


async def merges() -> list[Row]:
    return await sql.rows("SELECT * FROM member_merges ORDER BY position")


async def tasks() -> list[Row]:
    return await sql.rows(
        """SELECT id, organization_id, points, status, capacity, held, approved, public_held, public_approved
           FROM tasks ORDER BY id"""
    )


async def claims() -> list[Row]:
    return await sql.rows("SELECT id, task_id, member_id, status, public_status FROM claims ORDER BY id")


async def rewards() -> list[Row]:
    return await sql.rows("SELECT id, stock, supplied FROM rewards ORDER BY id")


async def redemptions() -> list[Row]:
    return await sql.rows("SELECT * FROM redemptions ORDER BY id")


async def board_versions() -> list[Row]:
    return await sql.rows("SELECT * FROM board_versions ORDER BY organization_id")


async def instants() -> list[Row]:
    return await sql.rows("SELECT * FROM instants ORDER BY at, id")


async def paths() -> list[Row]:
    return await sql.rows("SELECT ancestor_id, descendant_id, depth FROM organization_paths")


async def lost_keys() -> list[Row]:
    """Idempotency keys whose entry is not there."""
    return await sql.rows(
        """SELECT k.id, k.entry_id FROM idempotency_keys k
           WHERE NOT EXISTS (SELECT 1 FROM points_entries e WHERE e.id = k.entry_id)
             AND NOT EXISTS (SELECT 1 FROM study_reports r WHERE r.id = k.entry_id) ORDER BY k.id"""
    )


async def courses() -> list[Row]:
    return await sql.rows("SELECT * FROM courses ORDER BY id")


async def studies() -> list[Row]:
    return await sql.rows("SELECT * FROM studies ORDER BY id")


async def study_reports() -> list[Row]:
    """Of reports after which a study stood alike, the one that brought it so far comes first."""
    return await sql.rows("SELECT * FROM study_reports ORDER BY study_id, seconds, reported_seconds DESC")


async def signing_keys() -> list[Row]:
    """Each key that signed revisions, with how many."""
    return await sql.rows(
        "SELECT key_id AS key, COUNT(*) AS heads FROM block_revisions GROUP BY key_id ORDER BY key_id"
    )


async def sealed_phones(after: UUID, most: int) -> list[Row]:
    return await sql.rows(
        """SELECT id, phone_key, phone_sealed, phone_index FROM members
           WHERE phone_key IS NOT NULL AND id > :after ORDER BY id LIMIT :most""",
        after=after,
        most=most,
    )


# ---------------------------------------------------------------- the audit log


async def audit_heads() -> list[Row]:
    return await sql.rows("SELECT root_id, sequence, hash FROM audit_heads")


async def audit_roots() -> list[UUID]:
    """Those that have entries."""
    return sql.uids(one["root_id"] for one in await sql.rows("SELECT DISTINCT root_id FROM audit_entries"))


async def audit_entries(root_id: UUID, after: int, most: int) -> list[Row]:
    return await sql.rows(
        """SELECT * FROM audit_entries WHERE root_id = :root AND sequence > :after
           ORDER BY sequence LIMIT :most""",
        root=root_id,
        after=after,
        most=most,
    )


async def audit_addresses() -> list[Row]:
    """Those that are kept still, each with what its entry says of it."""
    return await sql.rows(
        """SELECT a.entry_id, a.address, a.salt, a.account_id, a.happened_at, e.address_commitment,
             e.account_id AS entry_account, e.happened_at AS entry_at
           FROM audit_addresses a LEFT JOIN audit_entries e ON e.id = a.entry_id ORDER BY a.entry_id"""
    )
