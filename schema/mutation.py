"""A mutation, declared once: the signature of its resolver is the input, and the declaration adds the words.

    publish_task = mutation(
        "PublishTask",
        tasks.publish,
        "Puts a draft into the arena, now or at its opensAt.",
        asks("The draft to publish.", task_id="A DRAFT task."),
        gives("The published task.", "task", Task.of, "The published task: OPEN or SCHEDULED."),
        TaskNotDraft, InvalidInput, OrganizationIsClosed,
    )

From this come `PublishTaskInput`, `PublishTaskSuccess`, `PublishTaskResult` and the field. A parameter of a typed id,
such as `TaskId`, is an `ID` of that type. More than five fields are one frozen dataclass, whose fields are the input.
Every mutation may answer NotAllowed and NotFound; its other refusals are named. After it, loaders are cleared.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any, Generic, TypeVar, get_args, get_type_hints

import strawberry

from resolvers.session import Session
from rules.ids import kind_of
from schema import ids
from schema.context import Info
from schema.errors import NotAllowed, NotFound, UserError, answer

R = TypeVar("R")
MOST_FIELDS = 5  # of an input whose parameters are listed one by one


class WrongDeclaration(Exception):
    """What a mutation declares and what its resolver takes do not fit; the message names both."""


@dataclass(frozen=True, slots=True)
class Asks:
    """The input. words: the description of each field, by the name of its parameter."""

    description: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gives(Generic[R]):
    """The success type, and how it is made of what the resolver returns. kind None: a type with one field is made."""

    make: Callable[[R], Any]
    description: str = ""
    name: str = ""
    says: str = ""
    kind: type | None = None


def asks(description: str, /, **words: str) -> Asks:
    return Asks(description, words)


def gives(description: str, name: str, of: Callable[[R], Any], says: str = "The current state.") -> Gives[R]:
    """A success type with one field. of: the class method that makes its type of a row."""
    return Gives(of, description, name, says)


def gives_whole(kind: type, make: Callable[[R], Any]) -> Gives[R]:
    """A success type that is written by hand."""
    return Gives(make, kind=kind)


# ---------------------------------------------------------------- the input


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: Any
    default: Any  # MISSING: it has to be given


def mutation(
    name: str,
    resolve: Callable[..., Awaitable[R]],
    description: str,
    asked: Asks,
    given: Gives[R],
    *refusals: type[UserError],
) -> Any:
    """A field of the type Mutation. resolve: its first parameter is the session. WrongDeclaration."""
    hints = get_type_hints(resolve)
    first, *named = inspect.signature(resolve).parameters.values()
    if hints[first.name] is not Session:
        raise WrongDeclaration(f"{name}: the first parameter of {resolve.__qualname__} is the session.")
    whole = next((hints[one.name] for one in named if is_dataclass(hints[one.name])), None)
    parameters = list(_of_dataclass(whole) if whole else _of_signature(named, hints))
    if whole is None and len(parameters) > MOST_FIELDS:
        raise WrongDeclaration(f"{name}: {len(parameters)} fields are one frozen dataclass, from {MOST_FIELDS + 1} on.")
    if wrong := {one.name for one in parameters} ^ asked.words.keys():
        raise WrongDeclaration(f"{name}: {', '.join(sorted(wrong))}: a parameter without words, or words without one.")
    read = {one.name: _reader(one.kind) for one in parameters}
    success = given.kind or _success(name, given)
    made = (lambda row: success(**{given.name: given.make(row)})) if given.kind is None else given.make

    async def run(info: Info, input: Any) -> Any:
        values = {each: reader(getattr(input, each)) for each, reader in read.items()}

        async def act() -> Any:
            found = await (
                resolve(info.context.session, whole(**values)) if whole else resolve(info.context.session, **values)
            )
            info.context.forget()
            return made(found)

        return await answer(act)

    answers = (success, NotAllowed, NotFound, *refusals)
    run.__annotations__ = {
        "info": Info,
        "input": _input(name, asked, parameters),
        "return": Annotated[reduce(or_, answers), strawberry.union(f"{name}Result")],
    }
    return strawberry.mutation(run, description=description)


def _of_signature(named: list[inspect.Parameter], hints: Mapping[str, Any]) -> Iterator[Parameter]:
    for one in named:
        yield Parameter(one.name, hints[one.name], MISSING if one.default is one.empty else one.default)


def _of_dataclass(whole: type) -> Iterator[Parameter]:
    hints = get_type_hints(whole)
    for one in fields(whole):
        yield Parameter(one.name, hints[one.name], one.default)


def _input(name: str, asked: Asks, parameters: list[Parameter]) -> type:
    members: dict[str, Any] = {"__annotations__": {one.name: _graphql(one.kind) for one in parameters}}
    for one in parameters:
        default = {} if one.default is MISSING else {"default": one.default}
        members[one.name] = strawberry.field(description=asked.words[one.name], **default)
    return strawberry.input(type(f"{name}Input", (), members), description=asked.description)


def _success(name: str, given: Gives[Any]) -> Any:
    kind = getattr(given.make, "__self__", None)
    if not isinstance(kind, type):
        raise WrongDeclaration(f"{name}: what makes `{given.name}` is a class method of its type.")
    field = strawberry.field(description=given.says)
    members = {"__annotations__": {given.name: kind}, given.name: field}
    return strawberry.type(type(f"{name}Success", (), members), description=given.description)


def _graphql(kind: Any) -> Any:
    """A typed id is an ID, also where it may be null."""
    if kind_of(kind):
        return strawberry.ID
    given = get_args(kind)
    if any(kind_of(one) for one in given):
        return reduce(or_, (_graphql(one) for one in given))
    return kind


def _reader(kind: Any) -> Callable[[Any], Any]:
    named = next(filter(None, (kind_of(one) for one in (kind, *get_args(kind)))), None)
    if named is None:
        return lambda value: value
    return lambda value: ids.optional(value, named)
