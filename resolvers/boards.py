"""What tells one board from another, and what it listens to."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from models import OrganizationKind
from rules.periods import PeriodKind
from rules.ranking import OrganizationScoring


class Subject(StrEnum):
    MEMBER = "MEMBER"
    ORGANIZATION = "ORGANIZATION"


class BoardView(StrEnum):
    PUBLIC = "PUBLIC"
    FULL = "FULL"
    SCREEN = "SCREEN"


@dataclass(frozen=True, slots=True)
class BoardKey:
    """One board in one view. on: the period's first day; None: the period that today lies in, or ALL_TIME. kind,
    children_only and scoring: of organizations only. at: as of that instant; None: as it stands."""

    organization_id: UUID
    subject: Subject
    period: PeriodKind
    on: date | None
    kind: OrganizationKind | None
    children_only: bool
    scoring: OrganizationScoring | None
    view: BoardView
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A public board for those who follow their own place on it: it moves with what a freeze hides from the others."""

    board: BoardKey

    @property
    def organization_id(self) -> UUID:
        return self.board.organization_id


def topics(view: BoardView, organization_id: UUID, root_id: UUID, kind: str = "o") -> frozenset[str]:
    """What to listen to: the public does not even hear that something hidden happened. kind of board: `o` leaderboards
    and arenas, `b` blocks, `cb` courses."""
    public = "" if view is BoardView.FULL else "p"
    return frozenset({f"{public}{kind}:{organization_id}", f"{public}r:{root_id}"})
