"""What an operation loaded is let go when it ends, by the count of references alone."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import Any

from graphql import parse
from world import PUBLIC_URL, World

from app.live.execution import answer
from resolvers.session import Session
from schema.context import Context


async def test_nothing_that_was_loaded_outlives_its_operation() -> None:
    class Large:
        pass

    loaded: list[weakref.ref[Large]] = []
    context = Context(Session(None, World().clock, list[object]().append, public_url=PUBLIC_URL))

    async def find(_: Session, key: int) -> Any:
        large = Large()
        loaded.append(weakref.ref(large))
        return large

    gc.collect()
    gc.disable()
    try:
        await context.once("large", 1, find)
        await context.once("large", 1, find)
        await answer(parse("{ __typename }"), None, {}, context)
        for _ in range(3):
            await asyncio.sleep(0)  # the loop lets go of the task that loaded
        assert [one() for one in loaded] == [None]
    finally:
        gc.enable()
