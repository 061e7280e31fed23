"""What an arena shows, of an organization `arena` in a root: its tasks, their counts, and the newest approvals."""

from dataclasses import asdict, dataclass
from uuid import UUID

from models import sql
from models.tasks import Claim, Task


@dataclass(frozen=True, slots=True)
class Scope:
    """Which arena. inside: whether it shows what is set in a GROUP below."""

    root: UUID
    arena: UUID
    inside: int


@dataclass(frozen=True, slots=True)
class Counts:
    opened: int
    held: int
    approved: int


# Which tasks an arena shows. A GROUP's are for its branch, and for reviewers above it.
SHOWN = """
  SELECT t.id FROM tasks t JOIN organizations o ON o.id = t.organization_id
  WHERE t.root_id = :root AND t.status <> 'DRAFT'
    AND (EXISTS (SELECT 1 FROM organization_paths p WHERE p.ancestor_id = o.id AND p.descendant_id = :arena)
      OR ((o.kind <> 'GROUP' OR :inside = 1) AND EXISTS (
            SELECT 1 FROM organization_paths p WHERE p.ancestor_id = :arena AND p.descendant_id = o.id)))"""


async def counts(scope: Scope, *, public: bool) -> Counts:
    """public: as the public sees them."""
    held = "COALESCE(public_held, held)" if public else "held"
    approved = "COALESCE(public_approved, approved)" if public else "approved"
    found = await sql.row(
        f"""SELECT COALESCE(SUM(CASE WHEN status = 'OPEN' THEN 1 ELSE 0 END), 0) AS opened,
              COALESCE(SUM({held}), 0) AS held, COALESCE(SUM({approved}), 0) AS approved
            FROM tasks WHERE id IN ({SHOWN})""",
        **asdict(scope),
    )
    assert found is not None
    return Counts(int(found["opened"]), int(found["held"]), int(found["approved"]))


async def listed(scope: Scope, most: int) -> list[Task]:
    """OPEN and SCHEDULED, newest first."""
    return await sql.models(
        Task,
        f"""SELECT * FROM tasks WHERE status IN ('OPEN', 'SCHEDULED') AND id IN ({SHOWN})
            ORDER BY created_at DESC, id DESC LIMIT :most""",
        most=most,
        **asdict(scope),
    )


async def approvals(scope: Scope, most: int, *, public: bool, many: bool) -> list[Claim]:
    """Newest first. public: those that the public may see. Of many the newest are soon met, going back through all
    there are; of few, each is read sooner."""
    approved_here = f"EXISTS ({SHOWN} AND t.id = c.task_id)" if many else f"c.task_id IN ({SHOWN})"
    hidden = "AND NOT m.hidden_on_boards AND c.public_status IS NULL" if public else ""
    return await sql.models(
        Claim,
        f"""SELECT c.* FROM claims c JOIN members m ON m.id = c.member_id {hidden}
            WHERE c.status = 'APPROVED' AND {approved_here}
            ORDER BY c.decided_at DESC, c.id DESC LIMIT :most""",
        most=most,
        **asdict(scope),
    )
