"""What is kept, up to a weight: what was asked for once goes before what was asked for again, the oldest first.

Otherwise whoever sends many things once would push out what everybody else sends all the time.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
AGAIN = 0.75  # of the weight, and of the number: as much may be held by what was asked for again


class _Queue(Generic[K, V]):
    def __init__(self) -> None:
        self.found: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self.weight = 0

    def put(self, key: K, value: V, weight: int) -> None:
        self.found[key] = value, weight
        self.weight += weight

    def take(self, key: K) -> tuple[V, int]:
        value, weight = self.found.pop(key)
        self.weight -= weight
        return value, weight

    def oldest(self) -> K:
        return next(iter(self.found))

    def beyond(self, most: float, weight: float) -> bool:
        return len(self.found) > most or self.weight > weight


class Kept(Generic[K, V]):
    """most: how many; weight: of all together. One that alone weighs more than a quarter of that may not be kept."""

    def __init__(self, most: int, weight: int) -> None:
        self._most, self._weight = most, weight
        self._once: _Queue[K, V] = _Queue()
        self._again: _Queue[K, V] = _Queue()

    def __len__(self) -> int:
        return len(self._once.found) + len(self._again.found)

    def get(self, key: K) -> V | None:
        if key in self._again.found:
            self._again.found.move_to_end(key)
            return self._again.found[key][0]
        if key not in self._once.found:
            return None
        value, weight = self._once.take(key)
        self._again.put(key, value, weight)
        while self._again.beyond(self._most * AGAIN, self._weight * AGAIN):
            last = self._again.oldest()
            self._once.put(last, *self._again.take(last))
        return value

    def put(self, key: K, value: V, weight: int) -> None:
        """Of a key that `get` did not find."""
        self._once.put(key, value, weight)
        most, allowed = self._most - len(self._again.found), self._weight - self._again.weight
        while self._once.beyond(most, allowed):
            self._once.take(self._once.oldest())
