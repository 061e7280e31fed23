"""Who stands where, said slowly and plainly: the twin that every faster way to rank is held against.

The one total order: score descending, then reached earlier first, then the smaller id (`order_key`). Ranks
shown are standard competition ranks of the score alone (1, 2, 2, 4). The order of the input means nothing.

The tree is complete: every organization that an entry or a membership names is in it, else KeyError. An entry
keeps for ever the organization it was credited to; what lies above that organization is read from the tree.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from rules.periods import Period

Tree: TypeAlias = Mapping[UUID, UUID | None]
"""Each organization's parent; None for a root."""

SCALE = 1000
"""Scores are whole thousandths of a point."""

NOBODY: Mapping[UUID, UUID] = {}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class OrganizationScoring(StrEnum):
    """TOTAL: the sum of the points. MEAN: the sum divided by the members, so that size decides nothing."""

    TOTAL = "TOTAL"
    MEAN = "MEAN"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger, as far as ranking reads it."""

    member: UUID | None  # None: the points are the organization's own
    organization: UUID  # credited, for ever
    amount: int
    ranks: bool  # False for spending
    counts_at: datetime  # aware; the time by which boards place it
    recorded_at: datetime  # aware
    position: int  # of its transaction, in commit order


@dataclass(frozen=True, slots=True)
class Membership:
    """A member belongs to an organization while from_at <= instant < to_at; None: to this day."""

    member: UUID
    organization: UUID
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True)
class Closing:
    """An organization is closed while closed_at <= instant < reopened_at; None: to this day."""

    organization: UUID
    closed_at: datetime
    reopened_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A subject's row on a board."""

    subject: UUID
    rank: int
    score: int  # whole thousandths
    points: int
    members: int | None  # of an organization: who belongs, and under MEAN by how many is divided; None for a member
    reached: int  # unix second in which the newest non-zero ranking entry was recorded


def order_key(standing: Standing) -> tuple[int, int, bytes]:
    """Sorts standings into the one total order. A UUID's bytes sort as its lower-case text does."""
    return -standing.score, standing.reached, standing.subject.bytes


def competition_ranks(scores: Sequence[int]) -> list[int]:
    """The rank of each score, in the order given: one more than the number of higher scores."""
    first: dict[int, int] = {}
    for place, score in enumerate(sorted(scores, reverse=True), start=1):
        first.setdefault(score, place)
    return [first[score] for score in scores]


def rank_members(
    entries: Iterable[Entry],
    tree: Tree,
    organization: UUID,
    period: Period,
    limit: int | None = None,
    survivors: Mapping[UUID, UUID] = NOBODY,
) -> list[Standing]:
    """Members by what they earned at `organization` and everywhere below it; best first.

    Counts ranking entries of the period with a position up to `limit` (None: all). A member has a row if one
    of them is not zero, also if they sum to zero; it need not belong there any more. What is a duplicate's counts as
    its survivor's.
    """
    ledgers: dict[UUID, list[Entry]] = defaultdict(list)
    for entry in _counting(entries, period, limit):
        if entry.member is not None and organization in _upwards(entry.organization, tree):
            ledgers[survivors.get(entry.member, entry.member)].append(entry)
    return _ranked(
        Standing(member, 0, _points(ledger) * SCALE, _points(ledger), None, _reached(ledger))
        for member, ledger in ledgers.items()
    )


def rank_organizations(
    entries: Iterable[Entry],
    tree: Tree,
    kinds: Mapping[UUID, str],
    organization: UUID,
    kind: str,
    children_only: bool,
    scoring: OrganizationScoring,
    memberships: Iterable[Membership],
    at: datetime | None,
    period: Period,
    limit: int | None = None,
    closings: Iterable[Closing] = (),
    earners: bool = True,
    survivors: Mapping[UUID, UUID] = NOBODY,
) -> list[Standing]:
    """Organizations of `kind` strictly below `organization`, or only its children, by the ranking entries
    credited to them and everywhere below them, members' and their own; best first.

    MEAN is floor(points * 1000 / members), toward minus infinity. Members are those who belong to the subject
    or below it at `at`, or at None those whose membership has no end; but never fewer than the members who have a
    row on the subject's own board, unless `earners` is False. Where both are none there is no row under MEAN.
    A duplicate is no member, and what it earned its survivor earned.
    One that was closed when the period began, and still is at `at`, has no row.
    Entries count as in `rank_members`. `kinds` names the kind of every organization in the tree.
    """
    ledgers: dict[UUID, list[Entry]] = defaultdict(list)
    for entry in _counting(entries, period, limit):
        for above in _upwards(entry.organization, tree):
            ledgers[above].append(entry)
    members: dict[UUID, set[UUID]] = defaultdict(set)
    for membership in memberships:
        if _open(membership, at) and membership.member not in survivors:
            for above in _upwards(membership.organization, tree):
                members[above].add(membership.member)

    shut = {
        one.organization
        for one in closings
        if period.starts_at is not None
        and one.closed_at <= period.starts_at
        and (one.reopened_at is None or (at is not None and one.reopened_at > at))
    }

    def divisor(subject: UUID) -> int:
        earned = {survivors.get(one, one) for one in {entry.member for entry in ledgers[subject]} if one}
        mean = scoring is OrganizationScoring.MEAN
        return max(len(members[subject]), len(earned) if mean and earners else 0)

    def standing(subject: UUID) -> Standing:
        points, size = _points(ledgers[subject]), divisor(subject)
        score = points * SCALE if scoring is OrganizationScoring.TOTAL else points * SCALE // size
        return Standing(subject, 0, score, points, size, _reached(ledgers[subject]))

    return _ranked(
        standing(subject)
        for subject in tree
        if kinds[subject] == kind
        and (tree[subject] == organization if children_only else organization in _upwards(subject, tree)[1:])
        and subject in ledgers
        and subject not in shut
        and (scoring is OrganizationScoring.TOTAL or divisor(subject))
    )


def _counting(entries: Iterable[Entry], period: Period, limit: int | None) -> list[Entry]:
    """The entries that move a board. Zero moves nothing: neither a sum nor the time it was reached."""
    return [
        entry
        for entry in entries
        if entry.ranks
        and entry.amount != 0
        and period.contains(entry.counts_at)
        and (limit is None or entry.position <= limit)
    ]


def _upwards(organization: UUID, tree: Tree) -> list[UUID]:
    """The organization itself, its parent, and so on up to its root."""
    path = [organization]
    while (parent := tree[path[-1]]) is not None:
        if parent in path:
            raise ValueError(f"organization {parent} lies below itself")
        path.append(parent)
    return path


def _open(membership: Membership, at: datetime | None) -> bool:
    if at is None:
        return membership.to_at is None
    return membership.from_at <= at and (membership.to_at is None or at < membership.to_at)


def _points(ledger: Iterable[Entry]) -> int:
    return sum(entry.amount for entry in ledger)


def _reached(ledger: Iterable[Entry]) -> int:
    return max((entry.recorded_at - EPOCH) // timedelta(seconds=1) for entry in ledger)


def _ranked(standings: Iterable[Standing]) -> list[Standing]:
    ordered = sorted(standings, key=order_key)
    ranks = competition_ranks([standing.score for standing in ordered])
    return [replace(standing, rank=rank) for standing, rank in zip(ordered, ranks, strict=True)]
