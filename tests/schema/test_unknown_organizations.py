"""An organization that is not there, or may not be seen: every query that asks for one answers null, and no error."""

from __future__ import annotations

from typing import Any

import pytest
from asked_for import LISTS, asked, fields
from graphql import parse
from story import told
from world import World

import models
from app.live.execution import answer
from schema import ids
from schema.context import Context

# These ask by something else than an organization.
OTHERS = {"viewer", "node", "member", "task", "course", "block", *LISTS}


async def found(world: World, who: Any, name: str, place: str) -> tuple[Any, list[Any]]:
    text, variables = asked("Query", name, {"organizationId": place, "id": place})
    context = Context(await world.session(who))
    if name == "auditLog":  # the organization may be left out there
        text = text.replace("auditLog", "auditLog(organizationId: $at)").replace("query", "query ($at: ID)")
        variables = {"at": place}
    result = await models.database.shielded(answer(parse(text), None, variables, context))
    assert result.data is not None, (name, result.errors)
    return result.data["found"], list(result.errors or ())


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_an_unknown_organization_is_null_everywhere(world: World) -> None:
    story = await told(world)
    elsewhere = await world.organization("别处", "elsewhere")
    names = set(fields("Query")) - OTHERS - {"previewPointRule"}  # whose union says NotFound
    assert {"rewards", "auditLog", "taskArena", "leaderboard", "serviceTokens"} <= names
    for place in (ids.encode("Organization", story.li.id), world.id(elsewhere), "?"):
        for name in names:
            assert await found(world, story.secretary, name, place) == (None, []), (name, place)
