"""Blocks: revisions, their words, whom they name, and inspections."""

from models.blocks import INSPECTED
from models.personal import Personal, Row

# A block's words name the responsible member, and the members paired with it; others' words stay as they are.
ANSWERED_FOR = "SELECT id FROM block_revisions WHERE responsible_id = :member"
PAIRED_IN = "SELECT revision_id FROM block_pairs WHERE member_id = :member"

PERSONAL = (
    Personal(table="blocks"),
    Personal(
        table="block_revisions",
        nobodys="canonical hash key_id previous_hash public_key signature statement",
        export={
            "blocks_answered_for": """SELECT r.block_id, r.sequence, o.code AS organization, r.recorded_at, r.retired,
                  n.value AS name, e.value AS extent, w.value AS reason
                FROM block_revisions r JOIN blocks b ON b.id = r.block_id
                JOIN organizations o ON o.id = b.organization_id
                LEFT JOIN block_openings n ON n.revision_id = r.id AND n.path = 'name'
                LEFT JOIN block_openings e ON e.revision_id = r.id AND e.path = 'extent'
                LEFT JOIN block_openings w ON w.revision_id = r.id AND w.path = 'reason'
                WHERE r.responsible_id = :member ORDER BY r.recorded_at, r.id""",
            "blocks_changed": """SELECT r.block_id, r.sequence, r.recorded_at FROM block_revisions r
                WHERE r.recorded_by_id = :member ORDER BY r.recorded_at, r.id""",
        },
    ),
    Personal(
        table="block_openings",
        nobodys="path salt",
        erased="value",
        erase=(
            f"DELETE FROM block_openings WHERE revision_id IN ({ANSWERED_FOR})",
            f"DELETE FROM block_openings WHERE path = 'pairedWith' AND revision_id IN ({PAIRED_IN})",
        ),
        rows=(
            Row(
                "names, places and reasons of blocks one answers for; names of those paired in a revision",
                "`block_openings`",
                "everyone who sees the block",
                "of every revision that the person answered for, deleted; of revisions that pair the person, "
                "the list of names",
            ),
        ),
    ),
    Personal(
        table="block_pairs",
        export={
            "blocks_paired_in": """SELECT r.block_id, r.sequence, r.recorded_at FROM block_pairs p
                JOIN block_revisions r ON r.id = p.revision_id
                WHERE p.member_id = :member ORDER BY r.recorded_at, r.id""",
        },
    ),
    Personal(
        table="block_inspections",
        erased="note",
        erase=(f"UPDATE block_inspections SET note = '' WHERE note <> '' AND id IN ({INSPECTED})",),
        export={
            "inspections_of_blocks_answered_for": f"""SELECT i.block_id, i.inspected_at, i.sort, i.set_in_order,
                  i.shine, i.standardize, i.sustain, i.note
                FROM block_inspections i WHERE i.id IN ({INSPECTED}) ORDER BY i.inspected_at, i.id""",
            "inspections_made": """SELECT i.block_id, i.inspected_at, i.note FROM block_inspections i
                WHERE i.inspected_by_id = :member ORDER BY i.inspected_at, i.id""",
        },
        rows=(
            Row(
                "notes of inspections of these blocks",
                "`block_inspections.note`",
                "as the block",
                "of the time in which the person answered for it, emptied",
            ),
        ),
    ),
)
