"""The mean of an organization whose members leave, and the rows of one that was closed."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from rules.periods import PeriodKind, period
from rules.ranking import Closing, Entry, Membership, OrganizationScoring, rank_organizations

ROOT, EAST = UUID(int=10), UUID(int=11)
TREE, KINDS = {ROOT: None, EAST: ROOT}, {ROOT: "COMMITTEE", EAST: "BRANCH"}
ONE, TWO, THREE = (UUID(int=number) for number in range(1, 4))
MARCH = period(PeriodKind.MONTH, date(2026, 3, 9), "Asia/Shanghai")
ALL_TIME = period(PeriodKind.ALL_TIME, date(2026, 3, 9), "Asia/Shanghai")
NOON = datetime(2026, 3, 9, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TOTAL, MEAN = OrganizationScoring.TOTAL, OrganizationScoring.MEAN


def entry(who: UUID | None, amount: int, second: int = 0) -> Entry:
    return Entry(who, EAST, amount, True, NOON, NOON + second * SECOND, second)


def belongs(member: UUID) -> Membership:
    return Membership(member, EAST, NOON, None)


def test_the_mean_neither_soars_nor_vanishes_when_members_leave() -> None:
    ledger = [entry(ONE, 6), entry(TWO, 2), entry(TWO, 1, 1), entry(None, 3, 2)]
    for staying in ([ONE, TWO, THREE], [ONE, TWO], [ONE], []):
        [standing] = rank_organizations(
            ledger, TREE, KINDS, ROOT, "BRANCH", False, MEAN, [belongs(one) for one in staying], None, MARCH
        )
        size = max(len(staying), 2)
        assert (standing.score, standing.members) == (12_000 // size, size)
    [as_before] = rank_organizations(
        ledger, TREE, KINDS, ROOT, "BRANCH", False, MEAN, [belongs(ONE)], None, MARCH, earners=False
    )
    assert (as_before.score, as_before.members) == (12_000, 1)


def test_who_was_closed_before_a_period_began_has_no_row_in_it() -> None:
    start = MARCH.starts_at
    assert start is not None

    def shown(closed: datetime, reopened: datetime | None, at: datetime | None = None) -> bool:
        closings = [Closing(EAST, closed, reopened)]
        how = (ROOT, "BRANCH", False, TOTAL, [], at, MARCH, None, closings)
        return bool(rank_organizations([entry(ONE, 5)], TREE, KINDS, *how))

    assert shown(start + SECOND, None)
    assert not shown(start, None)
    assert shown(start, NOON)  # and was opened again
    assert not shown(start, NOON, at=NOON - SECOND)  # as it stood before
    assert not shown(start, NOON + SECOND, at=NOON)
    closings = [Closing(EAST, start, None)]
    how = (ROOT, "BRANCH", False, TOTAL, [], None, ALL_TIME, None, closings)
    assert rank_organizations([entry(ONE, 5)], TREE, KINDS, *how)  # all time began before
