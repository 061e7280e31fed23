"""What every resolver of one operation shares: who asks, the batch loaders, and how the live engine is reached."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import cached_property
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

import models
from resolvers.session import Session

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Context:
    """One per operation; never per socket, so that nothing is remembered longer than one answer."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.now = session.now()  # one for the operation: lists asked for together share their statements
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}

    # Each is made when it is first used: a frame, or a small query, needs none or one of them.

    @cached_property
    def organizations(self) -> DataLoader[UUID, models.Organization | None]:
        return self.by_key("organizations", models.organizations.by_ids)

    @cached_property
    def members(self) -> DataLoader[UUID, models.Member | None]:
        return self.by_key("members", models.members.by_ids)

    @cached_property
    def tasks(self) -> DataLoader[UUID, models.Task | None]:
        return self.by_key("tasks", models.tasks.by_ids)

    @cached_property
    def courses(self) -> DataLoader[UUID, models.Course | None]:
        return self.by_key("courses", models.courses.by_ids)

    @cached_property
    def entries(self) -> DataLoader[UUID, models.PointsEntry | None]:
        return self.by_key("entries", models.points.by_ids)

    @cached_property
    def entries_of_claims(self) -> DataLoader[UUID, models.PointsEntry | None]:
        return self.by_key("entries_of_claims", models.points.by_claims)

    @cached_property
    def reasons(self) -> DataLoader[UUID, str | None]:
        return self.by_key("reasons", models.points.reasons)

    @cached_property
    def lineages(self) -> DataLoader[UUID, tuple[models.Organization, ...] | None]:
        return self.by_key("lineages", self._lineages)

    def forget(self) -> None:
        """What was loaded before a change; the rest of the operation loads anew."""
        self.now = self.session.now()
        for loader in self._loaders.values():
            loader.clear_all()

    def close(self) -> None:
        """Let go of all that was loaded. Loaders, their batches and this are a circle, which no count of references
        frees; it would hold whole boards until Python looks through everything."""
        self._loaders.clear()
        for name in _LOADERS:
            self.__dict__.pop(name, None)

    async def _lineages(self, ids: Sequence[UUID]) -> dict[UUID, tuple[models.Organization, ...]]:
        await self.session.know(*ids)
        return {one: self.session.lineages.get(one, ()) for one in ids}

    def by_key(self, name: Hashable, load: Callable[[Sequence[K]], Awaitable[dict[K, V]]]) -> DataLoader[K, V | None]:
        """The loader of that name, made at its first use: keys asked for together are loaded together."""

        async def batch(keys: list[K]) -> list[V | None]:
            found = await load(keys)
            return [found.get(key) for key in keys]

        if name not in self._loaders:
            self._loaders[name] = DataLoader(load_fn=batch)
        return self._loaders[name]

    async def place(self, organization_id: UUID) -> UUID:
        """The same; what it takes to know of it is loaded once for all fields of an operation. Not by `lineages`:
        fields below, of which some ask for this place, would find it there and no longer go on together."""
        await self.by_key("places", self._lineages).load(organization_id)
        return organization_id

    async def once(self, name: Hashable, key: K, find: Callable[[Session, K], Awaitable[V | None]]) -> V | None:
        """What is too large to be loaded with others: by itself, and once for all that ask for it in one operation."""

        async def each(keys: Sequence[K]) -> dict[K, V | None]:
            return {one: await find(self.session, one) for one in keys}

        return await self.by_key(name, each).load(key)


_LOADERS = tuple(name for name, value in vars(Context).items() if isinstance(value, cached_property))
Info: TypeAlias = strawberry.Info[Context, None]
