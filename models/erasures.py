"""Taking a person's names, texts and addresses out of every table. What counts stays, under an id alone.

What each column is, and what becomes of it, is listed in docs/privacy.md; a test holds the list equal to the tables.
Lock order: member first, the root's clock last, as everywhere.
"""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from models import phones, sql
from models.blocks import INSPECTED
from models.database import connection, dialect
from models.members import Member
from models.sessions import Account

GONE = "erased {id}"  # a login has no spaces, so nobody can ever ask for this one
NAMELESS = {"name": "", "alias": None, "alias_set_aside": None, "name_key": None, "shown_key": None}
# Whose rows change: what VACUUM has to go through on PostgreSQL.
TABLES = (
    *("members", "accounts", "claims", "points_reasons", "idempotency_keys"),
    *("openid_identities", "block_openings", "block_inspections", "audit_addresses", "member_merges"),
)

ENTRIES = "SELECT id FROM points_entries WHERE member_id = :member"
REPORTS = "SELECT r.id FROM study_reports r JOIN studies s ON s.id = r.study_id WHERE s.member_id = :member"
ACCOUNT = "SELECT id FROM accounts WHERE member_id = :member"
# A block's words name whom it belongs to, and what it lists beside them; others' words stay as they are.
ANSWERED_FOR = "SELECT id FROM block_revisions WHERE responsible_id = :member"
PAIRED_IN = "SELECT revision_id FROM block_pairs WHERE member_id = :member"

ERASE = (
    "UPDATE claims SET evidence = NULL, review_note = NULL WHERE member_id = :member",
    f"DELETE FROM points_reasons WHERE entry_id IN ({ENTRIES})",
    f"DELETE FROM idempotency_keys WHERE account_id IN ({ACCOUNT})",
    f"DELETE FROM idempotency_keys WHERE entry_id IN ({ENTRIES}) OR entry_id IN ({REPORTS})",
    f"DELETE FROM openid_identities WHERE account_id IN ({ACCOUNT})",
    f"DELETE FROM block_openings WHERE revision_id IN ({ANSWERED_FOR})",
    f"DELETE FROM block_openings WHERE path = 'pairedWith' AND revision_id IN ({PAIRED_IN})",
    "UPDATE member_merges SET reason = '' WHERE reason <> '' AND :member IN (duplicate_id, survivor_id)",
    f"UPDATE block_inspections SET note = '' WHERE note <> '' AND id IN ({INSPECTED})",
)


async def erase(member_id: UUID, at: datetime) -> None:
    """Everything but the row itself, whose member belongs nowhere by now. Inside a transaction, its row locked."""
    for statement in ERASE:
        await sql.execute(statement, member=member_id)
    account = await Account.get_or_none(member_id=member_id)
    if account:
        await Account.filter(id=account.id).update(login=GONE.format(id=account.id), password_hash=None)
    await Member.filter(id=member_id).update(**NAMELESS, joined_on=None, erased_at=at, **asdict(phones.Sealed()))


async def leave_no_trace(seconds: float) -> bool:
    """What was erased is gone from the files too: on SQLite the log beside the file is emptied into it, on PostgreSQL
    dead rows are taken out. Outside a transaction. False: somebody read for so long that it could not be done."""
    if dialect() == "postgres":
        await connection().execute_script(f"VACUUM {', '.join(TABLES)}")
        return True
    await connection().execute_script(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    found = await connection().execute_query_dict("PRAGMA wal_checkpoint(TRUNCATE)")
    return not found or not found[0]["busy"]
