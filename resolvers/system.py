"""A system says once, in one value, what the rest of the house has to know of it; see resolvers/systems.py."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from models.clock import InstantKind
from models.personal import Personal
from resolvers.snapshot import Findings, Snapshot
from resolvers.unit_of_work import Handler, Naming, WriteInstant


@runtime_checkable
class Watched(Protocol):
    """What tells one watched board from another."""

    @property
    def organization_id(self) -> UUID:
        """Whose board it is."""
        ...


class BoardKind(Protocol):
    """A kind of board that can be watched."""

    def holds(self, key: object) -> bool:
        """Whether a key is of this kind."""
        ...

    async def versions(self, keys: Sequence[Any]) -> Mapping[Any, int]:
        """Present versions, in one statement. A board that no longer exists is missing."""
        ...


@dataclass(frozen=True, slots=True)
class KeyedBoards:
    """A kind of board whose keys have classes of their own."""

    keys: tuple[type, ...]
    versions_of: Callable[[Sequence[Any]], Awaitable[Mapping[Any, int]]]

    def holds(self, key: object) -> bool:
        return isinstance(key, self.keys)

    async def versions(self, keys: Sequence[Any]) -> Mapping[Any, int]:
        return await self.versions_of(keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What the house has to know of a system.

    name: of its package in every folder.
    facts: the kinds that it tells. hears: what it does when it is told one.
    instants: what the scheduler does when one of its kind is due.
    boards: the kinds that can be watched.
    names: its boards that show names of members or organizations.
    personal: its tables, and what they keep of persons.
    verify: its checks in `leitai verify`; each is given the snapshot, inside whose transaction it may read more.
    """

    name: str
    facts: frozenset[str] = frozenset()
    hears: Mapping[str, Handler] = field(default_factory=dict[str, Handler])
    instants: Mapping[InstantKind, WriteInstant] = field(default_factory=dict[InstantKind, WriteInstant])
    boards: tuple[BoardKind, ...] = ()
    names: tuple[Naming, ...] = ()
    personal: tuple[Personal, ...] = ()
    verify: tuple[Callable[[Snapshot], Awaitable[Findings]], ...] = ()


class NotOneHouse(Exception):
    """Two systems claim the same thing, or one hears what nobody tells."""


async def versions(systems: Sequence[System], keys: Sequence[Hashable]) -> dict[Hashable, int]:
    """Of every kind of board, a statement for each kind."""
    found: dict[Hashable, int] = {}
    for kind in (kind for system in systems for kind in system.boards):
        if held := [key for key in keys if kind.holds(key)]:
            found.update(await kind.versions(held))
    return found


def heard(systems: Sequence[System], core: frozenset[str]) -> dict[str, tuple[Handler, ...]]:
    """Of every kind of fact that is told: its handlers, in the order of the systems."""
    found: dict[str, list[Handler]] = {kind: [] for kind in core}
    for system in systems:
        for kind in system.facts:
            if kind in found:
                raise NotOneHouse(f"{system.name} declares the fact {kind}, which is declared already.")
            found[kind] = []
    for system in systems:
        for kind, handler in system.hears.items():
            if kind not in found:
                raise NotOneHouse(f"{system.name} hears {kind}, which no system tells.")
            found[kind].append(handler)
    return {kind: tuple(handlers) for kind, handlers in found.items()}


def due(systems: Sequence[System], core: Mapping[InstantKind, WriteInstant]) -> dict[InstantKind, WriteInstant]:
    """Who writes an instant of each kind. Every kind has exactly one."""
    found = dict(core)
    for system in systems:
        if taken := found.keys() & system.instants.keys():
            raise NotOneHouse(f"{system.name} writes {', '.join(sorted(taken))}, which is written already.")
        found.update(system.instants)
    if left := set(InstantKind) - found.keys():
        raise NotOneHouse(f"Nobody writes {', '.join(sorted(left))}.")
    return found
