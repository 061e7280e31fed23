"""When a board's day, week, month, quarter or year begins and ends, and when its result stands.

A period begins at the zone's midnight: the first instant at which the calendar there shows its first day.
So every instant lies in exactly one period of each kind, also where midnight does not exist (São Paulo
2018-11-04), comes twice (St. John's 2010-11-07), or the day itself was skipped (Apia 2011-12-30: an empty
period).

Every instant taken is an aware datetime of any zone, every instant given is in UTC. Days and instants outside
the years 2 to 9998, naive datetimes and unknown zones are refused with ValueError.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# A year of room at each end, so that no neighbouring midnight leaves what a datetime can hold.
FIRST_YEAR, LAST_YEAR = 2, 9998
USUAL_ZONE = "Asia/Shanghai"  # of a root for which nobody says another
ONE_DAY = timedelta(days=1)
# Files in the zone database that name no place: this machine's own setting, and "not set yet".
NO_PLACES = frozenset({"localtime", "Factory"})


class PeriodKind(StrEnum):
    """Weeks are ISO weeks, Monday to Sunday; quarters begin in January, April, July and October."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"
    ALL_TIME = "ALL_TIME"


class BoardState(StrEnum):
    """LIVE moves. SETTLING: over, late reports still count. FINAL: changes only by correction.

    FROZEN outlasts the others; it is a decision about an organization, so `state` here never answers it.
    """

    LIVE = "LIVE"
    FROZEN = "FROZEN"
    SETTLING = "SETTLING"
    FINAL = "FINAL"


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open, in UTC: starts_at <= instant < ends_at. Both are None for ALL_TIME."""

    kind: PeriodKind
    starts_at: datetime | None
    ends_at: datetime | None

    def contains(self, instant: datetime) -> bool:
        moment = _utc(instant)
        begun = self.starts_at is None or self.starts_at <= moment
        return begun and (self.ends_at is None or moment < self.ends_at)


def known_zone(name: str) -> bool:
    """Whether `name` is, letter for letter, an IANA zone that this machine or the tzdata package knows."""
    return name in _zone_names()


def midnight(day: date, zone: str) -> datetime:
    """The first instant at which the calendar in `zone` shows `day`, or where it skipped `day`, the next."""
    return _first_instant(_within_reach(day), _zone(zone))


def local_day(instant: datetime, zone: str) -> date:
    """The day whose period holds `instant`: the date in `zone`.

    Where a clock was set back across midnight the old date shows again for a while; the new day has begun all
    the same, and it is the new day that is answered.
    """
    place, moment = _zone(zone), _utc(instant)
    day = moment.astimezone(place).date()
    while _first_instant(day + ONE_DAY, place) <= moment:
        day += ONE_DAY
    return day


def next_midnight(instant: datetime, zone: str) -> datetime:
    """The earliest midnight of `zone` that is strictly after `instant`."""
    return _first_instant(local_day(instant, zone) + ONE_DAY, _zone(zone))


def period(kind: PeriodKind, on: date, zone: str) -> Period:
    """The period of that kind which holds day `on` in `zone`."""
    place = _zone(zone)
    if kind is PeriodKind.ALL_TIME:
        return Period(kind, None, None)
    first, following = _days(kind, _within_reach(on))
    return Period(kind, _first_instant(first, place), _first_instant(following, place))


def first_day(kind: PeriodKind, on: date) -> date | None:
    """By which a period is known, whichever of its days was named; None for ALL_TIME."""
    return None if kind is PeriodKind.ALL_TIME else _days(kind, _within_reach(on))[0]


def final_at(period: Period, settling: timedelta) -> datetime | None:
    """The instant from which the result stands; None for ALL_TIME, which never ends."""
    if settling < timedelta(0):
        raise ValueError(f"a period cannot settle before it ends: {settling}")
    if period.ends_at is None:
        return None
    try:
        return period.ends_at + settling
    except OverflowError:
        raise ValueError(f"a period cannot settle for {settling}: no date is that late") from None


def state(period: Period, time: datetime, settling: timedelta) -> BoardState:
    """LIVE before the period's end, also before its start; SETTLING for `settling` after it; then FINAL."""
    moment, final = _utc(time), final_at(period, settling)
    if period.ends_at is None or final is None or moment < period.ends_at:
        return BoardState.LIVE
    return BoardState.SETTLING if moment < final else BoardState.FINAL


def counts_at(occurred_at: datetime, recorded_at: datetime, zone: str, settling: timedelta) -> datetime:
    """Where boards place an act: when it occurred, or when it was recorded if its day was FINAL by then.

    ValueError when it was recorded before it occurred.
    """
    occurred, recorded = _utc(occurred_at), _utc(recorded_at)
    if recorded < occurred:
        raise ValueError(f"an act cannot be recorded ({recorded}) before it occurred ({occurred})")
    day = period(PeriodKind.DAY, local_day(occurred, zone), zone)
    return recorded if state(day, recorded, settling) is BoardState.FINAL else occurred


def _days(kind: PeriodKind, on: date) -> tuple[date, date]:
    """The first day of the period around `on`, and the first day after it."""
    match kind:
        case PeriodKind.DAY:
            return on, on + ONE_DAY
        case PeriodKind.WEEK:
            monday = on - on.weekday() * ONE_DAY
            return monday, monday + 7 * ONE_DAY
        case PeriodKind.MONTH:
            return _months(on.year, on.month, 1)
        case PeriodKind.QUARTER:
            return _months(on.year, on.month - (on.month - 1) % 3, 3)
        case PeriodKind.YEAR:
            return _months(on.year, 1, 12)
        case PeriodKind.ALL_TIME:
            raise ValueError("ALL_TIME has no first day")


def _months(year: int, month: int, length: int) -> tuple[date, date]:
    years, month_index = divmod(month - 1 + length, 12)
    return date(year, month, 1), date(year + years, month_index + 1, 1)


def _first_instant(day: date, place: ZoneInfo) -> datetime:
    wall = datetime.combine(day, datetime.min.time())
    # Of a midnight that comes twice, fold=0 is the first. Of one that does not exist, it is the old offset's.
    by_old_offset = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if _wall(by_old_offset, place) == wall:
        return by_old_offset
    # The clocks jumped over midnight, perhaps from well before it (Toronto 1919: from 23:30 to 00:30). The
    # jump lies after the new offset's midnight, and not after the old one's: find its second.
    by_new_offset = wall.replace(tzinfo=place, fold=1).astimezone(UTC)

    def day_is_shown(second: int) -> bool:
        return _wall(by_new_offset + timedelta(seconds=second), place) >= wall

    seconds = range((by_old_offset - by_new_offset) // timedelta(seconds=1))
    return by_new_offset + timedelta(seconds=bisect_left(seconds, True, key=day_is_shown))


def _wall(moment: datetime, place: ZoneInfo) -> datetime:
    """What a clock on the wall shows there: naive, so that it compares as the wall does."""
    return moment.astimezone(place).replace(tzinfo=None, fold=0)


def _within_reach(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{day} is outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


def _utc(instant: datetime) -> datetime:
    _within_reach(instant)
    if instant.utcoffset() is None:
        raise ValueError(f"{instant} has no time zone, so it is no instant")
    return instant.astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    if not known_zone(name):
        raise ValueError(f"no time zone is called {name!r}")
    return ZoneInfo(name)


@cache
def _zone_names() -> frozenset[str]:
    # Read once: it walks the zone database's whole directory.
    return frozenset(available_timezones()) - NO_PLACES
