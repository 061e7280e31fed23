"""What every resolver of one operation shares: who asks, the batch loaders, and how the live engine is reached."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
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
        self.organizations = self.by_key("organizations", models.organizations.by_ids)
        self.members = self.by_key("members", models.members.by_ids)
        self.tasks = self.by_key("tasks", models.tasks.by_ids)
        self.entries = self.by_key("entries", models.points.by_ids)
        self.entries_of_claims = self.by_key("entries_of_claims", models.points.by_claims)
        self.reasons = self.by_key("reasons", models.points.reasons)
        self.lineages = self.by_key("lineages", self._lineages)

    def forget(self) -> None:
        """What was loaded before a change; the rest of the operation loads anew."""
        self.now = self.session.now()
        for loader in self._loaders.values():
            loader.clear_all()

    async def _lineages(self, ids: Sequence[UUID]) -> dict[UUID, tuple[models.Organization, ...]]:
        await self.session.know_own_lineages()
        await self.session.know_lineages(ids)
        return {one: self.session.lineages.get(one, ()) for one in ids}

    def by_key(self, name: Hashable, load: Callable[[Sequence[K]], Awaitable[dict[K, V]]]) -> DataLoader[K, V | None]:
        """The loader of that name, made at its first use: keys asked for together are loaded together."""

        async def batch(keys: list[K]) -> list[V | None]:
            found = await load(keys)
            return [found.get(key) for key in keys]

        if name not in self._loaders:
            self._loaders[name] = DataLoader(load_fn=batch)
        return self._loaders[name]


Info: TypeAlias = strawberry.Info[Context, None]
