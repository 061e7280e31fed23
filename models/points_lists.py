"""Lists of the ledger's entries: of a member, of a root, and those that a board counts."""

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
