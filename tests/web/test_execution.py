"""Which errors are worth another try, and which would come again."""

from __future__ import annotations

import pytest
from tortoise.exceptions import DBConnectionError, OperationalError
from world import World

import models
from app.live.execution import away


async def test_a_value_that_the_database_does_not_take_is_no_database_that_is_away(world: World) -> None:
    """Tried again it would be refused again, for as long as somebody subscribes."""
    with pytest.raises(Exception, match=r"too large|out of int64 range") as refused:
        await models.sql.value("SELECT CAST(:number AS BIGINT) AS number", number=2**70)
    assert not away(refused.value)


def test_a_database_that_can_not_be_reached_is_away() -> None:
    beyond = OperationalError("database is locked")
    beyond.__cause__ = TimeoutError()
    assert all(map(away, (beyond, DBConnectionError("refused"), ConnectionResetError(), TimeoutError())))
    assert not any(map(away, (ValueError(), OverflowError())))
