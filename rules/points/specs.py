"""A points rule as data: what one act is worth, what it is worth at most, and to whom.

    spec = parse({"title": "阅读文章", "amount": 1, "caps": [{"period": "DAY", "points": 6}]})
    parse(written(spec)) == spec

Whole numbers everywhere. A rule gives (amounts ≥ 0) or takes (amounts ≤ 0), never both.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar, cast

from rules.periods import PeriodKind
from rules.refusals import Checks

MOST_POINTS = 1_000_000  # of one entry: a typing error, not a deed
MOST_QUANTITY = 1_000_000
MOST_FACTOR = 100
MOST_RESULTS, MOST_WINDOWS = 50, 24
MOST_MINUTES = 24 * 60
MOST_CODE = 64  # characters
CODE = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
FIELDS = frozenset(
    {"title", "amount", "results", "unit", "minutes", "caps", "group", "base", "floor", "windows", "earner", "ranks"}
)
E = TypeVar("E", bound=StrEnum)


class Unit(StrEnum):
    """What is counted: items, full stretches of `minutes`, or days on which it happened at all."""

    PER_ITEM = "PER_ITEM"
    PER_FULL_MINUTES = "PER_FULL_MINUTES"
    ONCE_A_DAY = "ONCE_A_DAY"


class Earner(StrEnum):
    """MEMBER: who did it. ORGANIZATION: the one to which they belonged then, as points of its own."""

    MEMBER = "MEMBER"
    ORGANIZATION = "ORGANIZATION"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many points in a period. shared: by all rules of the group together."""

    period: PeriodKind
    points: int
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes after the root's midnight, half-open: begins <= minute < ends."""

    begins: int
    ends: int
    factor: int


@dataclass(frozen=True, slots=True)
class Spec:
    """results: the amount by result, `amount` for any other. base: given to each member for a year. floor: the year's
    sum (of the group, where there is one) that no deduction goes below."""

    title: str
    amount: int
    results: tuple[tuple[str, int], ...] = ()
    unit: Unit = Unit.PER_ITEM
    minutes: int | None = None
    caps: tuple[Cap, ...] = ()
    group: str | None = None
    base: int | None = None
    floor: int | None = None
    windows: tuple[Window, ...] = ()
    earner: Earner = Earner.MEMBER
    ranks: bool = True

    @property
    def takes(self) -> bool:
        return min(self.amount, *(amount for _, amount in self.results), 0) < 0

    def worth(self, result: str | None) -> int:
        """Of one unit with that result."""
        return next((amount for name, amount in self.results if name == result), self.amount)


# ---------------------------------------------------------------- to JSON


def written(spec: Spec) -> dict[str, Any]:
    """As JSON takes it; what is as usual is left out."""
    full: dict[str, Any] = {
        "title": spec.title,
        "amount": spec.amount,
        "results": dict(spec.results) or None,
        "unit": spec.unit.value,
        "minutes": spec.minutes,
        "caps": [{"period": cap.period.value, "points": cap.points, "shared": cap.shared} for cap in spec.caps] or None,
        "group": spec.group,
        "base": spec.base,
        "floor": spec.floor,
        "windows": [{"from": clock(one.begins), "to": clock(one.ends), "factor": one.factor} for one in spec.windows]
        or None,
        "earner": spec.earner.value,
        "ranks": spec.ranks,
    }
    return {name: value for name, value in full.items() if value is not None}


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


# ---------------------------------------------------------------- from JSON


def code_of(checks: Checks, code: str, path: str = "code") -> str:
    """A rule's or a group's name, such as `course.heard`."""
    kept = checks.line(code, path, least=1, most=MOST_CODE)
    fits = not kept or CODE.fullmatch(kept) is not None
    checks.that(fits, path, f"{path} is small letters and digits, joined by . - or _, such as course.heard.")
    return kept


def parse(given: object, path: str = "", *, stored: bool = False) -> Spec:
    """InvalidInput names every fault, its path below `path`. stored: by an older release, see Checks."""
    reader = _Reader(Checks(stored=stored), f"{path}." if path else "")
    spec = reader.spec(given)
    reader.checks.done()
    return spec


class _Reader:
    """Reads what may be anything; what is wrong is noted, and something harmless goes on in its place."""

    def __init__(self, checks: Checks, prefix: str) -> None:
        self.checks = checks
        self._prefix = prefix

    def spec(self, given: object) -> Spec:
        if not isinstance(given, Mapping):
            self._wrong("", "A rule is an object with title and amount.")
            return Spec("", 0)
        read = cast(Mapping[str, Any], given)
        for name in sorted(read.keys() - FIELDS):
            self._wrong(str(name), f"A rule has no {name}; it has {', '.join(sorted(FIELDS))}.")
        spec = Spec(
            title=self._text(read, "title"),
            amount=self._whole(read.get("amount"), "amount", -MOST_POINTS, MOST_POINTS),
            results=self._results(read.get("results")),
            unit=self._enum(read, "unit", Unit, Unit.PER_ITEM),
            minutes=self._perhaps(read.get("minutes"), "minutes", 1, MOST_MINUTES),
            caps=self._each(read.get("caps"), "caps", 10, self._cap),
            group=self._group(read.get("group")),
            base=self._perhaps(read.get("base"), "base", 0, MOST_POINTS),
            floor=self._perhaps(read.get("floor"), "floor", -MOST_POINTS, MOST_POINTS),
            windows=self._windows(read.get("windows")),
            earner=self._enum(read, "earner", Earner, Earner.MEMBER),
            ranks=self._flag(read.get("ranks"), "ranks", True),
        )
        self._together(spec)
        return spec

    def _together(self, spec: Spec) -> None:
        """What no field can say alone."""
        amounts = [spec.amount, *(amount for _, amount in spec.results)]
        if min(amounts) < 0 < max(amounts):
            self._wrong("results", "A rule gives or takes: its amounts are all 0 or more, or all 0 or less.")
        per_minutes = spec.unit is Unit.PER_FULL_MINUTES
        if per_minutes != (spec.minutes is not None):
            self._wrong("minutes", "minutes goes with the unit PER_FULL_MINUTES: how many make one unit.")
        if spec.group is None and any(cap.shared for cap in spec.caps):
            self._wrong("group", "A shared cap needs the group that shares it.")
        kinds = [(cap.period, cap.shared) for cap in spec.caps]
        if len(set(kinds)) < len(kinds):
            self._wrong("caps", "There is one cap for each period, alone and shared.")
        if spec.floor is not None and not spec.takes:
            self._wrong("floor", "floor is for a rule that takes points: its amount is below 0.")
        if spec.base is not None and spec.earner is Earner.ORGANIZATION:
            self._wrong("base", "base is given to members, and this rule's points are an organization's.")
        ordered = sorted(spec.windows, key=lambda one: one.begins)
        for one, following in pairwise(ordered):
            if following.begins < one.ends:
                self._wrong("windows", f"Windows overlap at {clock(following.begins)}; each minute has one factor.")

    def _wrong(self, path: str, message: str) -> None:
        self.checks.that(False, f"{self._prefix}{path}".rstrip("."), message)

    def _text(self, read: Mapping[str, Any], name: str) -> str:
        value = read.get(name)
        if value is not None and not isinstance(value, str):
            self._wrong(name, f"{name} is a text.")
            return ""
        return self.checks.line(value, f"{self._prefix}{name}", least=1, most=100)

    def _whole(self, value: object, path: str, least: int, most: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self._wrong(path, f"{path} is a whole number from {least} to {most}.")
        return max(least, min(0, most))

    def _perhaps(self, value: object, path: str, least: int, most: int) -> int | None:
        return None if value is None else self._whole(value, path, least, most)

    def _flag(self, value: object, path: str, usual: bool) -> bool:
        if value is None or isinstance(value, bool):
            return usual if value is None else value
        self._wrong(path, f"{path} is true or false.")
        return usual

    def _enum(self, read: Mapping[str, Any], name: str, kind: type[E], usual: E) -> E:
        return usual if read.get(name) is None else self._one_of(read[name], name, kind, usual)

    def _one_of(self, value: object, path: str, kind: type[E], usual: E) -> E:
        found = next((one for one in kind if one.value == value), None)
        if found is None:
            self._wrong(path, f"{path} is one of {', '.join(kind)}.")
        return found or usual

    def _group(self, value: object) -> str | None:
        if value is None:
            return None
        return code_of(self.checks, value if isinstance(value, str) else "", f"{self._prefix}group")

    def _results(self, value: object) -> tuple[tuple[str, int], ...]:
        if value is None:
            return ()
        if not isinstance(value, Mapping) or len(cast(Mapping[str, Any], value)) > MOST_RESULTS:
            self._wrong("results", f"results maps at most {MOST_RESULTS} results to amounts, such as perfect to 2.")
            return ()
        read: list[tuple[str, int]] = []
        for name, amount in cast(Mapping[str, Any], value).items():
            kept = self.checks.line(name, f"{self._prefix}results", least=1, most=MOST_CODE)
            read.append((kept, self._whole(amount, f"results.{name}", -MOST_POINTS, MOST_POINTS)))
        return tuple(sorted(read))

    def _each(
        self, value: object, path: str, most: int, one: Callable[[Mapping[str, Any], str], E | Cap | Window]
    ) -> tuple[Any, ...]:
        if value is None:
            return ()
        if not isinstance(value, Sequence) or isinstance(value, str) or len(cast(Sequence[Any], value)) > most:
            self._wrong(path, f"{path} is a list of at most {most}.")
            return ()
        read: list[Any] = []
        for index, item in enumerate(cast(Sequence[Any], value)):
            if isinstance(item, Mapping):
                read.append(one(cast(Mapping[str, Any], item), f"{path}.{index}"))
            else:
                self._wrong(f"{path}.{index}", f"Each of {path} is an object.")
        return tuple(read)

    def _cap(self, read: Mapping[str, Any], path: str) -> Cap:
        period = self._one_of(read.get("period"), f"{path}.period", PeriodKind, PeriodKind.DAY)
        if period is PeriodKind.ALL_TIME:
            self._wrong(f"{path}.period", "A cap is for a DAY, WEEK, MONTH, QUARTER or YEAR.")
        points = self._whole(read.get("points"), f"{path}.points", 0, MOST_POINTS)
        return Cap(period, points, self._flag(read.get("shared"), f"{path}.shared", False))

    def _windows(self, value: object) -> tuple[Window, ...]:
        return self._each(value, "windows", MOST_WINDOWS, self._window)

    def _window(self, read: Mapping[str, Any], path: str) -> Window:
        begins, ends = (self._minute(read.get(name), f"{path}.{name}") for name in ("from", "to"))
        if begins >= ends:
            self._wrong(f"{path}.to", "A window ends after it begins, at 24:00 at the latest.")
        return Window(begins, ends, self._whole(read.get("factor"), f"{path}.factor", 1, MOST_FACTOR))

    def _minute(self, value: object, path: str) -> int:
        if isinstance(value, str) and CLOCK.fullmatch(value):
            hours, minutes = value.split(":")
            return int(hours) * 60 + int(minutes)
        self._wrong(path, f"{path} is a time of the day from 00:00 to 24:00, such as 08:30.")
        return 0
