"""What a subscription field watches; and boards of an organization, queried, fetched by id and watched in one way.

The live engine serves subscriptions from openings. The generators of the schema are its slow, obvious twin: they load
again and again, one subscriber at a time; tests hold the engine's frames equal to theirs.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import strawberry

from models import Organization
from realtime.boards import Source, State
from realtime.logs import LogSource
from resolvers.organization_boards import OrganizationBoard, OrganizationBoardKey
from resolvers.session import Session
from rules.refusals import NotFound
from schema import ids
from schema.context import Info

TWIN_POLL = 0.05  # seconds
PACE = (
    "State: the first frame is the current state, each later frame is the newest state. Frames "
    "between may be skipped; versions never go back. maxPerSecond only paces (0.05 to 20, rounded"
    " down to 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10 or 20)."
)


@dataclass(frozen=True, slots=True)
class Opening:
    """variant: tells apart what shares a board but not a frame. select: the root value of a frame, from the board's."""

    source: Source | LogSource
    variant: str = ""
    select: Callable[[Any], Any] = lambda value: value


# What a subscription field watches, for this viewer, by its arguments. shared: its frames say nothing of the viewer.
Open = Callable[[Session, Mapping[str, Any], bool], Awaitable[Opening]]


async def states(opening: Opening) -> AsyncGenerator[Any]:
    """Each newer state, as the twin finds it."""
    last = -1
    source = opening.source
    assert not isinstance(source, LogSource)
    while (state := await source.load()) is not None:
        if state.version > last:
            last = state.version
            yield opening.select(state.value)
        await asyncio.sleep(TWIN_POLL)


class Loaded(Protocol):
    """A board as resolvers/ load it, of one moment."""

    @property
    def version(self) -> int: ...

    @property
    def lineage(self) -> Sequence[Organization]: ...


L = TypeVar("L", bound=Loaded)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LiveBoard(Generic[L, T]):
    """kind: of resolvers/. load: all of it, of one moment; None: there is none. of: its GraphQL type."""

    kind: OrganizationBoard
    load: Callable[[OrganizationBoardKey], Awaitable[L | None]]
    of: Callable[[L], T]

    async def find(self, session: Session, key: OrganizationBoardKey) -> T | None:
        found = await self._loaded(session, key)
        return None if found is None else self.of(found)

    async def _loaded(self, session: Session, key: OrganizationBoardKey) -> L | None:
        await session.catch_up(key.organization_id)
        return await self.load(key)

    async def by_id(self, info: Info, parts: list[str]) -> T | None:
        """For `node`. parts: the organization's id."""
        return await self._once(info, UUID(parts[0]))

    async def asked_for(self, info: Info, organization_id: str) -> T | None:
        """For the query. None: there is none that the viewer may see."""
        try:
            return await self._once(info, await info.context.place(ids.read(organization_id, "Organization")))
        except NotFound:
            return None

    async def _once(self, info: Info, organization_id: UUID) -> T | None:
        key = await self.kind.key(info.context.session, organization_id)
        return await info.context.once(f"{self.kind.kind} boards", key, self.find)

    async def opening(self, session: Session, organization_id: str) -> Opening:
        key = await self.kind.key(session, ids.read(organization_id, "Organization"))
        topics = self.kind.topics(key, await session.lineage(key.organization_id))

        async def load() -> State | None:
            found = await self._loaded(session, key)
            if found is None:
                return None
            return State(found.version, self.kind.topics(key, found.lineage), self.of(found))

        return Opening(Source(key, topics, load))

    async def open(self, session: Session, arguments: Mapping[str, Any], shared: bool) -> Opening:
        return await self.opening(session, arguments["organizationId"])

    async def states(self, info: Info, organization_id: strawberry.ID) -> AsyncGenerator[T]:
        async for state in states(await self.opening(info.context.session, organization_id)):
            yield state
