"""Boards against the slow twins of rules/ranking.py, fed with the whole ledger of their root."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from random import Random
from uuid import UUID

from models import leaderboards, sql
from models.leaderboards import FOR_EVER
from models.merges import Merged
from models.rankings import Ranked
from resolvers.snapshot import Dial, Snapshot
from rules import periods, ranking
from rules.merging import Merge, survivors
from rules.periods import Period, PeriodKind
from rules.ranking import Closing, Entry, Membership, OrganizationScoring, Standing

MOST_ORGANIZATIONS = 200
MOST_READ = 3_000_000  # rows that the twins read for all boards together, about 20 s; roots are ranked in any case
SEED = 20210701  # the same sample every time, so that a difference is found again


@dataclass(frozen=True, slots=True)
class Sample:
    organizations: Sequence[UUID]
    of: int


@dataclass(frozen=True, slots=True)
class Moment:
    """Which boards of a root are compared: a period; up to a position; by the members of an instant (None: now)."""

    period: Period
    last: int | None
    members_at: datetime | None
    public: bool


@dataclass(frozen=True, slots=True)
class History:
    """What the twins read of one root."""

    entries: Sequence[Entry]
    shown: Sequence[Entry]  # without what freezes hide
    memberships: Sequence[Membership]
    closings: Sequence[Closing]
    merges: Sequence[Merge]
    first_freeze: int | None
    settling: timedelta
    means_as_before: datetime | None
    tree: Mapping[UUID, UUID | None]
    kinds: Mapping[UUID, str]


def sample(read: Snapshot) -> Sample:
    """Organizations that have entries at or below them: all, or where that is too much the roots and some others."""
    having = {above for row in read.ledger for above in read.upwards(row.organization)}
    ordered = sorted(having)
    Random(SEED).shuffle(ordered)
    ordered.sort(key=lambda one: read.nodes[one].parent is not None)
    rows: dict[UUID, int] = {}
    for row in read.ledger:
        rows[row.root] = rows.get(row.root, 0) + 1
    for stay in read.stays:
        root = read.nodes[stay.organization].root
        rows[root] = rows.get(root, 0) + 1
    chosen: list[UUID] = []
    spent = 0
    for one in ordered:
        node = read.nodes[one]
        spent += rows[node.root] * len(_moments(read, node.root)) * (1 + 4 * len(_kinds(read, node.root)))
        if node.parent is None or (spent <= MOST_READ and len(chosen) < MOST_ORGANIZATIONS):
            chosen.append(one)
    return Sample(chosen, len(ordered))


def remarks(chosen: Sample) -> Iterator[str]:
    if len(chosen.organizations) < chosen.of:
        yield f"Boards of {len(chosen.organizations)} organizations were ranked again, roots first, of {chosen.of}."


async def ranks(read: Snapshot, chosen: Sample) -> list[str]:
    differences: list[str] = []
    histories: dict[UUID, History] = {}
    for organization in chosen.organizations:
        root = read.nodes[organization].root
        if root not in read.dials:
            continue  # said already
        if root not in histories:
            histories[root] = _history(read, root)
        for moment in _moments(read, root):
            differences += await _members(histories[root], organization, moment)
            differences += await _organizations(histories[root], organization, moment)
    return differences


def _kinds(read: Snapshot, root: UUID) -> set[str]:
    return {one.kind for one in read.nodes.values() if one.root == root}


def _moments(read: Snapshot, root: UUID) -> list[Moment]:
    """The periods of the current day; last month's, which is over; and everything as it stood at the day's start, from
    which previous ranks come."""
    dial: Dial | None = read.dials.get(root)
    if dial is None:
        return []
    zone = read.nodes[root].zone
    today = periods.local_day(dial.time, zone)
    kinds = [periods.period(kind, today, zone) for kind in PeriodKind]
    found = [Moment(one, None, None, public) for one in kinds for public in ([False, True] if dial.frozen else [False])]
    always = periods.period(PeriodKind.ALL_TIME, today, zone)
    closed = periods.period(PeriodKind.MONTH, today.replace(day=1) - timedelta(days=1), zone)
    found.append(Moment(closed, None, closed.ends_at, False))
    return [*found, Moment(always, dial.day_position, periods.midnight(today, zone), False)]


def _history(read: Snapshot, root: UUID) -> History:
    rows = [row for row in read.ledger if row.root == root]
    entries = [
        Entry(row.member, row.organization, row.amount, row.ranks, row.counts_at, row.recorded_at, row.position)
        for row in rows
    ]
    nodes = [node for node in read.nodes.values() if node.root == root]
    return History(
        entries,
        [entry for entry, row in zip(entries, rows, strict=True) if not read.hidden(row)],
        [
            Membership(one.member, one.organization, one.from_at, one.to_at)
            for one in read.stays
            if read.nodes[one.organization].root == root
        ],
        [
            Closing(
                sql.uid(one["organization_id"]),
                sql.instant(one["closed_at"]),
                one["reopened_at"] and sql.instant(one["reopened_at"]),
            )
            for one in read.closings
        ],
        read.merged(root),
        min((at for one, at in read.freezes.items() if read.nodes[one].root == root), default=None),
        timedelta(hours=read.nodes[root].settling_hours),
        read.dials[root].means_as_before,
        {node.id: node.parent for node in nodes},
        {node.id: node.kind for node in nodes},
    )


async def _members(history: History, organization: UUID, moment: Moment) -> list[str]:
    period = moment.period
    found = await leaderboards.rank_members(
        organization,
        period.starts_at,
        period.ends_at,
        moment.last,
        frozen=moment.public,
        merged=_merged(history, moment),
    )
    entries = history.shown if moment.public else history.entries
    twin = ranking.rank_members(entries, history.tree, organization, period, moment.last, _one(history, moment))
    return list(_compared(f"Members at {organization}{_named(moment)}", found, twin))


async def _organizations(history: History, organization: UUID, moment: Moment) -> list[str]:
    period = moment.period
    entries = history.shown if moment.public else history.entries
    differences: list[str] = []
    as_before = history.means_as_before and period.ends_at and period.ends_at <= history.means_as_before
    for kind, children_only, scoring in product(
        sorted(set(history.kinds.values())), (False, True), OrganizationScoring
    ):
        mean = scoring is OrganizationScoring.MEAN
        found = await leaderboards.rank_organizations(
            organization,
            kind,
            children_only,
            mean,
            period.starts_at,
            period.ends_at,
            moment.members_at,
            moment.last,
            frozen=moment.public,
            earners=not as_before,
            merged=_merged(history, moment),
        )
        twin = ranking.rank_organizations(
            entries,
            history.tree,
            history.kinds,
            organization,
            kind,
            children_only,
            scoring,
            history.memberships,
            moment.members_at,
            period,
            moment.last,
            history.closings,
            not as_before,
            _one(history, moment),
        )
        where = "Children" if children_only else "Organizations"
        differences += _compared(f"{where} of kind {kind} at {organization}, {scoring}{_named(moment)}", found, twin)
    return differences


def _by(history: History, moment: Moment) -> int:
    """Up to which position merges count: the public's stand still at the first freeze."""
    last = FOR_EVER if moment.last is None else moment.last
    return min(last, history.first_freeze) if moment.public and history.first_freeze is not None else last


def _merged(history: History, moment: Moment) -> Merged | None:
    final_at = periods.final_at(moment.period, history.settling)
    return Merged(_by(history, moment), final_at) if history.merges else None


def _one(history: History, moment: Moment) -> Mapping[UUID, UUID]:
    return survivors(history.merges, _by(history, moment), periods.final_at(moment.period, history.settling))


def _named(moment: Moment) -> str:
    named = f", {moment.period.kind}"
    if moment.last is not None:
        named += f" up to position {moment.last}"
    return named + (", for the public" if moment.public else "")


def _compared(board: str, found: Sequence[Ranked], twin: Sequence[Standing]) -> Iterator[str]:
    """The first place at which they differ: what follows is pushed aside by it."""
    rows = [Standing(one.subject_id, one.rank, one.score, one.points, one.members, one.reached) for one in found]
    if len(rows) != len(twin):
        yield f"{board}: {len(rows)} have a row, where the ledger says {len(twin)}."
    for row, other in zip(rows, twin, strict=False):
        if row != other:
            yield f"{board}: {_row(row)} stands where the ledger says {_row(other)}."
            return


def _row(one: Standing) -> str:
    return (
        f"{one.rank}. {one.subject} (score {one.score}, points {one.points}, members {one.members}, at {one.reached})"
    )
