"""What an operation loaded is let go when it ends, by the count of references alone."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from functools import cached_property
from typing import Any

from graphql import parse
from prometheus_client import CollectorRegistry
from world import PUBLIC_URL, World

from app import garbage
from app.live.execution import answer
from resolvers.session import Session
from schema.context import Context


def test_how_long_searches_for_garbage_took_is_told() -> None:
    told = CollectorRegistry()
    told.register(garbage.Told())

    def said(name: str) -> float:
        found = told.get_sample_value(f"leitai_garbage_{name}", {"generation": "2"})
        assert found is not None
        return found

    before = said("searches_total"), said("seconds_total")
    gc.callbacks.append(garbage.timed)
    try:
        began = time.monotonic()
        gc.collect()
        took = time.monotonic() - began
    finally:
        gc.callbacks.remove(garbage.timed)
    assert said("searches_total") == before[0] + 1
    assert 0 < said("seconds_total") - before[1] <= min(took, said("longest_seconds"))


def context_of_nobody() -> Context:
    return Context(Session(None, World().clock, World().ports, public_url=PUBLIC_URL))


async def test_nothing_that_was_loaded_outlives_its_operation() -> None:
    class Large:
        pass

    loaded: list[weakref.ref[Large]] = []
    context = context_of_nobody()

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


async def test_neither_its_context_nor_what_a_frame_is_made_of_outlives_it() -> None:
    class Board:
        pass

    context, board = context_of_nobody(), Board()
    for name, value in vars(Context).items():
        if isinstance(value, cached_property):
            getattr(context, name)
    held = weakref.ref(context), weakref.ref(board)
    gc.collect()
    gc.disable()
    try:
        await answer(parse("{ __typename }"), None, {}, context, board)
        del context, board
        assert [one() for one in held] == [None, None]
    finally:
        gc.enable()
