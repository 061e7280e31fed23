"""A display that follows itself."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import strawberry

import models
from realtime.boards import Source, State
from resolvers.displays import displays
from resolvers.displays.displays import DisplayKey
from resolvers.session import Session
from schema.context import Info
from schema.displays.displays import Display
from schema.live_boards import Open, Opening, states


async def display_source(session: Session) -> Source:
    """The display that asks, itself."""
    own = await displays.own(session)
    key = DisplayKey(own.id, own.organization_id)

    async def load() -> State | None:
        found = (await models.displays.by_ids([own.id])).get(own.id)
        return found and State(found.version, displays.topics(key), Display.of(found))

    return Source(key, displays.topics(key), load)


async def _display(session: Session, arguments: Mapping[str, Any], shared: bool) -> Opening:
    return Opening(await display_source(session))


OPEN: Mapping[str, Open] = {"displayUpdated": _display}


@strawberry.type
class DisplaySubscriptions:
    @strawberry.subscription(
        description="For a paired display: its own data, whenever its name, place or scenes change. The first "
        "frame is the current state."
    )
    async def display_updated(self, info: Info) -> AsyncGenerator[Display]:
        async for display in states(Opening(await display_source(info.context.session))):
            yield display
