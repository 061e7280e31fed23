"""Expected refusals as types. A refusal raised below answers as the union member of its own name."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry

from resolvers import failpoints, unit_of_work
from rules import refusals

S = TypeVar("S")


@strawberry.interface(
    description=("Every expected refusal of a mutation is a type of its own. `__typename` is its code.")
)
class UserError:
    message: str = strawberry.field(description="A sentence that names the fault and the remedy.")


@strawberry.type(description="This is not yours to do, or you are not signed in; `message` says which.")
class NotAllowed(UserError):
    pass


@strawberry.type(description="There is no such thing, or you may not know of it; the two answer alike.")
class NotFound(UserError):
    pass


@strawberry.type(description="A fault in one field of the input.")
class FieldError:
    path: list[str] = strawberry.field(description="The path in the input, outermost name first.")
    message: str = strawberry.field(description="A sentence that names the remedy.")


@strawberry.type(description="The input breaks a rule; every broken one is listed.")
class InvalidInput(UserError):
    fields: list[FieldError] = strawberry.field(description="One for each fault.")


Make = Callable[[Any], Any]
_made: dict[type[refusals.Refusal], Make] = {
    refusals.NotAllowed: lambda refusal: NotAllowed(message=refusal.message),
    refusals.NotSignedIn: lambda refusal: NotAllowed(message=refusal.message),
    refusals.NotFound: lambda refusal: NotFound(message=refusal.message),
    refusals.InvalidInput: lambda refusal: InvalidInput(
        message=refusal.message,
        fields=[FieldError(path=list(one.path), message=one.message) for one in refusal.fields],
    ),
}


def answers(refusal: type[refusals.Refusal], make: Make) -> None:
    """Say how a refusal becomes a type; each aggregate's module does so for its own."""
    _made[refusal] = make


def made_of(refusal: refusals.Refusal) -> Any:
    """A refusal as its type."""
    return _made[type(refusal)](refusal)


async def answer(act: Callable[[], Awaitable[S]]) -> S | Any:
    """The act's result, or its refusal as a type."""
    try:
        return await retried(act)
    except refusals.Refusal as refusal:
        return made_of(refusal)


async def retried(act: Callable[[], Awaitable[S]]) -> S:
    """The act's result; where its transaction lost a deadlock, after another attempt."""
    result = await unit_of_work.retried(act)
    failpoints.passing(failpoints.BEFORE_ANSWERING)
    return result
