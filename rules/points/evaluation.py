"""What an act gives by a rule: units × worth × the window's factor, cut by caps and the floor.

Windows go by when it happened, caps by the period in which it counts. A cap given in part is given in part; what is
cut is told. `replay` is the slow twin: it goes through a ledger in its order and recomputes every amount.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from rules import periods
from rules.periods import Period, PeriodKind
from rules.points.specs import MOST_POINTS, Cap, Spec, Unit

NO_CAPS: Mapping[Cap, int] = {}


CAPPED = tuple(kind for kind in PeriodKind if kind is not PeriodKind.ALL_TIME)


class CutReason(StrEnum):
    """CAP_…: of the rule or its group. BELOW_UNIT: fewer minutes than one unit needs. ONCE_A_DAY: given that day
    before. NOT_IN_FORCE: no version held when it counts."""

    CAP_DAY = "CAP_DAY"
    CAP_WEEK = "CAP_WEEK"
    CAP_MONTH = "CAP_MONTH"
    CAP_QUARTER = "CAP_QUARTER"
    CAP_YEAR = "CAP_YEAR"
    BELOW_UNIT = "BELOW_UNIT"
    ONCE_A_DAY = "ONCE_A_DAY"
    FLOOR = "FLOOR"
    NOT_IN_FORCE = "NOT_IN_FORCE"


class TooManyPoints(ValueError):
    """One act would give more than MOST_POINTS."""


@dataclass(frozen=True, slots=True)
class Used:
    """What the ledger holds already. caps: points given (or taken) in each cap's period, as a number ≥ 0; today: by
    this rule that day; year: the sum of the year, for the floor."""

    caps: Mapping[Cap, int] = field(default_factory=lambda: NO_CAPS)
    today: int = 0
    year: int = 0


NOTHING_USED = Used()


@dataclass(frozen=True, slots=True)
class Given:
    """cut: why it is less than the act is worth, None where it is not; cut_points: how many less, a number ≥ 0."""

    amount: int
    cut: CutReason | None = None
    cut_points: int = 0


def evaluate(
    spec: Spec, quantity: int, result: str | None, occurred_at: datetime, zone: str, used: Used = NOTHING_USED
) -> Given:
    """quantity: items, or minutes for PER_FULL_MINUTES. TooManyPoints: more than an entry may hold."""
    units = _units(spec, quantity)
    if units == 0:
        return Given(0, CutReason.BELOW_UNIT)
    worth = spec.worth(result) * units * factor(spec, occurred_at, zone)
    wanted = abs(worth)
    if wanted > MOST_POINTS:
        raise TooManyPoints(f"{quantity} would give {worth:,} points; one act gives at most {MOST_POINTS:,}.")
    left, cut = wanted, None
    for room, why in _rooms(spec, used):
        if room < left:
            left, cut = max(0, room), why
    return Given(left if worth > 0 else -left, cut, wanted - left)


def _units(spec: Spec, quantity: int) -> int:
    match spec.unit:
        case Unit.PER_ITEM:
            return quantity
        case Unit.PER_FULL_MINUTES:
            return quantity // (spec.minutes or 1)
        case Unit.ONCE_A_DAY:
            return 1


def _rooms(spec: Spec, used: Used) -> Iterator[tuple[int, CutReason]]:
    """How many points each limit leaves, and its name; where several leave the same, the first is named."""
    if spec.unit is Unit.ONCE_A_DAY and used.today:
        yield 0, CutReason.ONCE_A_DAY
    for cap in spec.caps:
        yield cap.points - used.caps.get(cap, 0), CutReason(f"CAP_{cap.period.value}")
    if spec.floor is not None:
        yield used.year - spec.floor, CutReason.FLOOR


def factor(spec: Spec, occurred_at: datetime, zone: str) -> int:
    if not spec.windows:
        return 1
    local = occurred_at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    return next((one.factor for one in spec.windows if one.begins <= minute < one.ends), 1)


@lru_cache(maxsize=4096)
def _period(kind: PeriodKind, hour: int, zone: str) -> Period:
    instant = datetime.fromtimestamp(hour * 900, tz=UTC)
    return periods.period(kind, periods.local_day(instant, zone), zone)


def period_of(kind: PeriodKind, counts_at: datetime, zone: str) -> Period:
    """The period in which it counts. Remembered by the quarter of an hour, at whose edges every zone's day begins
    since 1972; where one does not, it is computed."""
    found = _period(kind, int(counts_at.timestamp() // 900), zone)
    return found if found.contains(counts_at) else periods.period(kind, periods.local_day(counts_at, zone), zone)


# ---------------------------------------------------------------- the slow twin


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger that a rule gave, or the reversal of one. spec None: a base, which no act gave. fixed: it
    counts as it stands, and is not computed again. others: who was the same person as the earner at that time."""

    id: object
    earner: object
    code: str
    group: str | None
    spec: Spec | None
    quantity: int
    result: str | None
    occurred_at: datetime
    counts_at: datetime
    amount: int
    zone: str
    reverses: object = None
    fixed: bool = False
    others: Sequence[object] = ()

    def inside(self, kind: PeriodKind) -> Period:
        return period_of(kind, self.counts_at, self.zone)


Before = Callable[[PeriodKind, bool], Sequence[Entry]]
"""What the same earner was given before in the act's period of a kind: by its rule, or shared, by its group."""


def replay(entries: Iterable[Entry], *, anew: bool = False) -> Iterator[tuple[Entry, Given]]:
    """Each act with what its rule gives after all before it; entries in the ledger's order. anew: after what it would
    have given for those before, not after what they were given."""
    shelves: dict[object, list[Entry]] = defaultdict(list)
    for entry in entries:
        kept = entry
        if entry.spec is not None and entry.reverses is None and not entry.fixed:

            def before(kind: PeriodKind, shared: bool, act: Entry = entry) -> Sequence[Entry]:
                return [
                    one
                    for earner in (act.earner, *act.others)
                    for one in shelves.get(_shelf(act, kind, shared, earner), ())
                ]

            used = used_by(entry.spec, before)
            given = evaluate(entry.spec, entry.quantity, entry.result, entry.occurred_at, entry.zone, used)
            yield entry, given
            kept = replace(entry, amount=given.amount) if anew else entry
        for kind in CAPPED:
            for shared in (False, True) if entry.group else (False,):
                shelves[_shelf(entry, kind, shared, entry.earner)].append(kept)


def _shelf(entry: Entry, kind: PeriodKind, shared: bool, earner: object) -> object:
    name = entry.group if shared and entry.group else entry.code
    return earner, shared and entry.group is not None, name, kind, entry.inside(kind).starts_at


def used_by(spec: Spec, before: Before) -> Used:
    """Summed plainly, of what still stands."""

    def standing(kind: PeriodKind, shared: bool) -> int:
        found = before(kind, shared)
        taken_back = {one.reverses for one in found if one.reverses is not None}
        kept = [one.amount for one in found if one.spec and one.reverses is None and one.id not in taken_back]
        return sum(abs(amount) for amount in kept if (amount < 0) == spec.takes)

    return Used(
        {cap: standing(cap.period, cap.shared) for cap in spec.caps},
        standing(PeriodKind.DAY, False) if spec.unit is Unit.ONCE_A_DAY else 0,
        sum(one.amount for one in before(PeriodKind.YEAR, True)) if spec.floor is not None else 0,
    )
