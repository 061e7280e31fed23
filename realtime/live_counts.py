"""What the live engine did, for the metrics."""

from bisect import bisect_left
from dataclasses import dataclass, field

LATE = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds: upper bounds
COMMIT, HINT, POLL = "commit", "hint", "poll"


@dataclass(slots=True)
class Histogram:
    """How often something took how long. counts: one for each bound, and one for what is above them all."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(LATE) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(LATE, seconds)] += 1
        self.total += seconds


@dataclass(slots=True)
class Counters:
    loads: int = 0
    executions: int = 0
    shared_executions: int = 0
    frames: int = 0
    bytes: int = 0
    conflated: int = 0
    lateness: dict[str, Histogram] = field(default_factory=lambda: {how: Histogram() for how in (COMMIT, HINT, POLL)})


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """How this process learned of a change, and when, by its monotonic clock."""

    how: str
    at: float
