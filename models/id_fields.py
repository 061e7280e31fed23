"""Fields that hold ids: of the id type that their table names, so that a type checker tells one id from another."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID, uuid4

from tortoise import fields

I = TypeVar("I", bound=UUID)  # noqa: E741


def key(kind: Callable[[UUID], I]) -> I:
    """A table's own id."""
    made: Any = fields.UUIDField(primary_key=True, default=lambda: kind(uuid4()))
    return made


def reference(_: Callable[[UUID], I]) -> I:
    """The id of a row of another table."""
    made: Any = fields.UUIDField()
    return made
