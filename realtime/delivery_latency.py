"""From a change until the last socket of a board has it: measured per change, for the metrics.

A subscriber that asked for less than one frame a second, or that does not read, is not waited for.
"""

import time
from collections.abc import Hashable, Iterable

from realtime.live_counts import ChangeNotice, Counters


class Telling:
    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._told: ChangeNotice | None = None
        self._waiting: set[Hashable] = set()
        self._last: float | None = None

    def begins(self, told: ChangeNotice | None, groups: Iterable[Hashable]) -> None:
        """A newer state has to reach these groups. One that did not reach all of them goes on counting."""
        if not self._waiting or self._told is None or (told is not None and told.at < self._told.at):
            self._told = told
        self._waiting = set(groups)
        self._last = None

    def has(self, group: Hashable) -> None:
        """Every socket of the group that is waited for was written to."""
        if group in self._waiting:
            self._last = time.monotonic()
            self.needs_none(group)

    def needs_none(self, group: Hashable) -> None:
        """Nobody in the group is waited for, or it is the same to them."""
        self._waiting.discard(group)
        if not self._waiting and self._told is not None:
            if self._last is not None:
                self._counters.lateness[self._told.how].add(max(0.0, self._last - self._told.at))
            self._told = None
