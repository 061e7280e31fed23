"""The task arena of an organization: tasks set there, above and below, as one live board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import models
from models import Claim, Member, Organization, OrganizationKind, Task, sql
from resolvers import boards
from resolvers.boards import BoardView
from resolvers.session import Session

MOST_APPROVALS = 50
FEW_APPROVALS = 1_000  # as many as are read and sorted in some 3 ms
MOST_LISTED = 1_000  # open and scheduled tasks; beyond that an arena is not read by people


@dataclass(frozen=True, slots=True)
class ArenaKey:
    organization_id: UUID
    view: BoardView


@dataclass(frozen=True, slots=True)
class Arena:
    """An arena at one version. tasks: OPEN and SCHEDULED, newest first. approvals: newest first, with task and
    member."""

    key: ArenaKey
    lineage: tuple[Organization, ...]
    version: int
    open_count: int
    claimed_count: int
    approved_count: int
    tasks: Sequence[Task]
    approvals: Sequence[tuple[Claim, Task, Member]]
    organizations: Mapping[UUID, Organization]


# Which tasks an arena shows. A GROUP's are for its branch, and for reviewers above it.
IN_ARENA = """
  SELECT t.id FROM tasks t JOIN organizations o ON o.id = t.organization_id
  WHERE t.root_id = :root AND t.status <> 'DRAFT'
    AND (EXISTS (SELECT 1 FROM organization_paths p WHERE p.ancestor_id = o.id AND p.descendant_id = :arena)
      OR ((o.kind <> 'GROUP' OR :inside = 1) AND EXISTS (
            SELECT 1 FROM organization_paths p WHERE p.ancestor_id = :arena AND p.descendant_id = o.id)))"""


async def key(session: Session, organization_id: UUID) -> ArenaKey:
    """NotFound: there is no such organization, or not for this viewer."""
    lineage = await session.visible(organization_id)
    return ArenaKey(organization_id, session.view(lineage))


def topics(arena: ArenaKey, lineage: Sequence[Organization]) -> frozenset[str]:
    public = "" if arena.view is BoardView.FULL else "p"
    own = boards.topics(arena.view, arena.organization_id, lineage[0].root_id)
    return own | {f"{public}t:{above.id}" for above in lineage}


def inside(key: ArenaKey, lineage: Sequence[Organization]) -> int:
    return int(key.view is BoardView.FULL or lineage[-1].kind in (OrganizationKind.BRANCH, OrganizationKind.GROUP))


async def load(key: ArenaKey) -> Arena | None:
    """All of it, of one moment. None: there is no such organization."""
    async with models.database.snapshot():
        lineages = await models.organizations.lineages([key.organization_id])
        facts: tuple[int, datetime] | None = await models.leaderboards.arena_facts(
            key.organization_id, key.view is not BoardView.FULL
        )
        if facts is None:
            return None
        lineage = tuple(lineages[key.organization_id])
        scope = {"root": lineage[0].id, "arena": key.organization_id, "inside": inside(key, lineage)}
        public = key.view is not BoardView.FULL
        held, approved = (f"COALESCE(public_{one}, {one})" if public else one for one in ("held", "approved"))
        counts = await sql.row(
            f"""SELECT COALESCE(SUM(CASE WHEN status = 'OPEN' THEN 1 ELSE 0 END), 0) AS opened,
                  COALESCE(SUM({held}), 0) AS held, COALESCE(SUM({approved}), 0) AS approved
                FROM tasks WHERE id IN ({IN_ARENA})""",
            **scope,
        )
        assert counts is not None
        listed = await sql.models(
            Task,
            f"""SELECT * FROM tasks WHERE status IN ('OPEN', 'SCHEDULED') AND id IN ({IN_ARENA})
                ORDER BY created_at DESC, id DESC LIMIT {MOST_LISTED}""",
            **scope,
        )
        # Of many approvals the newest are soon met, going back through all there are; of few, each is read sooner.
        many = int(counts["approved"]) > FEW_APPROVALS
        approved_here = f"EXISTS ({IN_ARENA} AND t.id = c.task_id)" if many else f"c.task_id IN ({IN_ARENA})"
        hidden = "AND NOT m.hidden_on_boards AND c.public_status IS NULL" if public else ""
        claims = await sql.models(
            Claim,
            f"""SELECT c.* FROM claims c JOIN members m ON m.id = c.member_id {hidden}
                WHERE c.status = 'APPROVED' AND {approved_here}
                ORDER BY c.decided_at DESC, c.id DESC LIMIT {MOST_APPROVALS}""",
            **scope,
        )
        if not public:
            for one in claims:  # who reviews sees the truth of a claim, whoever the frame is made for
                one.public_status = None  # pyright: ignore[reportAttributeAccessIssue]  # null in the table
        tasks = await models.tasks.by_ids({one.task_id for one in claims})
        members = await models.members.by_ids({one.member_id for one in claims})
        named = {one.organization_id for one in (*listed, *tasks.values(), *members.values())}
        organizations = await models.organizations.by_ids(named)
    return Arena(
        key=key,
        lineage=lineage,
        version=facts[0],
        open_count=int(counts["opened"]),
        claimed_count=int(counts["held"]),
        approved_count=int(counts["approved"]),
        tasks=listed,
        approvals=[(one, tasks[one.task_id], members[one.member_id]) for one in claims],
        organizations=organizations,
    )


async def versions(arenas: Sequence[ArenaKey]) -> dict[ArenaKey, int]:
    """Present versions, in one statement. An arena that is no more is missing."""
    found = await models.leaderboards.arena_versions(list({one.organization_id for one in arenas}))
    return {
        one: found[one.organization_id][one.view is not BoardView.FULL]
        for one in arenas
        if one.organization_id in found
    }
