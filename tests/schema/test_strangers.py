"""Who sends no token is told so by every field, in no statement, and learns nothing of what is there."""

from __future__ import annotations

from typing import Any

import pytest
from asked_for import LISTS, asked, fields
from graphql import parse
from story import told
from world import World

from app.live.engine import LiveEngine
from app.live.execution import answer, presented
from app.settings import Settings
from realtime.documents import Documents
from schema import COSTS, schema
from schema.audiences_of_changes import ANYONE, CALLERS
from schema.context import Context
from schema.live import SHAREABLE
from schema.strangers import need_a_token

GRAPHQL = schema._schema
OPEN = {name for name, (who, _) in CALLERS.items() if who == ANYONE}


class Stranger:
    """Asks without a token, by ids of what is there."""

    def __init__(self, world: World, known: dict[str, str]) -> None:
        self._world, self._known = world, known

    async def asks(self, operation: str, name: str) -> tuple[Any, list[Any], int]:
        """What was found, the errors as clients read them, and how many statements it took."""
        text, variables = asked(operation, name, self._known)
        context = Context(await self._world.session(None))
        with self._world.count_queries() as heard:
            result = await answer(parse(text), None, variables, context)
        assert result.data is not None, result.errors
        return result.data["found"], [presented(one).formatted for one in result.errors or ()], len(heard)


@pytest.fixture
async def stranger(world: World) -> Stranger:
    story = await told(world)
    first = world.id(story.company.first)
    task = await world.task(story.secretary, at=story.company.first)
    at = {"organizationId": first, "parentId": first, "id": first, "taskId": world.id(task)}
    return Stranger(world, {**at, "memberId": world.id(story.li)})


def not_signed_in(message: str) -> bool:
    return message.startswith("You are not signed in.")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_every_query_tells_a_stranger_so(stranger: Stranger) -> None:
    for name in fields("Query"):
        if name == "previewPointRule":  # its union has a member for it
            continue
        found, errors, statements = await stranger.asks("Query", name)
        assert found == LISTS.get(name), name
        if name in LISTS or name == "viewer":
            assert errors == [], name
            continue
        [error] = errors
        assert error["extensions"] == {"code": "UNAUTHENTICATED"}, name
        assert not_signed_in(error["message"]), name
        assert statements == 0, name


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_every_mutation_refuses_a_stranger_alike(stranger: Stranger) -> None:
    asked = [("Query", "previewPointRule"), *(("Mutation", one) for one in fields("Mutation") if one not in OPEN)]
    for operation, name in asked:
        found, errors, statements = await stranger.asks(operation, name)
        for one in found if isinstance(found, list) else [found]:
            assert one["__typename"] == "NotAllowed", name
            assert not_signed_in(one["message"]), name
        assert (errors, statements) == ([], 0), name


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_signing_in_and_pairing_stay_open(stranger: Stranger) -> None:
    assert {
        *("signIn", "beginOpenIdSignIn", "finishOpenIdSignIn"),
        *("requestDisplayPairing", "claimDisplayToken"),
    } == OPEN
    for name in OPEN:
        found, errors, _ = await stranger.asks("Mutation", name)
        assert found["__typename"] != "NotAllowed", name
        assert errors == [], name


async def test_no_subscription_begins_without_a_token(world: World) -> None:
    live = LiveEngine(Settings.model_validate({}), world.clock)
    for payload in ({}, {"authorization": ""}, {"authorization": "Bearer nobody's"}):
        with pytest.raises(PermissionError, match="Send a valid token"):
            await live.connect(payload, None)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("query", "needs"),
    [
        ("{ __typename __schema { description } }", False),
        ("{ viewer { id } }", True),
        ("{ ...A } fragment A on Query { ... { organizations { totalCount } } }", True),
        ('mutation { signIn(input: {login: "a", password: "b"}) { __typename } }', False),
        ("mutation { requestDisplayPairing { __typename } }", False),
        ("mutation { signOut { __typename } }", True),
    ],
)
def test_the_answer_says_so_where_it_depends_on_who_asks(query: str, needs: bool) -> None:
    chosen = Documents(GRAPHQL, SHAREABLE, COSTS).chosen(query.replace("viewer { id }", "viewer { __typename }"), None)
    assert need_a_token(chosen.document, chosen.operation) is needs
