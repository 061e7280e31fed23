"""Live boards of an organization that differ by view alone: arenas, course boards, block boards and their like."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from models import Organization, OrganizationKind, topics
from models.clock import ALL, UPWARDS
from resolvers import boards
from resolvers.boards import BoardView
from resolvers.session import Session

VersionsOf = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, tuple[int, int]]]]  # the true one, the public one


@dataclass(frozen=True, slots=True)
class OrganizationBoardKey:
    """kind: of the board, as its `OrganizationBoard` names it."""

    kind: str
    organization_id: UUID
    view: BoardView

    @property
    def in_public(self) -> bool:
        return self.view is not BoardView.FULL


@dataclass(frozen=True, slots=True)
class OrganizationBoard:
    """One kind of board. topic: of changes at the organization and below. topic_above: of what is set at the
    organization or above it, where the board shows that too. versions_of: by organization, in one statement; a new kind
    needs none, its topic has rows in topic_versions."""

    kind: str
    topic: str
    versions_of: VersionsOf | None = None
    topic_above: str | None = None

    async def key(self, session: Session, organization_id: UUID) -> OrganizationBoardKey:
        """NotFound: there is no such organization, or not for this viewer."""
        lineage = await session.visible(organization_id)
        return OrganizationBoardKey(self.kind, organization_id, session.view(lineage))

    def topics(self, key: OrganizationBoardKey, lineage: Sequence[Organization]) -> frozenset[str]:
        own = boards.topics(key.view, key.organization_id, lineage[0].root_id, self.topic)
        if self.topic not in UPWARDS:
            own |= boards.topics(key.view, key.organization_id, lineage[0].root_id, ALL)
        if self.topic_above is None:
            return own
        prefix = "p" if key.in_public else ""
        return own | {f"{prefix}{self.topic_above}:{above.id}" for above in lineage}

    def holds(self, key: object) -> bool:
        return isinstance(key, OrganizationBoardKey) and key.kind == self.kind

    async def versions(self, keys: Sequence[OrganizationBoardKey]) -> dict[OrganizationBoardKey, int]:
        """Present versions, in one statement. A board that no longer exists is missing."""
        versions_of = self.versions_of or topics.versions_of(self.topic)
        found = await versions_of(list({one.organization_id for one in keys}))
        return {one: found[one.organization_id][one.in_public] for one in keys if one.organization_id in found}


def inside(key: OrganizationBoardKey, lineage: Sequence[Organization]) -> int:
    """1 where the board also shows what is set at groups below it: within their branch, and for reviewers above."""
    return int(not key.in_public or lineage[-1].kind in (OrganizationKind.BRANCH, OrganizationKind.GROUP))
