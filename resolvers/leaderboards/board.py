"""Leaderboards: which board someone may open and in which view, and a board's whole content at one moment."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import models
from models import Member, Organization, OrganizationKind
from models.leaderboards import Facts
from models.merges import Merged
from models.rankings import Numbers, Ranked, Ranking
from resolvers.boards import BoardKey, BoardView, OwnKey, Subject
from resolvers.recent import Recent
from resolvers.session import Session
from rules import periods
from rules.periods import BoardState, Period, PeriodKind
from rules.ranking import OrganizationScoring
from rules.refusals import InvalidInput, NotFound, wrong_at

# boards whose ranks at the day's start a process remembers: all that it may watch, and some read once
DAYS_KEPT = 6_000


@dataclass(frozen=True, slots=True)
class Board:
    """A board at one version: everything that its frames may say, so that no statement runs while they are made."""

    key: BoardKey
    lineage: tuple[Organization, ...]
    period: Period
    first_day: date
    state: BoardState
    version: int
    position: int  # up to which entries count
    as_of: datetime
    final_at: datetime | None
    corrections: int
    corrected_at: datetime | None
    ranking: Ranking
    place: Mapping[UUID, int]  # index in ranking
    previous: Mapping[UUID, int]  # rank at the day's start
    members: Mapping[UUID, Member]
    organizations: Mapping[UUID, Organization]  # those that are ranked, or where members belong
    secret: bytes
    merged: Merged | None = None  # by which merges its rows go; None: nobody was merged in its root
    frozen_at: datetime | None = None
    own_points: Mapping[UUID, int] | None = None  # in a frozen public board: what each member truly has
    own_hidden: Mapping[UUID, int] | None = None  # and how many of its entries, in any period, the public does not see

    def shown(self, subject_id: UUID) -> bool:
        """Whether this view names the subject."""
        found = self.members.get(subject_id)
        return found is None or self.key.view is BoardView.FULL or not found.hidden_on_boards

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells it from every other board, in any view. No part of it holds a colon."""
        key = self.key
        what = (key.subject, key.period, self.first_day, key.kind, int(key.children_only), key.scoring)
        at = (key.at.strftime("%Y%m%dT%H%M%S.%fZ"),) if key.at else ()
        return (key.organization_id, *what, *at)

    def row_key(self, subject_id: UUID) -> str:
        """Of a subject on this board; who is hidden can't be guessed from it."""
        text = ":".join(map(str, (*self.identity, subject_id)))
        return hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()[:32]

    def standing_key(self, subject_id: UUID) -> str:
        """Of a subject's standing, which everybody may ask for by the subject: it leads to no row."""
        return hmac.new(self.secret, f"standing:{self.row_key(subject_id)}".encode(), hashlib.sha256).hexdigest()[:32]


_day_starts: Recent[Mapping[UUID, int]] = Recent(DAYS_KEPT)

# ---------------------------------------------------------------- opening


async def key(
    session: Session,
    organization_id: UUID,
    subject: Subject,
    period: PeriodKind,
    on: date | None,
    kind: OrganizationKind,
    children_only: bool,
    scoring: OrganizationScoring,
    at: datetime | None = None,
) -> BoardKey:
    """The board, in the view that the viewer has of it. NotFound: it does not exist, or not for this viewer."""
    lineage = await session.visible(organization_id)
    view = session.view(lineage)
    if at is not None and at > session.now():
        raise InvalidInput.at("at", "at lies in the future; leave it out for the board as it stands.")
    zone = lineage[0].time_zone
    if at is not None:
        with wrong_at("at"):
            _period(period, _today(at, zone)[0], zone)
    if on is not None:
        with wrong_at("on"):
            _period(period, on, zone)
        on = periods.first_day(period, on)  # else each day of a year would be a board, with loads of its own
    if subject is Subject.MEMBER:
        return BoardKey(organization_id, subject, period, on, None, False, None, view, at)
    inside = lineage[-1].kind in (OrganizationKind.BRANCH, OrganizationKind.GROUP)
    if kind is OrganizationKind.GROUP and not inside and view is not BoardView.FULL:
        raise NotFound("Groups are ranked within their branch.")
    return BoardKey(organization_id, subject, period, on, kind, children_only, scoring, view, at)


def _today(time: datetime, zone: str) -> tuple[date, datetime]:
    """The day and its beginning. ValueError: no day is that early or late."""
    today = periods.local_day(time, zone)
    return today, periods.midnight(today, zone)


def _period(kind: PeriodKind, day: date, zone: str) -> tuple[Period, date]:
    """The period around a day, and its first day. ValueError: no day is that early or late."""
    period = periods.period(kind, day, zone)
    return period, periods.local_day(period.starts_at, zone) if period.starts_at else date.min


# ---------------------------------------------------------------- loading


async def load(board: BoardKey) -> Board | None:
    """All of it, of one moment. None: there is no such organization."""
    async with models.database.snapshot():
        lineages = await models.organizations.lineages([board.organization_id])
        public = board.view is not BoardView.FULL
        facts = await models.leaderboards.facts(board.organization_id, public)
        if facts is None:
            return None
        lineage = tuple(lineages[board.organization_id])
        zone, settling = lineage[0].time_zone, timedelta(hours=lineage[0].settling_hours)
        if board.at:
            last, day = await models.leaderboards.moment(lineage[0].id, board.at)
            facts = replace(facts, time=board.at, changed_at=board.at, position=last, day_position=day)
        today, midnight = _today(facts.time, zone)
        period, first_day = _period(board.period, board.on or today, zone)
        frozen, final_at = public and facts.frozen > 0, periods.final_at(period, settling)
        merged = await models.merges.seen(
            lineage[0].id, facts.merges, facts.position, board.at, final_at, frozen=frozen
        )
        ranking = await _ranking(board, period, facts, merged, facts.position, board.at, frozen=frozen)
        previous = await _previous(board, period, facts, merged, midnight, frozen)
        corrections, corrected_at = await models.leaderboards.corrections(
            board.organization_id,
            period.starts_at,
            period.ends_at,
            facts.position,
            members=board.subject is Subject.MEMBER,
            frozen=frozen,
        )
        frozen_at = await models.freezes.over(board.organization_id) if frozen else None
        if frozen_at and frozen_at > facts.time and board.at:
            frozen_at = None  # it was not yet
        personal = frozen_at is not None and board.subject is Subject.MEMBER
        own_points, own_hidden = await _own(board, lineage[0].id, period, facts, merged) if personal else (None, None)
        members = await models.lazy_rows.by_ids(Member, ranking.ids if board.subject is Subject.MEMBER else ())
        named = members.numbers("organization_id") if board.subject is Subject.MEMBER else ranking.ids
        organizations = await models.lazy_rows.by_ids(Organization, named)
    return Board(
        key=board,
        lineage=lineage,
        period=period,
        first_day=first_day,
        state=BoardState.FROZEN if frozen_at else periods.state(period, facts.time, settling),
        version=facts.version,
        position=facts.position,
        as_of=facts.changed_at,
        final_at=final_at,
        merged=merged,
        corrections=corrections,
        corrected_at=corrected_at,
        ranking=ranking,
        place=ranking.places(),
        previous=previous,
        members=members,
        organizations=organizations,
        secret=await models.kept_secrets.kept("rows"),
        frozen_at=frozen_at,
        own_points=own_points,
        own_hidden=own_hidden,
    )


async def _own(
    board: BoardKey, root_id: UUID, period: Period, facts: Facts, merged: Merged | None
) -> tuple[Mapping[UUID, int], Mapping[UUID, int]]:
    """Each member's true points on a frozen board, and how many of its entries are hidden there, in any period."""
    merged = merged and replace(merged, by=facts.position)
    truth = await _ranking(board, period, facts, merged, facts.position)
    return truth.points(), Numbers.of(await models.freezes.hidden_counts(board.organization_id, root_id))


async def _ranking(
    board: BoardKey,
    period: Period,
    facts: Facts,
    merged: Merged | None,
    last: int | None = None,
    at: datetime | None = None,
    *,
    frozen: bool = False,
) -> Ranking:
    """last, at: as it stood at that position, with the members of that instant. Means of a period that is over divide
    by the members at its end, if no more earned."""
    if board.subject is Subject.MEMBER:
        return await models.leaderboards.rank_members(
            board.organization_id, period.starts_at, period.ends_at, last, frozen=frozen, merged=merged
        )
    assert board.kind is not None
    if period.ends_at is not None and period.ends_at <= (at or facts.time):
        at = period.ends_at
    as_before = facts.means_as_before and period.ends_at and period.ends_at <= facts.means_as_before
    return await models.leaderboards.rank_organizations(
        board.organization_id,
        board.kind.value,
        board.children_only,
        board.scoring is OrganizationScoring.MEAN,
        period.starts_at,
        period.ends_at,
        at,
        last,
        frozen=frozen,
        earners=not as_before,
        merged=merged,
    )


async def _previous(
    board: BoardKey, period: Period, facts: Facts, merged: Merged | None, midnight: datetime, frozen: bool
) -> Mapping[UUID, int]:
    """Ranks at the position of the day's start: computed once per board, day and shape of the tree."""
    if board.period is PeriodKind.DAY or facts.day_position == 0:
        return {}
    # A frozen board's version tells one freeze from the next.
    known = (
        replace(board, view=BoardView.PUBLIC, at=None),
        period,
        facts.day_position,
        facts.tree,
        frozen and facts.version,
    )
    found = _day_starts.get(known)
    if found is None:
        merged = merged and replace(merged, by=min(merged.by, facts.day_position))
        ranking = await _ranking(board, period, facts, merged, facts.day_position, midnight, frozen=frozen)
        found = _day_starts.keep(known, ranking.ranks())
    return found


async def versions(boards: Sequence[BoardKey | OwnKey]) -> dict[BoardKey | OwnKey, int]:
    """Present versions, in one statement. A board that is no more is missing."""
    asked = {one: one.board if isinstance(one, OwnKey) else one for one in boards}
    found = await models.leaderboards.versions(list({one.organization_id for one in asked.values()}))
    present: dict[BoardKey | OwnKey, int] = {}
    for one, board in asked.items():
        if board.organization_id in found:
            truth, public = found[board.organization_id]
            present[one] = truth if isinstance(one, OwnKey) or board.view is BoardView.FULL else public
    return present


# ---------------------------------------------------------------- reading


def rows(board: Board, first: int, offset: int) -> Sequence[Ranked]:
    if not 0 <= first <= models.pages.MOST:
        raise InvalidInput.at("first", f"first is {first}; it must lie between 0 and {models.pages.MOST}.")
    if offset < 0:
        raise InvalidInput.at("offset", f"offset is {offset}; it must not be negative.")
    return board.ranking[offset : offset + first]


def around(board: Board, subject_id: UUID, radius: int) -> Sequence[Ranked]:
    """The rows above and below a subject; none where it has no row that this view names."""
    if not 0 <= radius <= models.pages.MOST // 2:
        raise InvalidInput.at("radius", f"radius is {radius}; it must lie between 0 and {models.pages.MOST // 2}.")
    index = board.place.get(subject_id)
    if index is None or not board.shown(subject_id):
        return []
    return board.ranking[max(0, index - radius) : index + radius + 1]


def own_subject(session: Session, board: Board) -> UUID | None:
    """Whom `standing` means by default: the viewer, or the viewer's organization on a board of organizations."""
    viewer = session.viewer
    if viewer is None or viewer.member_id is None:
        return None
    if board.key.subject is Subject.MEMBER:
        return viewer.member_id
    return next((one for one in reversed(viewer.place) if one in board.place), None)


def epoch(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
