"""The ledger, its reasons, the rules, and keys of repeated requests."""

from models.personal import Personal, Row
from models.personal.accounts import ACCOUNT
from models.personal.directory import STAYS

ENTRIES = "SELECT id FROM points_entries WHERE member_id = :member"
REPORTS = "SELECT r.id FROM study_reports r JOIN studies s ON s.id = r.study_id WHERE s.member_id = :member"

PERSONAL = (
    Personal(
        table="points_entries",
        nobodys="cut kind reason_commitment result rule seal",
        export={
            "points_entries": """SELECT e.id, e.position, o.code AS organization, e.kind, e.amount, e.ranks, e.rule,
                  e.quantity, e.result, e.cut, e.cut_points, e.correction, e.reverses_id, e.occurred_at, e.counts_at,
                  e.recorded_at, r.text AS reason
                FROM points_entries e JOIN organizations o ON o.id = e.organization_id
                LEFT JOIN points_reasons r ON r.entry_id = e.id
                WHERE e.member_id = :member ORDER BY e.position, e.line""",
        },
        rows=(Row("points", "`points_entries`", "the person; see docs/visibility.md", STAYS),),
    ),
    Personal(
        table="points_reasons",
        nobodys="salt",
        erased="text",
        erase=(f"DELETE FROM points_reasons WHERE entry_id IN ({ENTRIES})",),
        rows=(Row("reasons of one's entries", "`points_reasons`", "as the entry; freed of its ledger row", "deleted"),),
    ),
    Personal(
        table="idempotency_keys",
        erased="key request_hash",
        erase=(
            f"DELETE FROM idempotency_keys WHERE account_id IN ({ACCOUNT})",
            f"DELETE FROM idempotency_keys WHERE entry_id IN ({ENTRIES}) OR entry_id IN ({REPORTS})",
        ),
        export={
            "idempotency_keys": """SELECT k.key, k.created_at FROM idempotency_keys k
                JOIN accounts a ON a.id = k.account_id WHERE a.member_id = :member ORDER BY k.created_at, k.id""",
        },
        rows=(
            Row("idempotency keys of one's account, and of one's entries", "`idempotency_keys`", "nobody", "deleted"),
        ),
    ),
    Personal(table="point_rules", nobodys="code"),
    Personal(table="point_rule_versions", nobodys="cap_group spec"),
)
