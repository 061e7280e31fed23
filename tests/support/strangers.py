"""Who sends no token is told that, whatever is asked for."""

from typing import Any

from world import World

from rules.refusals import NotSignedIn


async def turned_away(world: World, query: str, **variables: Any) -> None:
    result = await world.execute(None, query, **variables)
    assert result.errors
    assert {type(one.original_error) for one in result.errors} == {NotSignedIn}
