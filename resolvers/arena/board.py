"""The task arena of an organization: tasks set there, above and below, as one live board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import models
from models import Claim, Member, Organization, Task, arenas
from resolvers.organization_boards import OrganizationBoard, OrganizationBoardKey, inside

MOST_APPROVALS = 50
ARENAS = OrganizationBoard("arena", "o", models.leaderboards.arena_versions, topic_above="t")
FEW_APPROVALS = 1_000  # as many as are read and sorted in some 3 ms
MOST_LISTED = 1_000  # open and scheduled tasks; beyond that an arena is not read by people


@dataclass(frozen=True, slots=True)
class Arena:
    """An arena at one version. tasks: OPEN and SCHEDULED, newest first. approvals: newest first, with task and
    member."""

    key: OrganizationBoardKey
    lineage: tuple[Organization, ...]
    version: int
    open_count: int
    claimed_count: int
    approved_count: int
    tasks: Sequence[Task]
    approvals: Sequence[tuple[Claim, Task, Member]]
    organizations: Mapping[UUID, Organization]


async def load(key: OrganizationBoardKey) -> Arena | None:
    """All of it, of one moment. None: there is no such organization."""
    async with models.database.snapshot():
        lineages = await models.organizations.lineages([key.organization_id])
        facts: tuple[int, datetime] | None = await models.leaderboards.arena_facts(key.organization_id, key.in_public)
        if facts is None:
            return None
        lineage = tuple(lineages[key.organization_id])
        public = key.in_public
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
