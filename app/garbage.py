"""How Python looks for garbage in a server, and how long each search held the loop. Of the whole process."""

import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

# Objects that are made before Python looks for garbage among the young, the middle-aged, and all. With its own numbers
# (700, 10, 10) a hall of 2,000 that comes back spends most of its time on looking through sockets that live for hours.
# What is in use while the young are looked through becomes middle-aged: 50 times that held the loop for 150 ms.
OFTEN = (20_000, 10, 500)


@dataclass(slots=True)
class Searches:
    """Of one generation, in seconds: nothing else ran meanwhile."""

    count: int = 0
    total: float = 0.0
    longest: float = 0.0


searches = {generation: Searches() for generation in range(3)}
_began = 0.0


def spare_the_loop() -> None:
    """What is loaded by now stays until the end, and is not looked through again. Searches are timed from now on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*OFTEN)
    if timed not in gc.callbacks:
        gc.callbacks.append(timed)


def timed(phase: str, facts: dict[str, Any]) -> None:
    """Python calls it at each search's start and stop."""
    global _began
    if phase == "start":
        _began = time.monotonic()
        return
    took, among = time.monotonic() - _began, searches[facts["generation"]]
    among.count += 1
    among.total += took
    among.longest = max(among.longest, took)


class Told(Collector):
    """For /metrics."""

    def collect(self) -> Iterator[Metric]:
        longest = GaugeMetricFamily(
            "leitai_garbage_longest_seconds",
            "How long Python's longest search for garbage held the loop since the start, by generation.",
            labels=["generation"],
        )
        count = CounterMetricFamily("leitai_garbage_searches", "Searches for garbage.", labels=["generation"])
        total = CounterMetricFamily("leitai_garbage_seconds", "What they took in all.", labels=["generation"])
        for generation, spent in searches.items():
            longest.add_metric([str(generation)], spent.longest)
            count.add_metric([str(generation)], spent.count)
            total.add_metric([str(generation)], spent.total)
        yield from (longest, count, total)
