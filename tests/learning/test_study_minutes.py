"""Hearing cannot outrun time, in however many parts it is reported."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.studies import TOLERANCE, Heard, further

BEGIN = datetime(2026, 3, 10, 2, tzinfo=UTC)
NOT_BEGUN = Heard(0, BEGIN)
SLACK = int(TOLERANCE.total_seconds())


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "when", "taken"),
    [
        (60, 60, True),
        (60, 55, True),
        (60, 54.999, False),
        (600, 600, True),
        (600, 300, False),
        (5, 0, True),
        (6, 0, False),
        (0, 0, True),
        (60, 86_400, True),
    ],
)
def test_a_first_report_has_the_time_since_the_publication(seconds: int, when: float, taken: bool) -> None:
    assert (further(NOT_BEGUN, seconds, at(when)) is not None) == taken


def test_a_later_report_has_the_time_since_the_one_before() -> None:
    after = further(NOT_BEGUN, 10, at(3600))
    assert after
    assert after == Heard(10, at(3600))
    assert further(after, 600, at(3600 + 30)) is None
    assert further(after, 40, at(3600 + 30)) == Heard(40, at(3630))


def test_an_older_moment_is_no_way_around_it() -> None:
    after = further(NOT_BEGUN, 10, at(3600))
    assert after
    assert further(after, 600, at(3590)) is None
    assert further(after, 10, at(1800)) == after


def test_going_back_loses_nothing_and_saves_no_time_up() -> None:
    after = further(NOT_BEGUN, 300, at(300))
    assert after
    again = further(after, 20, at(900))
    assert again
    assert again == Heard(300, at(900))
    assert further(again, 400, at(930)) is None


def test_the_tolerance_is_there_once_and_not_for_each_report() -> None:
    now, position = NOT_BEGUN, 0
    for _ in range(100):
        after = further(now, position + 5, BEGIN)
        if after is None:
            break
        now, position = after, after.seconds
    assert position == SLACK


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 120)), max_size=20))
def test_whatever_is_reported_never_more_is_gained_than_passed(reports: list[tuple[int, int]]) -> None:
    now, newest = NOT_BEGUN, 0
    stood = [(newest, now.seconds)]
    for moment, seconds in reports:
        after = further(now, seconds, at(moment))
        if after is not None:
            assert after.seconds == max(now.seconds, seconds)
            now, newest = after, max(newest, moment)
            stood.append((newest, now.seconds))
    for index, (then, had) in enumerate(stood):
        assert all(has - had <= later - then + SLACK for later, has in stood[index:])


@given(st.lists(st.tuples(st.integers(0, 600), st.booleans()), max_size=20))
def test_whoever_plays_it_and_reports_now_and_then_is_never_refused(parts: list[tuple[int, bool]]) -> None:
    """Each part is played at its own pace; some are played again from the beginning, some follow a pause."""
    now, clock, place = NOT_BEGUN, 0, 0
    for length, again in parts:
        place = length if again else place + length
        clock += length
        after = further(now, place, at(clock))
        assert after is not None
        now = after
