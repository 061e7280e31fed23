"""Open streams of a realm, through the product's own handler: which go on, and in which view, held to the oracle."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from hall import Hall
from realm import Actor, Place
from sights import Sights, name_of
from wires import Wire, handler

from realtime.documents import Refused

FIELDS = {
    "leaderboardUpdated": 'subscription {{ leaderboardUpdated(input: {{ organizationId: "{0}" }}) {{ id view }} }}',
    "standingUpdated": """subscription {{
      standingUpdated(input: {{ organizationId: "{0}" }}, subjectId: "x") {{ view }} }}""",
    "taskArenaUpdated": 'subscription {{ taskArenaUpdated(organizationId: "{0}") {{ view }} }}',
    "blockBoardUpdated": 'subscription {{ blockBoardUpdated(organizationId: "{0}") {{ view }} }}',
    "courseBoardUpdated": 'subscription {{ courseBoardUpdated(organizationId: "{0}") {{ view }} }}',
    "pointsAwarded": 'subscription {{ pointsAwarded(organizationId: "{0}") {{ cursor }} }}',
}
SETTLED = 5.0  # seconds, as promised


def sees(sights: Sights, who: Actor, name: str, at: Place) -> str | None:
    """The view; None: not to be followed."""
    if not sights.oracle.board(who, at) or (name == "pointsAwarded" and who.screen):
        return None
    return "SCREEN" if who.screen else "FULL" if sights.full(who, at) else "PUBLIC"


async def opened(hall: Hall, sights: Sights, actors: list[Actor]) -> None:
    """Each of these tries to open each field at each place."""
    for who in actors:
        viewer = await hall.live.viewer(f"Bearer {who.person.token}") if who.person else None
        assert (viewer is not None) == who.good
        if viewer is None:
            continue
        for at in sights.realm.places:
            for name, text in FIELDS.items():
                operation = hall.live.documents.subscription(text.format(sights.realm.world.id(at.row)), None, {})
                try:
                    source, *_ = await hall.live.open(viewer, operation)
                    key: Any = getattr(source.key, "board", source.key)
                    view = key.view.value
                except Refused:
                    view = None
                sights.check("opened", who, f"{name} at {name_of(at)}", view, sees(sights, who, name, at))


@dataclass
class Stream:
    who: Actor
    wire: Wire
    open: dict[str, tuple[str, Place]] = field(default_factory=dict[str, tuple[str, Place]])

    def state(self) -> dict[str, str]:
        """Of each operation that goes on its view; of one still being placed, that."""
        if self.wire.closed is not None or self.wire.handler is None:
            return {}
        running = self.wire.handler._running
        found: dict[str, str] = {}
        for one in self.open:
            if one in running:
                shown: Any = running[one].shown
                key = shown and getattr(shown[0], "board", shown[0])
                found[one] = key.view.value if key else "…"
        return found


class Streams:
    def __init__(self, hall: Hall, sights: Sights) -> None:
        self.hall, self.sights = hall, sights
        self.streams: list[Stream] = []
        self._handling: list[asyncio.Task[None]] = []

    async def follow(self, who: Actor, fields: list[str]) -> None:
        assert who.person
        stream = Stream(who, Wire())
        self._handling.append(asyncio.create_task(handler(self.hall.live, stream.wire).handle()))
        stream.wire.say(type="connection_init", payload={"authorization": f"Bearer {who.person.token}"})
        for number, at in enumerate(self.sights.realm.places):
            for name in fields:
                if sees(self.sights, who, name, at):
                    query = FIELDS[name].format(self.sights.realm.world.id(at.row))
                    stream.open[f"{name} {number}"] = (name, at)
                    stream.wire.say(type="subscribe", id=f"{name} {number}", payload={"query": query})
        self.streams.append(stream)

    async def check(self) -> None:
        """After whatever happened, once rights were looked at: what is left to each goes on, the rest has ended."""
        await self.hall.live.check_rights()
        expected = [self._expected(one) for one in self.streams]
        try:
            async with asyncio.timeout(SETTLED):
                while [one.state() for one in self.streams] != expected:
                    await asyncio.sleep(0.005)
        except TimeoutError:
            pass
        for stream, right in zip(self.streams, expected, strict=True):
            state = stream.state()
            for one in stream.open:
                self.sights.check("stream", stream.who, one, state.get(one), right.get(one))
            stream.open = {one: stream.open[one] for one in right}  # what has ended does not come back

    def _expected(self, stream: Stream) -> dict[str, str]:
        views = {one: sees(self.sights, stream.who, *of) for one, of in stream.open.items()}
        return {one: view for one, view in views.items() if view} if stream.who.good else {}

    async def close(self) -> None:
        for stream in self.streams:
            stream.wire.leave()
        await asyncio.gather(*self._handling)
