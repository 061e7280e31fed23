"""Hearing a course: the furthest position counts, and it cannot outrun the time that passed.

A study keeps how far it came and the earliest moment by which that can have been reached. A report that goes further
moves both by the seconds gained; that moment may lie at most TOLERANCE after the report's own time. So whatever is
reported, in however many parts, never more seconds are gained than passed, TOLERANCE apart, and once, not per report.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

TOLERANCE = timedelta(seconds=5)  # players round, and clocks are a little apart


@dataclass(frozen=True, slots=True)
class Heard:
    """seconds: the furthest position. by: the earliest moment by which it can have been reached; of a study that has
    not begun 0, and the course's publication."""

    seconds: int
    by: datetime


def further(before: Heard, seconds: int, at: datetime) -> Heard | None:
    """After a report that at that moment this position was reached. Going back loses nothing. None: it outran time."""
    gained = max(0, seconds - before.seconds)
    by = before.by + timedelta(seconds=gained)
    if gained and by > at + TOLERANCE:
        return None
    return Heard(before.seconds + gained, max(by, at))
