"""Tortoise keeps each model's SQL by the name of the connection, which is the same for all: after another engine it
would give that one's. Making it anew for each test takes some 25 ms."""

from __future__ import annotations

from typing import Any

from tortoise.backends.base.executor import EXECUTOR_CACHE

_kept: dict[str, dict[Any, Any]] = {}
_in_use = ""


def use(url: str) -> None:
    """Before a database at that URL, or of the engine of that name, is connected."""
    global _in_use
    engine = url.partition(":")[0]
    if engine != _in_use:
        _kept[_in_use] = dict(EXECUTOR_CACHE)
        EXECUTOR_CACHE.clear()
        EXECUTOR_CACHE.update(_kept.get(engine, {}))
        _in_use = engine
