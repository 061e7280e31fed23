"""What viewers get of one subscription: alone, by the generators of the schema, and together, on the live engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from unittest.mock import patch

from hall import Hall
from strawberry.schema import schema as stock
from world import PUBLIC_URL

from app.live.execution import presented_all
from realtime.documents import Operation, Refused
from realtime.hub import Subscription
from realtime.logs import Follower, LogSource
from resolvers.session import Session, Viewer
from schema import schema
from schema.context import Context

Text = tuple[str, dict[str, Any]]  # a query and its variables


@dataclass(frozen=True, slots=True)
class Answer:
    """One frame, or the refusal in its place, without what may differ: lines and columns. shared: with whom is said
    by `board` and `group`."""

    data: Any
    errors: Sequence[tuple[str, str, str | None]]
    board: object = None
    group: str = ""
    shareable: bool = False

    @property
    def says(self) -> tuple[Any, Any]:
        return self.data, self.errors


def _read(data: Any, errors: Sequence[Mapping[str, Any]], **more: Any) -> Answer:
    told = [(json.dumps(one.get("path")), one["message"], one.get("extensions", {}).get("code")) for one in errors]
    assert all(code != "INTERNAL" for _, _, code in told), told
    return Answer(data, sorted(told, key=str), **more)


class End:
    """A subscriber that keeps its first frame."""

    def __init__(self) -> None:
        self.version = -1
        self.cursor: str | None = None
        self.first: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def give(self, version: int, payload: bytes) -> None:
        self.version = version
        if not self.first.done():
            self.first.set_result(json.loads(payload[:-1]))

    async def deliver(self, cursor: str, payload: bytes) -> bool:
        self.cursor = cursor
        self.give(0, payload)
        return True

    def end(self, refusal: str | None) -> None:
        self.first.set_exception(AssertionError(f"ended: {refusal}"))


async def alone(hall: Hall, viewer: Viewer, text: Text) -> Answer:
    """The stock path: an execution of its own, from a load of its own."""
    query, variables = text
    context = Context(Session(viewer, hall.world.clock, hall.world.ports, public_url=PUBLIC_URL))
    with patch.object(stock, "validate_document", lambda *_: []):  # Documents found it good, by the same rules
        stream = await schema.subscribe(query, variable_values=variables, context_value=context)
        assert isinstance(stream, AsyncGenerator), (stream, text)
        try:
            result = await anext(stream)
        finally:
            await stream.aclose()
    errors = presented_all(result.errors or ())
    return _read(json.loads(json.dumps(result.data)), cast(Sequence[Mapping[str, Any]], errors))


async def joined(hall: Hall, viewer: Viewer, operation: Operation) -> tuple[Answer, Subscription | Follower | None]:
    """The live engine's first frame, and the place, which is to be closed."""
    live = hall.live
    try:
        source, group, execute, _ = await live.open(viewer, operation)
    except Refused as refused:
        errors = [cast(Mapping[str, Any], error.formatted) for error in refused.errors]
        return _read(None, errors, shareable=operation.shareable), None
    end = End()
    if isinstance(source, LogSource):
        place = live.hub.follow(source, group, execute, operation.shareable, end)
    else:
        place = await live.hub.subscribe(source, group, execute, operation.shareable, end, 20.0)
    async with asyncio.timeout(10):
        frame = await end.first
    after = source.after if isinstance(source, LogSource) else None
    where = {"board": (source.key, after), "group": group, "shareable": operation.shareable}
    return _read(frame["data"], frame.get("errors", ()), **where), place


async def together(hall: Hall, pair: Sequence[tuple[Viewer, Operation]]) -> tuple[Sequence[Answer], int]:
    """Of each in this order, all staying until the last has joined; and how often the engine executed."""
    executed = hall.live.hub.counters.executions
    answers: list[Answer] = []
    places: list[Subscription | Follower | None] = []
    try:
        for viewer, operation in pair:
            answer, place = await joined(hall, viewer, operation)
            answers.append(answer)
            places.append(place)
    finally:
        for place in places:
            if place is not None:
                place.close()
    return answers, hall.live.hub.counters.executions - executed


async def statements(hall: Hall, viewer: Viewer, operation: Operation) -> list[str]:
    """The SQL that the making of a frame takes, when the load is done."""
    try:
        source, _, execute, _ = await hall.live.open(viewer, operation)
    except Refused:
        return []
    state = await (source.load(source.after) if isinstance(source, LogSource) else source.load())
    assert state is not None
    counted: list[list[str]] = []
    for _ in range(2):  # the engine's own polls go on, but not twice in so short a time
        with hall.world.count_queries() as heard:
            await execute(state.value)
        counted.append(heard)
    return min(counted, key=len)
