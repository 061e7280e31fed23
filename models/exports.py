"""What is kept about one person, table by table: the statements behind `leitai member export`.

Each gives its own columns only, so that a new column is in the export when somebody decides that it is, and so that
nothing of other people is: who decided, recorded or granted is left out.
"""

from typing import Any
from uuid import UUID

from models import sql
from models.blocks import INSPECTED

STATEMENTS = {
    "memberships": """SELECT o.code AS organization, m.from_at, m.to_at FROM memberships m
        JOIN organizations o ON o.id = m.organization_id WHERE m.member_id = :member ORDER BY m.from_at, m.id""",
    "merges": """SELECT g.duplicate_id, g.survivor_id, g.merged_at, g.ended_at, g.reason FROM member_merges g
        WHERE :member IN (g.duplicate_id, g.survivor_id) ORDER BY g.position""",
    "roles": """SELECT g.role, o.code AS organization, g.starts_at, g.ends_at FROM role_grants g
        LEFT JOIN organizations o ON o.id = g.organization_id
        WHERE g.member_id = :member OR g.account_id IN (SELECT id FROM accounts WHERE member_id = :member)
        ORDER BY g.starts_at, g.id""",
    "sessions": """SELECT t.created_at, t.expires_at, t.revoked_at, t.last_used_at FROM auth_tokens t
        JOIN accounts a ON a.id = t.account_id WHERE a.member_id = :member ORDER BY t.created_at, t.id""",
    "claims": """SELECT c.id, t.title AS task, o.code AS organization, c.status, c.evidence, c.review_note,
          c.claimed_at, c.submitted_at, c.decided_at
        FROM claims c JOIN tasks t ON t.id = c.task_id JOIN organizations o ON o.id = t.organization_id
        WHERE c.member_id = :member ORDER BY c.claimed_at, c.id""",
    "points_entries": """SELECT e.id, e.position, o.code AS organization, e.kind, e.amount, e.ranks, e.rule, e.quantity,
          e.result, e.cut, e.cut_points, e.correction, e.reverses_id, e.occurred_at, e.counts_at, e.recorded_at,
          r.text AS reason
        FROM points_entries e JOIN organizations o ON o.id = e.organization_id
        LEFT JOIN points_reasons r ON r.entry_id = e.id WHERE e.member_id = :member ORDER BY e.position, e.line""",
    "acts": """SELECT e.action, e.outcome, e.happened_at, d.address FROM audit_entries e
        LEFT JOIN audit_addresses d ON d.entry_id = e.id
        WHERE e.account_id IN (SELECT id FROM accounts WHERE member_id = :member) ORDER BY e.happened_at, e.id""",
    "looks_at_phone": """SELECT e.happened_at FROM audit_entries e
        WHERE e.action = 'Member.phone' AND e.member_ids LIKE :like ORDER BY e.happened_at, e.id""",
    "idempotency_keys": """SELECT k.key, k.created_at FROM idempotency_keys k JOIN accounts a ON a.id = k.account_id
        WHERE a.member_id = :member ORDER BY k.created_at, k.id""",
    "studies": """SELECT s.id, c.title AS course, s.seconds, s.completed_at FROM studies s
        JOIN courses c ON c.id = s.course_id WHERE s.member_id = :member ORDER BY s.heard_by, s.id""",
    "study_reports": """SELECT r.study_id, r.reported_seconds, r.seconds, r.completed_at, r.occurred_at, r.recorded_at
        FROM study_reports r JOIN studies s ON s.id = r.study_id
        WHERE s.member_id = :member ORDER BY r.recorded_at, r.id""",
    "courses": """SELECT c.id, c.title, c.summary, c.media_url, c.status, c.published_at, c.completed FROM courses c
        WHERE c.lecturer_id = :member ORDER BY c.created_at, c.id""",
    "redemptions": """SELECT x.id, w.name AS reward, x.price, x.status, x.rank, x.redeemed_at, x.decided_at
        FROM redemptions x JOIN rewards w ON w.id = x.reward_id
        WHERE x.member_id = :member ORDER BY x.redeemed_at, x.id""",
    "blocks_answered_for": """SELECT r.block_id, r.sequence, o.code AS organization, r.recorded_at, r.retired,
          n.value AS name, e.value AS extent, w.value AS reason
        FROM block_revisions r JOIN blocks b ON b.id = r.block_id JOIN organizations o ON o.id = b.organization_id
        LEFT JOIN block_openings n ON n.revision_id = r.id AND n.path = 'name'
        LEFT JOIN block_openings e ON e.revision_id = r.id AND e.path = 'extent'
        LEFT JOIN block_openings w ON w.revision_id = r.id AND w.path = 'reason'
        WHERE r.responsible_id = :member ORDER BY r.recorded_at, r.id""",
    "inspections_of_blocks_answered_for": f"""SELECT i.block_id, i.inspected_at, i.sort, i.set_in_order, i.shine,
          i.standardize, i.sustain, i.note
        FROM block_inspections i WHERE i.id IN ({INSPECTED}) ORDER BY i.inspected_at, i.id""",
    "blocks_paired_in": """SELECT r.block_id, r.sequence, r.recorded_at FROM block_pairs p
        JOIN block_revisions r ON r.id = p.revision_id WHERE p.member_id = :member ORDER BY r.recorded_at, r.id""",
    "blocks_changed": """SELECT r.block_id, r.sequence, r.recorded_at FROM block_revisions r
        WHERE r.recorded_by_id = :member ORDER BY r.recorded_at, r.id""",
    "inspections_made": """SELECT i.block_id, i.inspected_at, i.note FROM block_inspections i
        WHERE i.inspected_by_id = :member ORDER BY i.inspected_at, i.id""",
}


async def read(member_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """By the name of each part. Inside a snapshot."""
    return {
        name: await sql.rows(statement, member=member_id, like=f"%{member_id}%")
        for name, statement in STATEMENTS.items()
    }
