"""Leaderboards as clients see them."""

import datetime as dt
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

from models import OrganizationKind
from models.rankings import Ranked as RankedRow
from resolvers import shared_loads
from resolvers.boards import BoardKey, BoardView, Subject
from resolvers.leaderboards import board as leaderboards_board
from resolvers.leaderboards.board import Board
from resolvers.session import Session
from rules.periods import BoardState, PeriodKind
from rules.ranking import OrganizationScoring
from rules.refusals import NotFound
from schema import ids
from schema.context import Context, Info
from schema.directory.members import Member
from schema.directory.organizations import Organization
from schema.node import Node, fetched_by
from schema.scalars import Long


@strawberry.input(description="The board to read.")
class LeaderboardInput:
    organization_id: strawberry.ID = strawberry.field(
        description="Members of this organization and of all below it, or organizations strictly below it."
    )
    subject: Subject = strawberry.field(default=Subject.MEMBER, description="The kind of subjects ranked.")
    period: PeriodKind = strawberry.field(default=PeriodKind.MONTH, description="How long the board looks back.")
    on: dt.date | None = strawberry.field(
        default=None,
        description="Any day inside the wanted period, in the root's time zone. Left out: today, and a subscription "
        "follows today into the next period.",
    )
    organization_kind: OrganizationKind | None = strawberry.field(
        default=OrganizationKind.BRANCH,
        description="The kind of organizations that are ranked; only for subject ORGANIZATION.",
    )
    children_only: bool = strawberry.field(
        default=False, description="Only direct children; only for subject ORGANIZATION."
    )
    scoring: OrganizationScoring = strawberry.field(
        default=OrganizationScoring.MEAN, description="Only for subject ORGANIZATION."
    )

    async def key(self, session: Session, at: datetime | None = None) -> BoardKey:
        return await leaderboards_board.key(
            session,
            ids.read(self.organization_id, "Organization"),
            self.subject,
            self.period,
            self.on,
            self.organization_kind or OrganizationKind.BRANCH,
            self.children_only,
            self.scoring,
            at,
        )

    async def key_in(self, context: Context, at: datetime | None) -> BoardKey:
        """The same, loading what it takes with that of other fields."""
        await context.place(ids.read(self.organization_id, "Organization"))
        return await self.key(context.session, at)


# ---------------------------------------------------------------- types


@strawberry.type(description="A stretch of time, half-open: it begins at startsAt and ends before endsAt.")
class Period:
    kind: PeriodKind = strawberry.field(description="Its length.")
    starts_at: datetime | None = strawberry.field(description="The root's midnight; null for ALL_TIME.")
    ends_at: datetime | None = strawberry.field(description="The root's midnight; null for ALL_TIME.")


Ranked: TypeAlias = Annotated[
    Member | Organization, strawberry.union("Ranked", description="The subject of a row on a leaderboard.")
]


@strawberry.type(description="One place on a board.")
class LeaderboardRow:
    id: strawberry.ID = strawberry.field(description="Of this subject on this board.")
    rank: int = strawberry.field(
        description="Standard competition ranking: equal scores share a rank, and the next rank skips (1, 2, 2, 4)."
    )
    previous_rank: int | None = strawberry.field(
        description="Rank at the start of the current day; null on DAY boards, and if not ranked then."
    )
    score: float = strawberry.field(description="Points, or their mean in whole thousandths.")
    points: Long = strawberry.field(description="The sum of points that rank.")
    member_count: int | None = strawberry.field(
        description="By how many a MEAN is divided; under TOTAL the members; null for members."
    )
    reached_at: datetime | None = strawberry.field(
        description=(
            "When this score was reached (recorded). Among equals the earlier comes first, then the smaller id."
        )
    )
    subject: Ranked | None = strawberry.field(description="Null if the member hides its name; the row keeps its rank.")
    hidden_from_public: bool | None = strawberry.field(
        description="Null outside the FULL view. Whether the member hides its name: the public sees this row "
        "without a subject. Show the name only on request."
    )


def row_of(board: Board, ranked: RankedRow, *, own: bool = False) -> LeaderboardRow:
    """own: for one who may know whose row it is, also where the view does not say."""
    subject: Any = None
    hidden = (one := board.members.get(ranked.subject_id)) is not None and one.hidden_on_boards
    if board.key.subject is Subject.ORGANIZATION:
        subject = Organization.of(board.organizations[ranked.subject_id])
    elif own or board.shown(ranked.subject_id):
        member = board.members[ranked.subject_id]
        subject = Member.of(member, board.organizations[member.organization_id])
    return LeaderboardRow(
        id=strawberry.ID(ids.encode("LeaderboardRow", board.row_key(ranked.subject_id))),
        rank=ranked.rank,
        previous_rank=board.previous.get(ranked.subject_id),
        score=ranked.score / 1000,
        points=Long(ranked.points),
        member_count=ranked.members,
        reached_at=leaderboards_board.epoch(ranked.reached),
        subject=subject,
        hidden_from_public=hidden if board.key.view is BoardView.FULL else None,
    )


@strawberry.type(
    description="The rank and score of one member or organization. On a frozen board a member sees its own "
    "points and no rank."
)
class Standing:
    id: strawberry.ID = strawberry.field(description="Of this subject's standing on this board.")
    version: str = strawberry.field(description="The board's; compare as integers.")
    view: BoardView = strawberry.field(description="The board's.")
    state: BoardState = strawberry.field(description="The board's.")
    as_of: datetime = strawberry.field(description="The time of this version's change, not of the reading.")
    size: int | None = strawberry.field(description="How many subjects have a score.")
    points: Long = strawberry.field(description="0 without a score.")
    rank: int | None = strawberry.field(description="Null without a score.")
    row: LeaderboardRow | None = strawberry.field(description="Null without a score.")


@strawberry.type(description="A leaderboard. rows, around and standing select parts of it.")
class Leaderboard(Node):
    board: strawberry.Private[Board]

    @classmethod
    def of(cls, board: Board) -> "Leaderboard":
        key = board.key
        return cls(
            id=strawberry.ID(ids.encode("Leaderboard", *board.identity)),
            board=board,
            organization=Organization.of(board.lineage[-1]),
            subject=key.subject,
            scoring=key.scoring,
            period=Period(kind=key.period, starts_at=board.period.starts_at, ends_at=board.period.ends_at),
            state=board.state,
            frozen_at=board.frozen_at,
            final_at=board.final_at,
            corrections=board.corrections,
            corrected_at=board.corrected_at,
            view=key.view,
            version=str(board.version),
            as_of=board.as_of,
            size=len(board.ranking),
        )

    organization: Organization = strawberry.field(description="The organization of the board.")
    subject: Subject = strawberry.field(description="The kind of subjects ranked.")
    scoring: OrganizationScoring | None = strawberry.field(description="Null on boards of members.")
    period: Period = strawberry.field(description="The period: acts count if their countsAt lies in it.")
    state: BoardState = strawberry.field(description="Whether the board can still change.")
    frozen_at: datetime | None = strawberry.field(description="When the public view was frozen.")
    final_at: datetime | None = strawberry.field(description="When only corrections can change it; null for ALL_TIME.")
    corrections: int = strawberry.field(description="The number of corrections in it, on days that were FINAL.")
    corrected_at: datetime | None = strawberry.field(
        description="When the newest correction was made; null: none since it became final. The state stays FINAL."
    )
    view: BoardView = strawberry.field(
        description="The view of the frame. A frame with another view replaces the one shown."
    )
    version: str = strawberry.field(
        description="Grows whenever any field changes, by whatever cause, the clock included; equal on every worker; "
        "never goes back within one view. Compare as integers."
    )
    as_of: datetime = strawberry.field(
        description="The time of this version's change, not of the reading; of a board as of an instant, that instant."
    )
    size: int = strawberry.field(description="How many subjects have a score.")

    @strawberry.field(description="Rows of the board from `offset`, at most 100.")
    def rows(self, first: int | None = 10, offset: int | None = 0) -> list[LeaderboardRow]:
        return [
            row_of(self.board, one)
            for one in leaderboards_board.rows(self.board, 10 if first is None else first, offset or 0)
        ]

    @strawberry.field(description="The rows above and below one subject; empty if its row may not be shown.")
    def around(self, subject_id: strawberry.ID, radius: int | None = 3) -> list[LeaderboardRow]:
        found = leaderboards_board.around(self.board, self._subject(subject_id), 3 if radius is None else radius)
        return [row_of(self.board, one) for one in found]

    @strawberry.field(
        description="The standing of one subject, by default the viewer. Null for another subject whose row may "
        "not be shown."
    )
    def standing(self, info: Info, subject_id: strawberry.ID | None = None) -> Standing | None:
        if subject_id is None:
            own = leaderboards_board.own_subject(info.context.session, self.board)
            return self.standing_of(own, own=True) if own else None
        subject = self._subject(subject_id)
        known = subject in self.board.place and self.board.shown(subject)
        return self.standing_of(subject) if known else None

    def standing_of(self, subject: UUID, *, own: bool = False) -> Standing:
        """own: the viewer is the subject, and sees itself also where others do not."""
        board = self.board
        if own and board.own_points is not None and board.own_hidden is not None:
            # Its own points as they are, and no rank; the version counts what of it the others do not see.
            return self._standing(subject, board.own_points.get(subject, 0), board.own_hidden.get(subject, 0))
        index = board.place.get(subject) if own or board.shown(subject) else None
        ranked = board.ranking[index] if index is not None else None
        standing = self._standing(subject, ranked.points if ranked else 0)
        if ranked:
            standing.rank, standing.row = ranked.rank, row_of(board, ranked, own=own)
        return standing

    def _standing(self, subject: UUID, points: int, hidden: int = 0) -> Standing:
        return Standing(
            id=strawberry.ID(ids.encode("Standing", self.board.standing_key(subject))),
            version=str(self.board.version + hidden),
            view=self.view,
            state=self.state,
            as_of=self.as_of,
            size=self.size,
            points=Long(points),
            rank=None,
            row=None,
        )

    def _subject(self, text: str) -> UUID:
        return ids.read(text, "Member" if self.board.key.subject is Subject.MEMBER else "Organization")


# ---------------------------------------------------------------- queries


async def find(session: Session, key: BoardKey) -> Leaderboard | None:

    await session.catch_up(key.organization_id)
    found = await shared_loads.shared().load(key, lambda: leaderboards_board.load(key))
    return Leaderboard.of(found) if found else None


async def loaded(context: Context, key: BoardKey) -> Leaderboard | None:
    return await context.once("leaderboards", key, find)


@fetched_by("Leaderboard")
async def _leaderboard(info: Info, key: list[str]) -> Leaderboard | None:
    organization, subject, period, day, kind, children, scoring, *at = key
    asked = LeaderboardInput(
        organization_id=strawberry.ID(ids.encode("Organization", organization)),
        subject=Subject(subject),
        period=PeriodKind(period),
        on=None if period == PeriodKind.ALL_TIME else dt.date.fromisoformat(day),
        organization_kind=None if kind == "None" else OrganizationKind(kind),
        children_only=children == "1",
        scoring=OrganizationScoring.MEAN if scoring == "None" else OrganizationScoring(scoring),
    )
    instant = datetime.strptime(at[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC) if at else None
    return await loaded(info.context, await asked.key_in(info.context, instant))


@strawberry.type
class LeaderboardQueries:
    @strawberry.field(
        description="A board as it stands, or as of `at`. `at` counts entries recorded by then and the members of"
        " that instant, in today's tree. A freeze that holds now also applies to it. Null if the "
        "viewer may not see it."
    )
    async def leaderboard(self, info: Info, input: LeaderboardInput, at: datetime | None = None) -> Leaderboard | None:
        try:
            return await loaded(info.context, await input.key_in(info.context, at))
        except NotFound:
            return None
