"""Node: anything with a global id. Each aggregate's module says how its ids are read back."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from rules.refusals import NotFound
from schema import ids
from schema.context import Info

Fetch = Callable[[Info, list[str]], Awaitable[Any]]
_fetchers: dict[str, Fetch] = {}


@strawberry.interface(description="Anything that can be fetched again by its global id.")
class Node:
    id: strawberry.ID = strawberry.field(description="Globally unique, opaque and stable.")


def fetched_by(kind: str) -> Callable[[Fetch], Fetch]:
    """Say how a type's key becomes the object; NotFound and ValueError read as null."""

    def keep(fetch: Fetch) -> Fetch:
        _fetchers[kind] = fetch
        return fetch

    return keep


async def fetch(info: Info, text: str) -> Any:
    found = ids.decode(text)
    if found is None or found[0] not in _fetchers:
        return None
    try:
        return await _fetchers[found[0]](info, found[1])
    except (NotFound, ValueError, IndexError):  # a key that is none, or none at all
        return None


@strawberry.type
class NodeQueries:
    @strawberry.field(description="An object by its global id; null if the viewer may not see it.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        return await fetch(info, id)
