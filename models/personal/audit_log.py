"""The audit log, and network addresses beside it."""

from models.personal import Personal, Row
from models.personal.accounts import ACCOUNT

PERSONAL = (
    Personal(
        table="audit_entries",
        nobodys="action actor address_commitment hash outcome previous_hash subject_type",
        ids="details member_ids subject_ids",
        export={
            "acts": """SELECT e.action, e.outcome, e.happened_at, d.address FROM audit_entries e
                LEFT JOIN audit_addresses d ON d.entry_id = e.id
                WHERE e.account_id IN (SELECT id FROM accounts WHERE member_id = :member)
                ORDER BY e.happened_at, e.id""",
            "looks_at_phone": """SELECT e.happened_at FROM audit_entries e
                WHERE e.action = 'Member.phone' AND e.member_ids LIKE :like ORDER BY e.happened_at, e.id""",
        },
    ),
    Personal(table="audit_heads", nobodys="hash"),
    Personal(
        table="audit_addresses",
        nobodys="salt",
        erased="address",
        erase=(f"DELETE FROM audit_addresses WHERE account_id IN ({ACCOUNT})",),
        rows=(
            Row(
                "network addresses of one's acts in the audit log",
                "`audit_addresses`",
                "ADMIN and SECRETARY above",
                "deleted; the entry keeps a commitment ([audit.md](audit.md))",
            ),
        ),
    ),
)
