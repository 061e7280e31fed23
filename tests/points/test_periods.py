"""When a day, week, month, quarter or year begins and ends, in zones that make it hard."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.periods import (
    BoardState,
    Period,
    PeriodKind,
    counts_at,
    final_at,
    first_day,
    known_zone,
    local_day,
    midnight,
    next_midnight,
    period,
    state,
)

SHANGHAI = "Asia/Shanghai"
NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
SAO_PAULO = "America/Sao_Paulo"
ST_JOHNS = "America/St_Johns"
APIA = "Pacific/Apia"

SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
HOUR, DAY, SETTLING = timedelta(hours=1), timedelta(days=1), timedelta(hours=72)

ENDING = [kind for kind in PeriodKind if kind is not PeriodKind.ALL_TIME]
zones = st.sampled_from([SHANGHAI, NEW_YORK, LORD_HOWE, SAO_PAULO, ST_JOHNS, APIA, "Africa/Cairo"])
days = st.dates(date(1975, 1, 1), date(2036, 12, 31))
instants = st.floats(2e8, 2e9).map(lambda unix: datetime.fromtimestamp(unix, UTC))
# Within two hours of where a midnight is missing, repeated or skipped, or a clock goes back half an hour.
hard = {SAO_PAULO: 1541300400, ST_JOHNS: 1289097000, APIA: 1325239200, LORD_HOWE: 1775314800}
moments = st.tuples(instants, zones) | st.builds(
    lambda zone, off: (datetime.fromtimestamp(hard[zone] + off, UTC), zone),
    st.sampled_from(sorted(hard)),
    st.integers(-7200, 7200),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def bounds(kind: PeriodKind, on: date, zone: str) -> tuple[datetime, datetime]:
    found = period(kind, on, zone)
    assert found.starts_at is not None
    assert found.ends_at is not None
    return found.starts_at, found.ends_at


# ---------------------------------------------------------------- midnight


@pytest.mark.parametrize("by", [SECOND, MICROSECOND])
def test_shanghais_day_turns_at_16_00_utc_and_not_a_moment_off(by: timedelta) -> None:
    turn = utc("2026-03-31T16:00")
    months = [period(PeriodKind.MONTH, date(2026, month, 9), SHANGHAI) for month in (3, 4)]

    assert local_day(turn - by, SHANGHAI) == date(2026, 3, 31)
    assert local_day(turn, SHANGHAI) == local_day(turn + by, SHANGHAI) == date(2026, 4, 1)
    assert [month.contains(turn - by) for month in months] == [True, False]
    assert [month.contains(turn) for month in months] == [False, True]
    assert [month.contains(turn + by) for month in months] == [False, True]


def test_the_next_midnight_is_strictly_later() -> None:
    turn = utc("2026-03-31T16:00")

    assert next_midnight(turn - MICROSECOND, SHANGHAI) == turn
    assert next_midnight(turn, SHANGHAI) == turn + DAY
    assert next_midnight(turn + MICROSECOND, SHANGHAI) == turn + DAY


def test_an_instant_may_come_in_any_zone_and_goes_out_in_utc() -> None:
    noon = datetime(2026, 3, 31, 12, tzinfo=ZoneInfo(NEW_YORK))

    assert local_day(noon, SHANGHAI) == date(2026, 4, 1)
    assert next_midnight(noon, SHANGHAI).tzinfo is UTC
    assert counts_at(noon, noon, SHANGHAI, SETTLING).tzinfo is UTC
    assert all(edge.tzinfo is UTC for edge in bounds(PeriodKind.DAY, noon.date(), NEW_YORK))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, date(2026, 3, 8), 23),
        (NEW_YORK, date(2026, 11, 1), 25),
        (LORD_HOWE, date(2026, 10, 4), 23.5),
        (LORD_HOWE, date(2026, 4, 5), 24.5),
        (SHANGHAI, date(1991, 9, 15), 25),
        (SAO_PAULO, date(2018, 11, 4), 23),
        (SAO_PAULO, date(2018, 2, 17), 25),
        (APIA, date(2011, 12, 30), 0),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone: str, day: date, hours: float) -> None:
    start, end = bounds(PeriodKind.DAY, day, zone)

    assert end - start == hours * HOUR


def test_a_midnight_that_does_not_exist_gives_way_to_the_first_moment_that_does() -> None:
    start = midnight(date(2018, 11, 4), SAO_PAULO)

    assert start == utc("2018-11-04T03:00")
    assert start.astimezone(ZoneInfo(SAO_PAULO)).hour == 1
    assert local_day(start - MICROSECOND, SAO_PAULO) == date(2018, 11, 3)
    assert local_day(start, SAO_PAULO) == date(2018, 11, 4)


def test_a_jump_that_begins_before_midnight_begins_the_day() -> None:
    # 1919-03-30 23:30 became 1919-03-31 00:30; midnight by the old clock would be half an hour late.
    assert midnight(date(1919, 3, 31), "America/Toronto") == utc("1919-03-31T04:30")


def test_a_midnight_that_comes_twice_counts_the_first_time() -> None:
    # 2010-11-07 00:01 became 2010-11-06 23:01.
    start = midnight(date(2010, 11, 7), ST_JOHNS)
    repeated = start + timedelta(minutes=30)

    assert start == utc("2010-11-07T02:30")
    assert repeated.astimezone(ZoneInfo(ST_JOHNS)).date() == date(2010, 11, 6)
    assert local_day(repeated, ST_JOHNS) == date(2010, 11, 7)
    assert next_midnight(repeated, ST_JOHNS) == midnight(date(2010, 11, 8), ST_JOHNS)


def test_a_skipped_day_is_empty_and_nobody_lives_in_it() -> None:
    skip = utc("2011-12-30T10:00")
    skipped = period(PeriodKind.DAY, date(2011, 12, 30), APIA)

    assert skipped == Period(PeriodKind.DAY, skip, skip)
    assert not skipped.contains(skip)
    assert local_day(skip - MICROSECOND, APIA) == date(2011, 12, 29)
    assert local_day(skip, APIA) == date(2011, 12, 31)
    assert next_midnight(skip - MICROSECOND, APIA) == skip
    assert next_midnight(skip, APIA) == utc("2011-12-31T10:00")


@given(days, zones)
def test_midnight_is_the_first_minute_that_shows_the_day_or_a_later_one(day: date, zone: str) -> None:
    place = ZoneInfo(zone)
    utc_midnight = datetime.combine(day, datetime.min.time(), tzinfo=UTC)
    minutes = (utc_midnight + timedelta(minutes=minute) for minute in range(-24 * 60, 24 * 60))

    assert midnight(day, zone) == next(at for at in minutes if at.astimezone(place).date() >= day)


# ---------------------------------------------------------------- periods


@pytest.mark.parametrize(
    ("kind", "on", "first", "following"),
    [
        (PeriodKind.DAY, "2024-02-29", "2024-02-29", "2024-03-01"),
        (PeriodKind.MONTH, "2024-02-29", "2024-02-01", "2024-03-01"),
        (PeriodKind.MONTH, "2026-12-31", "2026-12-01", "2027-01-01"),
        (PeriodKind.WEEK, "2020-12-28", "2020-12-28", "2021-01-04"),  # 2020-W53
        (PeriodKind.WEEK, "2021-01-03", "2020-12-28", "2021-01-04"),
        (PeriodKind.WEEK, "2027-01-03", "2026-12-28", "2027-01-04"),  # 2026-W53
        (PeriodKind.QUARTER, "2026-03-31", "2026-01-01", "2026-04-01"),
        (PeriodKind.QUARTER, "2026-05-15", "2026-04-01", "2026-07-01"),
        (PeriodKind.QUARTER, "2026-09-30", "2026-07-01", "2026-10-01"),
        (PeriodKind.QUARTER, "2026-12-31", "2026-10-01", "2027-01-01"),
        (PeriodKind.YEAR, "2024-12-31", "2024-01-01", "2025-01-01"),
    ],
)
def test_a_period_runs_from_its_first_midnight_to_the_next_ones(
    kind: PeriodKind, on: str, first: str, following: str
) -> None:
    ahead = 8 * HOUR

    assert bounds(kind, date.fromisoformat(on), SHANGHAI) == (utc(first) - ahead, utc(following) - ahead)


@given(days, zones)
def test_iso_weeks_are_the_calendars_weeks(day: date, zone: str) -> None:
    year, week, _ = day.isocalendar()
    monday = date.fromisocalendar(year, week, 1)

    assert bounds(PeriodKind.WEEK, day, zone) == (midnight(monday, zone), midnight(monday + 7 * DAY, zone))


@given(moments, st.sampled_from(PeriodKind))
def test_every_instant_lies_in_exactly_one_period_of_each_kind(moment: tuple[datetime, str], kind: PeriodKind) -> None:
    instant, zone = moment
    day = local_day(instant, zone)
    nearby = [*range(-4, 5), -400, -100, -35, -8, 8, 35, 100, 400]
    around = {period(kind, day + offset * DAY, zone) for offset in nearby}

    assert [found for found in around if found.contains(instant)] == [period(kind, day, zone)]


@given(days, zones, st.sampled_from(ENDING))
def test_where_a_period_ends_the_next_begins(day: date, zone: str, kind: PeriodKind) -> None:
    start, end = bounds(kind, day, zone)
    before, after = local_day(start - MICROSECOND, zone), local_day(end, zone)

    assert next_midnight(end - MICROSECOND, zone) == end
    assert bounds(kind, before, zone)[1] == start
    assert bounds(kind, after, zone)[0] == end
    assert period(kind, first_day(kind, day) or date.max, zone) == period(kind, day, zone)


# ---------------------------------------------------------------- states


def test_a_board_lives_settles_and_is_final() -> None:
    april = period(PeriodKind.MONTH, date(2026, 4, 9), SHANGHAI)
    end = utc("2026-04-30T16:00")
    times = [utc("2020-01-01"), end - MICROSECOND, end, end + SETTLING - MICROSECOND, end + SETTLING]

    states = [state(april, time, SETTLING).value for time in times]

    assert final_at(april, SETTLING) == end + SETTLING
    assert states == ["LIVE", "LIVE", "SETTLING", "SETTLING", "FINAL"]
    assert state(april, end, timedelta(0)) is BoardState.FINAL


def test_all_time_has_no_edges_and_always_lives() -> None:
    for_ever = period(PeriodKind.ALL_TIME, date(2026, 4, 9), SHANGHAI)

    assert for_ever == Period(PeriodKind.ALL_TIME, None, None)
    assert all(for_ever.contains(utc(day)) for day in ["0002-01-01", "9998-12-31"])
    assert final_at(for_ever, SETTLING) is None
    assert state(for_ever, utc("9998-12-31"), SETTLING) is BoardState.LIVE


def test_an_act_counts_when_it_occurred_until_its_day_is_final() -> None:
    occurred = utc("2026-04-30T15:59:59")
    final = utc("2026-04-30T16:00") + SETTLING

    assert counts_at(occurred, occurred, SHANGHAI, SETTLING) == occurred
    assert counts_at(occurred, final - MICROSECOND, SHANGHAI, SETTLING) == occurred
    assert counts_at(occurred, final, SHANGHAI, SETTLING) == final
    assert counts_at(occurred + SECOND, final, SHANGHAI, SETTLING) == occurred + SECOND


@given(moments, st.timedeltas(timedelta(0), 9 * DAY))
def test_nothing_is_ever_placed_in_a_final_day(moment: tuple[datetime, str], later: timedelta) -> None:
    occurred, zone = moment
    placed = counts_at(occurred, occurred + later, zone, SETTLING)
    day = period(PeriodKind.DAY, local_day(placed, zone), zone)

    assert placed in (occurred, occurred + later)
    assert state(day, occurred + later, SETTLING) is not BoardState.FINAL


# ---------------------------------------------------------------- refusals


def test_an_act_is_not_recorded_before_it_occurred() -> None:
    now = utc("2026-04-30T12:00")

    with pytest.raises(ValueError, match="before it occurred"):
        counts_at(now + MICROSECOND, now, SHANGHAI, SETTLING)


def test_an_instant_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        local_day(utc("2026-01-01").replace(tzinfo=None), SHANGHAI)


def test_zones_are_known_by_their_exact_name() -> None:
    assert all(known_zone(name) for name in [SHANGHAI, "UTC"])
    for name in ["", "asia/shanghai", "Asia", "Asia/Atlantis", "../zoneinfo/UTC", "/UTC", "localtime", "\0"]:
        assert not known_zone(name)
        with pytest.raises(ValueError, match="no time zone is called"):
            midnight(date(2026, 1, 1), name)


@pytest.mark.parametrize("zone", [SHANGHAI, NEW_YORK, "Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("kind", ENDING)
def test_the_calendars_ends_are_refused_in_words(kind: PeriodKind, zone: str) -> None:
    for day in [date.min, date(1, 12, 31), date(9999, 1, 1), date.max]:
        with pytest.raises(ValueError, match="outside the years 2 to 9998"):
            period(kind, day, zone)
        with pytest.raises(ValueError, match="outside the years 2 to 9998"):
            midnight(day, zone)
    for offset in [UTC, timezone(14 * HOUR), timezone(-12 * HOUR)]:
        for instant in [datetime.min.replace(tzinfo=offset), datetime.max.replace(tzinfo=offset)]:
            with pytest.raises(ValueError, match="outside the years 2 to 9998"):
                local_day(instant, zone)
    for day in [date(2, 1, 1), date(9998, 12, 31)]:
        start, end = bounds(kind, day, zone)
        assert start < end


@pytest.mark.parametrize("settling", [-MICROSECOND, timedelta.max])
def test_settling_takes_a_time_that_can_pass(settling: timedelta) -> None:
    with pytest.raises(ValueError, match="cannot settle"):
        final_at(period(PeriodKind.DAY, date(2026, 1, 1), SHANGHAI), settling)
