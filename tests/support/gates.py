"""A step of ours at which whoever comes first waits, while somebody else does something.

gate = Gate(monkeypatch, passwords, "matches", after=True)
signed_in, changed = await gate.meanwhile(sign_in(…), change(…))
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

A = TypeVar("A")
B = TypeVar("B")


class Gate:
    """after: they wait when the step is done, else before it. skipped: how many go through before."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, module: object, name: str, *, after: bool = False, skipped: int = 0
    ) -> None:
        self._step, self._after, self._skipped = getattr(module, name), after, skipped
        self._reached, self._open = asyncio.Event(), asyncio.Event()
        monkeypatch.setattr(module, name, self._pass)

    async def _pass(self, *given: Any, **named: Any) -> Any:
        waits, self._skipped = self._skipped == 0, self._skipped - 1
        if waits and not self._after:
            await self._wait()
        found = await self._step(*given, **named)
        if waits and self._after:
            await self._wait()
        return found

    async def _wait(self) -> None:
        self._reached.set()
        await self._open.wait()

    async def meanwhile(
        self, act: Coroutine[Any, Any, A], other: Coroutine[Any, Any, B], *, patience: float = 0.5
    ) -> tuple[A, B]:
        """What both answer. other: begins when `act` is at the gate, which opens when it is done, or has waited for
        `patience` seconds, since `act` may hold what it needs."""
        first = asyncio.create_task(act)
        async with asyncio.timeout(30):
            await self._reached.wait()
            second = asyncio.create_task(other)
            await asyncio.wait({second}, timeout=patience)
            self._open.set()
            return await first, await second
