"""Formats under which a sheet shows days and times, and what they show."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from rules.imports.format_codes import CURRENCY, GENERAL, Token

ELAPSED = frozenset({"[h]", "[hh]", "[m]", "[mm]", "[s]", "[ss]"})
LETTERS = frozenset("ymdhse")
HALVES = frozenset({"am/pm", "a/p", "上午/下午"})


@dataclass(frozen=True, slots=True)
class DateFormat:
    """runs: letters in a row, as yyyy, and what stands between. dated: it shows something of a day; whole: all of it.
    elapsed: hours beyond 24. sure: `render` shows what every program shows."""

    runs: tuple[str, ...]
    dated: bool
    whole: bool
    elapsed: bool
    sure: bool

    def render(self, day: date | None, at: timedelta, number: Decimal) -> str:
        if self.elapsed or not self.sure or (day is None) is self.dated:
            seconds = any(run[:1] == "s" or run[:2] == "[s" for run in self.runs)
            return _iso(day, at, number, self.elapsed, seconds)
        afternoon, halves = at >= timedelta(hours=12), any(run in HALVES for run in self.runs)
        return "".join(_shown(run, day, at, halves, afternoon) for run in self.runs)


def date_format(tokens: list[Token]) -> DateFormat | None:
    """None: it is a format of numbers or texts."""
    signs = [one.text.lower() for one in tokens if not one.literal]
    letters = {sign for sign in signs if sign in LETTERS or sign in "gb" or sign in ELAPSED}
    if not letters or any(sign in ("0", "#", "?", "@", GENERAL.lower()) and "s" not in letters for sign in signs):
        return None
    runs = _runs(tokens)
    kinds = {run[0] if len(run) > 1 else run for run in runs if _is_sign(run)}
    other_calendar = any(_calendar(sign) for sign in signs)
    sure = all(_known(run) for run in runs) and not any(sign.startswith("[dbnum") or _system(sign) for sign in signs)
    year = bool(kinds & {"y", "e"}) and not other_calendar
    dated = bool(kinds & {"y", "e", "M", "d", "g", "b"})
    return DateFormat(
        runs=tuple(runs),
        dated=dated,
        whole=year and "M" in kinds and any(run in ("d", "dd") for run in runs),
        elapsed=any(sign in ELAPSED for sign in signs),
        sure=sure and not other_calendar,
    )


def _runs(tokens: list[Token]) -> list[str]:
    """Months become M, so that m is minutes: those after hours or before seconds."""
    grouped: list[tuple[bool, str]] = []
    for key, group in groupby(tokens, lambda one: (one.literal, "" if one.literal else one.text.lower())):
        same = list(group)
        if key[0]:
            grouped.append((True, "\0" + "".join(one.text for one in same)))
        elif not key[1].startswith("[") or key[1] in ELAPSED:
            grouped.append((False, "".join(one.text.lower() for one in same)))
    signs = [(at, run) for at, (literal, run) in enumerate(grouped) if not literal and run[:1] in "ymdhse["]
    runs = [run for _, run in grouped]
    for number, (at, run) in enumerate(signs):
        before = signs[number - 1][1] if number else ""
        after = signs[number + 1][1] if number + 1 < len(signs) else ""
        if run[0] == "m" and not (before[:1] == "h" or before[:2] == "[h" or after[:1] == "s" or after[:2] == "[s"):
            runs[at] = run.replace("m", "M")
    return runs


def _is_sign(run: str) -> bool:
    return not run.startswith("\0")


def _calendar(sign: str) -> bool:
    """Eras, Buddhist years, and locales that name a calendar."""
    if sign in ("g", "b"):
        return True
    found = CURRENCY.fullmatch(sign)
    return bool(found) and not _system(sign) and len((found[2] if found else "") or "") > 4


def _system(sign: str) -> bool:
    """The long date or time of the machine that shows it."""
    return sign in ("[$-f800]", "[$-f400]", "[$-x-sysdate]", "[$-x-systime]")


def _known(run: str) -> bool:
    known = {"y", "yy", "yyy", "yyyy", "e", "M", "MM", "d", "dd", "h", "hh", "m", "mm", "s", "ss", "/", ".", ","}
    return not _is_sign(run) or run in known or run in HALVES


def _shown(run: str, day: date | None, at: timedelta, halves: bool, afternoon: bool) -> str:
    if not _is_sign(run):
        return run[1:]
    hours, rest = divmod(int(at.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    hours = (hours % 12 or 12) if halves else hours
    numbers = {"h": hours, "m": minutes, "s": seconds}
    if day:
        numbers |= {"M": day.month, "d": day.day, "y": day.year % 100}
        if run in ("yyy", "yyyy", "e"):
            return f"{day.year:04}"
        if run == "y":
            return f"{day.year % 100:02}"
    if run in HALVES:
        return run.split("/")[afternoon].upper()
    return f"{numbers[run[0]]:0{len(run)}}" if run[0] in numbers else run


def _iso(day: date | None, at: timedelta, number: Decimal, elapsed: bool, with_seconds: bool) -> str:
    if elapsed or number < 0:
        seconds = round(float(number) * 86_400)
        rest = f":{seconds % 60:02}" * with_seconds
        return f"{seconds // 3600}:{seconds // 60 % 60:02}{rest}" if seconds >= 0 else f"{number:f}"
    hours, rest = divmod(int(at.total_seconds()), 3600)
    clock = f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    if day is None:
        return clock
    return f"{day}" if not at else f"{day} {clock}"
