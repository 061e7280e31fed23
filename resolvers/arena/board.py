"""The task arena of an organization: tasks set there, above and below, as one live board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import models
from models import Claim, Member, Organization, OrganizationKind, Task, arenas
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
        public = key.view is not BoardView.FULL
        scope = arenas.Scope(lineage[0].id, key.organization_id, inside(key, lineage))
        counts = await arenas.counts(scope, public=public)
        listed = await arenas.listed(scope, MOST_LISTED)
        many = counts.approved > FEW_APPROVALS
        claims = await arenas.approvals(scope, MOST_APPROVALS, public=public, many=many)
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
        open_count=counts.opened,
        claimed_count=counts.held,
        approved_count=counts.approved,
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
