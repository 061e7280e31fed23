"""Who stands where: one total order, shared ranks, and the mean of an organization."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cmp_to_key
from math import floor
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.periods import PeriodKind, period
from rules.ranking import (
    Entry,
    Membership,
    OrganizationScoring,
    Standing,
    competition_ranks,
    order_key,
    rank_members,
    rank_organizations,
)

# One committee; below it a general branch with two branches, and a branch of its own.
COMMITTEE, GENERAL, EAST, WEST, SOUTH = (UUID(int=number) for number in range(10, 15))
TREE = {COMMITTEE: None, GENERAL: COMMITTEE, EAST: GENERAL, WEST: GENERAL, SOUTH: COMMITTEE}
KINDS = {COMMITTEE: "COMMITTEE", GENERAL: "GENERAL_BRANCH", EAST: "BRANCH", WEST: "BRANCH", SOUTH: "BRANCH"}
ONE, TWO, THREE, FOUR = (UUID(int=number) for number in range(1, 5))

MARCH = period(PeriodKind.MONTH, date(2026, 3, 9), "Asia/Shanghai")
ALL_TIME = period(PeriodKind.ALL_TIME, date(2026, 3, 9), "Asia/Shanghai")
NOON = datetime(2026, 3, 9, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TOTAL, MEAN = OrganizationScoring.TOTAL, OrganizationScoring.MEAN


def entry(
    who: UUID | None, amount: int, second: int = 0, at: UUID = EAST, ranks: bool = True, when: datetime = NOON
) -> Entry:
    """Recorded `second` seconds after noon, at the position of the same number."""
    return Entry(who, at, amount, ranks, when, NOON + second * SECOND, second)


def belongs(member: UUID, organization: UUID, since: int = 0, until: int | None = None) -> Membership:
    """From and to in seconds after noon."""
    to_at = None if until is None else NOON + until * SECOND
    return Membership(member, organization, NOON + since * SECOND, to_at)


def members(entries: Sequence[Entry], at: UUID = COMMITTEE, limit: int | None = None) -> list[Standing]:
    return rank_members(entries, TREE, at, MARCH, limit)


def organizations(
    entries: Sequence[Entry],
    memberships: Sequence[Membership] = (),
    *,
    scoring: OrganizationScoring = TOTAL,
    below: UUID = COMMITTEE,
    kind: str = "BRANCH",
    children_only: bool = False,
    at: datetime | None = None,
    limit: int | None = None,
) -> list[Standing]:
    how = (below, kind, children_only, scoring, memberships, at, MARCH, limit)
    return rank_organizations(entries, TREE, KINDS, *how)


def rows(standings: list[Standing]) -> list[tuple[int, UUID, int]]:
    return [(standing.rank, standing.subject, standing.score) for standing in standings]


# ---------------------------------------------------------------- the order


def test_equal_scores_share_a_rank_and_the_next_rank_skips() -> None:
    board = members([entry(ONE, 5), entry(TWO, 7), entry(THREE, 9), entry(FOUR, 7, 1)])

    assert rows(board) == [(1, THREE, 9000), (2, TWO, 7000), (2, FOUR, 7000), (4, ONE, 5000)]


def test_among_equals_the_earlier_stands_first_then_the_smaller_id() -> None:
    board = members([entry(ONE, 7, 2), entry(FOUR, 7, 1), entry(THREE, 7, 2), entry(TWO, 7, 2)])

    assert [standing.subject for standing in board] == [FOUR, ONE, TWO, THREE]
    assert [standing.rank for standing in board] == [1, 1, 1, 1]


def test_reached_is_a_whole_second_so_a_fraction_decides_nothing() -> None:
    later = replace(entry(ONE, 7), recorded_at=NOON + timedelta(microseconds=999_999))
    board = members([later, entry(TWO, 7)])

    assert [standing.subject for standing in board] == [ONE, TWO]
    assert {standing.reached for standing in board} == {int(NOON.timestamp())}


def test_reached_is_the_newest_recording_whatever_the_positions_say() -> None:
    first = replace(entry(ONE, 3, 1), recorded_at=NOON + 60 * SECOND)
    [standing] = members([entry(ONE, 4, 2), first])

    assert standing.reached == int(NOON.timestamp()) + 60


@given(st.lists(st.integers(-3, 3), max_size=12))
def test_a_rank_is_one_more_than_the_number_of_higher_scores(scores: list[int]) -> None:
    assert competition_ranks(scores) == [1 + sum(other > score for other in scores) for score in scores]


@given(st.uuids(), st.uuids())
def test_ids_are_ordered_as_their_text_is(one: UUID, other: UUID) -> None:
    standings = [Standing(subject, 1, 0, 0, None, 0) for subject in (one, other)]

    assert (order_key(standings[0]) < order_key(standings[1])) == (str(one) < str(other))


def in_words(one: Standing, other: Standing) -> int:
    """The written rule, read aloud: negative when `one` stands first."""
    if one.score != other.score:
        return -1 if one.score > other.score else 1
    if one.reached != other.reached:
        return -1 if one.reached < other.reached else 1
    return -1 if str(one.subject) < str(other.subject) else 1


def in_written_order(standings: list[Standing]) -> list[Standing]:
    ranked = [replace(one, rank=1 + sum(two.score > one.score for two in standings)) for one in standings]
    return sorted(ranked, key=cmp_to_key(in_words))


ledgers = st.lists(
    st.builds(
        entry,
        st.sampled_from([None, ONE, TWO, THREE, FOUR]),
        st.integers(-2, 2),
        st.integers(0, 5),
        at=st.sampled_from(list(TREE)),
        ranks=st.sampled_from([True, True, True, False]),
    ),
    max_size=14,
)


@given(st.data(), ledgers, st.sampled_from([COMMITTEE, GENERAL, EAST]))
def test_members_stand_in_the_written_order_whatever_the_order_of_the_ledger(
    data: st.DataObject, ledger: list[Entry], at: UUID
) -> None:
    below = {COMMITTEE: set(TREE), GENERAL: {GENERAL, EAST, WEST}, EAST: {EAST}}[at]
    counting = [row for row in ledger if row.ranks and row.amount and row.organization in below]
    expected: list[Standing] = []
    for member in (ONE, TWO, THREE, FOUR):
        own = [row for row in counting if row.member == member]
        if own:
            points = sum(row.amount for row in own)
            reached = max(int(row.recorded_at.timestamp()) for row in own)
            expected.append(Standing(member, 0, points * 1000, points, None, reached))

    board = members(data.draw(st.permutations(ledger)), at)

    assert board == in_written_order(expected)


@given(st.data(), ledgers, st.sampled_from(OrganizationScoring))
def test_organizations_stand_in_the_written_order_whatever_the_order_of_the_ledger(
    data: st.DataObject, ledger: list[Entry], scoring: OrganizationScoring
) -> None:
    memberships = [belongs(ONE, EAST), belongs(TWO, EAST), belongs(THREE, EAST), belongs(FOUR, WEST)]
    expected: list[Standing] = []
    for branch, belonging in {EAST: 3, WEST: 1, SOUTH: 0}.items():
        own = [row for row in ledger if row.ranks and row.amount and row.organization == branch]
        earned = len({row.member for row in own if row.member})
        size = belonging if scoring is TOTAL else max(belonging, earned)
        if own and (scoring is TOTAL or size):
            points = sum(row.amount for row in own)
            score = points * 1000 if scoring is TOTAL else floor(Fraction(points * 1000, size))
            reached = max(int(row.recorded_at.timestamp()) for row in own)
            expected.append(Standing(branch, 0, score, points, size, reached))

    shuffled = data.draw(st.permutations(ledger)), data.draw(st.permutations(memberships))
    board = organizations(*shuffled, scoring=scoring)

    assert board == in_written_order(expected)


# ---------------------------------------------------------------- what counts


def test_an_empty_ledger_is_an_empty_board() -> None:
    assert members([]) == []
    assert organizations([], [belongs(ONE, EAST)], scoring=MEAN) == []


def test_entries_of_zero_and_spending_make_no_row_and_move_no_time() -> None:
    board = members([entry(ONE, 0), entry(TWO, -5, ranks=False), entry(THREE, 3, 1)])
    untouched = members([entry(THREE, 3, 1), entry(THREE, 0, 2), entry(THREE, -2, 3, ranks=False)])

    assert rows(board) == [(1, THREE, 3000)]
    assert board == untouched
    assert organizations([entry(ONE, 0), entry(TWO, -5, ranks=False)]) == []


def test_one_whose_points_were_taken_back_keeps_a_row_of_zero() -> None:
    board = members([entry(ONE, 5), entry(ONE, -5, 9), entry(TWO, -2)])

    assert rows(board) == [(1, ONE, 0), (2, TWO, -2000)]
    assert board[0].reached == int(NOON.timestamp()) + 9


def test_only_the_periods_own_entries_count_and_its_end_is_not_its_own() -> None:
    start, end = datetime(2026, 2, 28, 16, tzinfo=UTC), datetime(2026, 3, 31, 16, tzinfo=UTC)
    moments = {start - SECOND: 4, start: 1, end - SECOND: 2, end: 8}
    ledger = [entry(ONE, amount, when=moment) for moment, amount in moments.items()]

    assert rows(members(ledger)) == [(1, ONE, 3000)]
    assert rows(organizations(ledger)) == [(1, EAST, 3000)]
    assert rows(rank_members(ledger, TREE, EAST, ALL_TIME)) == [(1, ONE, 15000)]


def test_a_limit_shows_the_board_as_it_stood() -> None:
    ledger = [entry(ONE, 5, 1), entry(TWO, 3, 2), entry(TWO, 4, 3)]

    assert rows(members(ledger, limit=0)) == []
    assert rows(members(ledger, limit=2)) == [(1, ONE, 5000), (2, TWO, 3000)]
    assert rows(members(ledger, limit=3)) == [(1, TWO, 7000), (2, ONE, 5000)]
    assert rows(organizations(ledger, limit=2)) == [(1, EAST, 8000)]


def test_a_member_who_moved_keeps_what_it_earned_where_it_earned_it() -> None:
    ledger = [entry(ONE, 5, at=EAST), entry(ONE, 2, 1, at=SOUTH)]
    memberships = [belongs(ONE, EAST, 0, 10), belongs(ONE, SOUTH, 10), belongs(TWO, EAST)]

    assert rows(members(ledger, at=EAST)) == [(1, ONE, 5000)]
    assert rows(members(ledger, at=SOUTH)) == [(1, ONE, 2000)]
    assert rows(members(ledger, at=COMMITTEE)) == [(1, ONE, 7000)]
    before = organizations(ledger, memberships, scoring=MEAN, at=NOON + 9 * SECOND)
    after = organizations(ledger, memberships, scoring=MEAN, at=NOON + 10 * SECOND)
    assert rows(before) == [(1, EAST, 2500), (2, SOUTH, 2000)]
    assert rows(after) == [(1, EAST, 5000), (2, SOUTH, 2000)]
    assert after == organizations(ledger, memberships, scoring=MEAN)


def test_a_branch_that_moved_takes_its_points_along() -> None:
    moved = {**TREE, EAST: SOUTH}

    assert rows(rank_members([entry(ONE, 5)], TREE, GENERAL, MARCH)) == [(1, ONE, 5000)]
    assert rank_members([entry(ONE, 5)], moved, GENERAL, MARCH) == []
    assert rows(rank_members([entry(ONE, 5)], moved, SOUTH, MARCH)) == [(1, ONE, 5000)]


# ---------------------------------------------------------------- organizations


def test_an_organizations_own_points_are_added_to_its_members() -> None:
    ledger = [entry(ONE, 5), entry(None, 4), entry(None, 2, at=GENERAL), entry(TWO, 6, at=WEST)]

    assert rows(organizations(ledger)) == [(1, EAST, 9000), (2, WEST, 6000)]
    assert rows(organizations(ledger, kind="GENERAL_BRANCH")) == [(1, GENERAL, 17000)]
    assert rows(members(ledger)) == [(1, TWO, 6000), (2, ONE, 5000)]


def test_a_board_is_of_those_strictly_below_or_of_children_only() -> None:
    ledger = [entry(ONE, 3, at=EAST), entry(TWO, 2, at=SOUTH), entry(None, 9, at=COMMITTEE)]

    assert rows(organizations(ledger)) == [(1, EAST, 3000), (2, SOUTH, 2000)]
    assert rows(organizations(ledger, children_only=True)) == [(1, SOUTH, 2000)]
    assert rows(organizations(ledger, below=GENERAL, children_only=True)) == [(1, EAST, 3000)]
    assert organizations(ledger, below=EAST) == []
    assert organizations(ledger, kind="COMMITTEE") == []


def test_the_mean_is_rounded_toward_minus_infinity() -> None:
    three_each = [belongs(member, branch) for branch in (EAST, WEST) for member in (ONE, TWO, THREE)]
    board = organizations([entry(ONE, 2), entry(ONE, -1, at=WEST)], three_each, scoring=MEAN)

    assert rows(board) == [(1, EAST, 666), (2, WEST, -334)]
    assert [(standing.points, standing.members) for standing in board] == [(2, 3), (-1, 3)]
    assert organizations([entry(ONE, 2**60 + 1)], three_each, scoring=MEAN)[0].score == 384307168202282325666


def test_without_members_there_is_no_mean_but_there_is_a_total() -> None:
    ledger, left = [entry(None, 5)], [belongs(ONE, EAST, 0, 10)]

    assert organizations(ledger, left, scoring=MEAN) == []
    assert organizations(ledger, left, scoring=MEAN, at=NOON - SECOND) == []
    assert rows(organizations(ledger, left, scoring=MEAN, at=NOON)) == [(1, EAST, 5000)]
    assert organizations(ledger, left) == [Standing(EAST, 1, 5000, 5, 0, int(NOON.timestamp()))]


def test_members_are_counted_below_too_and_once_each() -> None:
    memberships = [belongs(ONE, EAST), belongs(ONE, WEST), belongs(TWO, WEST), belongs(THREE, SOUTH)]
    [standing] = organizations([entry(ONE, 5)], memberships, scoring=MEAN, kind="GENERAL_BRANCH")

    assert (standing.members, standing.score) == (2, 2500)


def test_a_tree_that_bites_its_tail_is_refused() -> None:
    with pytest.raises(ValueError, match="lies below itself"):
        rank_members([entry(ONE, 5)], {EAST: WEST, WEST: EAST}, SOUTH, MARCH)
