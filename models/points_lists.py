"""Lists of the ledger's entries: of a member, of a root, and those that a board counts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from models import sql
from models.freezes import hidden
from models.merges import SELVES
from models.pages import Listing, narrowed
from models.points import PointsEntry

ENTRIES_OF_MEMBER = Listing(
    PointsEntry, f"points_entries t {SELVES}", "self.person_id", (("position", True), ("line", True))
)
IN_ORDER = Listing(PointsEntry, "points_entries t", "t.root_id", (("position", False), ("line", False)))
COUNTED = Listing(
    PointsEntry,
    """points_entries t JOIN organization_paths p
       ON p.descendant_id = t.organization_id AND p.ancestor_id = :organization""",
    "t.member_id",
    (("position", True), ("line", True)),
    "t.ranks = :yes AND t.counts_at >= :starts AND t.counts_at < :ends AND t.position <= :last",
)
SHOWN = narrowed(COUNTED, f"NOT {hidden('t')}")
OF_RULE = {False: narrowed(COUNTED, "t.rule = :rule"), True: narrowed(SHOWN, "t.rule = :rule")}


async def acts(
    organization_id: UUID, codes: list[str], starts: datetime | None, ends: datetime, most: int
) -> list[dict[str, Any]]:
    """Entries that rules of these codes gave at or below an organization and that were not taken back, in the order of
    the ledger, with `rule_id` and `person_id`."""
    return await sql.rows(
        """SELECT e.*, v.rule_id, COALESCE(m.merged_into_id, e.member_id) AS person_id FROM points_entries e
           JOIN organization_paths p ON p.descendant_id = e.organization_id AND p.ancestor_id = :organization
           JOIN point_rule_versions v ON v.id = e.rule_version_id LEFT JOIN members m ON m.id = e.member_id
           WHERE e.rule IN :codes AND e.counts_at >= :starts AND e.counts_at < :ends AND e.kind <> 'REVERSAL'
             AND NOT EXISTS (SELECT 1 FROM points_entries r WHERE r.reverses_id = e.id)
           ORDER BY e.position, e.line LIMIT :most""",
        organization=organization_id,
        codes=codes,
        starts=starts,
        ends=ends,
        most=most,
    )
