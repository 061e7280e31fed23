"""Results that were asked for last."""

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """By key; at most so many, and whoever was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._kept: OrderedDict[object, T] = OrderedDict()
        self._most = most

    def get(self, key: object) -> T | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: object, value: T) -> T:
        self._kept[key] = value
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return value
