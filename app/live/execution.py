"""Running operations: the context of each, unexpected errors masked, expected ones with a code."""

import asyncio
import uuid
import weakref
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import asyncpg
import structlog
from graphql import DocumentNode, ExecutionResult, GraphQLError
from graphql import execute as graphql_execute
from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from tortoise.exceptions import DBConnectionError, OperationalError

import models
from realtime.documents import MOST_ERRORS, Operation
from realtime.graphql_errors import beyond, clipped, coded
from resolvers.audit_log import phone_reads
from resolvers.session import Session
from rules.error_codes import Code
from rules.refusals import InvalidInput, NotAllowed, NotFound, NotSignedIn, Refusal
from schema import schema
from schema.context import Context

log = structlog.get_logger("leitai.execution")
AWAY = (OSError, OperationalError, DBConnectionError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)
CODES: dict[type[Refusal], Code] = {
    InvalidInput: Code.BAD_USER_INPUT,
    NotFound: Code.NOT_FOUND,
    NotAllowed: Code.FORBIDDEN,
    NotSignedIn: Code.UNAUTHENTICATED,
}


def code_of(refusal: Refusal) -> Code:
    return CODES.get(type(refusal), Code.REFUSED)


def away(error: Exception) -> bool:
    """Whether the database, or the way to it, failed for a moment, so that the same may go well soon."""
    # Tortoise has one name for a database that is busy and for a value that no database takes.
    return isinstance(error, AWAY) and not isinstance(error.__cause__, asyncpg.DataError)


def presented(error: GraphQLError) -> GraphQLError:
    """The error as a client may see it, with a code. What nobody expected becomes an id that the log holds too."""
    cause = error.original_error
    if isinstance(cause, Refusal):
        facts = {**(error.extensions or {}), "code": code_of(cause).value}
        return GraphQLError(clipped(cause.message), nodes=error.nodes, path=error.path, extensions=facts)
    if cause is None or (isinstance(cause, GraphQLError) and (error.path is None or cause.nodes)):
        return coded(Code.BAD_USER_INPUT, error)  # a variable, or an argument: that stands in the document
    return unexpected(cause, error)


def presented_all(errors: Sequence[GraphQLError]) -> list[Any]:
    """The first of them, as clients read them, and how many more there are."""
    told = [presented(error) for error in sorted(errors, key=_place)[:MOST_ERRORS]]
    if len(errors) > MOST_ERRORS:
        message = f"There are {len(errors)} errors; the first {MOST_ERRORS} are told."
        told.append(beyond("errors", len(errors), MOST_ERRORS, message, Code.TOO_MANY_ERRORS))
    return [error.formatted for error in told]


def _place(error: GraphQLError) -> list[tuple[bool, Any]]:
    """Of fields that fail side by side, the first is the same each time, whichever failed earlier."""
    return [(isinstance(step, str), step) for step in error.path or ()]


def unexpected(cause: Exception, at: GraphQLError | None = None) -> GraphQLError:
    """An id instead of the error, for the client; the log holds both."""
    incident = uuid.uuid4().hex[:12]
    log.error("unexpected_error", incident=incident, exc_info=cause)
    return GraphQLError(
        "Unexpected error.",
        nodes=at and at.nodes,
        path=at and at.path,
        extensions={"code": Code.INTERNAL.value, "incident": incident},
    )


class _Executor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's own is a circle, through two helpers that it holds and that hold it: what an operation began with,
    which for a frame is a whole board, would stay until Python looks through everything."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        own = cast(Callable[[], Any], weakref.ref(self))
        self.async_helpers = GraphQLResolveInfoHelpers(
            gather=lambda values: own().gather_async_work(values), track=lambda values: own().track_async_work(values)
        )


def executed(
    document: DocumentNode,
    name: str | None,
    variables: dict[str, Any],
    context: Context | None,
    value: Any = None,
    *,
    suggestions: bool = False,
) -> ExecutionResult | Awaitable[ExecutionResult]:
    """What a document that was found good says; errors as they were raised."""
    return graphql_execute(
        schema._schema,
        document,
        root_value=value,
        context_value=context,
        variable_values=variables,
        operation_name=name,
        max_coercion_errors=MOST_ERRORS,
        hide_suggestions=not suggestions,
        executor_class=_Executor,
        operation_extensions=None,
    )


async def answer(
    document: DocumentNode,
    name: str | None,
    variables: dict[str, Any],
    context: Context,
    value: Any = None,
    *,
    suggestions: bool = False,
) -> ExecutionResult:
    """What was looked at is recorded before it is told; what can't be recorded is not told. What was loaded for it is
    let go at its end."""
    try:
        return await _answer(document, name, variables, context, value, suggestions)
    finally:
        context.close()


async def _answer(
    document: DocumentNode, name: str | None, variables: dict[str, Any], context: Context, value: Any, suggestions: bool
) -> ExecutionResult:
    outcome = executed(document, name, variables, context, value, suggestions=suggestions)
    try:
        result = outcome if isinstance(outcome, ExecutionResult) else await outcome
    except asyncio.CancelledError as error:
        if (task := asyncio.current_task()) and task.cancelling():
            raise
        return _untold(CutShort("a part of the answer failed and took another with it"), error)
    if context.session.phones_seen and result.data:
        try:
            await models.database.shielded(phone_reads.keep(context.session))
        except Exception as error:
            return _untold(error)
    return result


class CutShort(Exception):
    """Where one part of an answer fails, parts that wait for the same batch of rows end as if they were cancelled."""


def _untold(error: Exception, cause: BaseException | None = None) -> ExecutionResult:
    """Nothing but an unexpected error."""
    error.__cause__ = error.__cause__ or cause
    return ExecutionResult(data=None, errors=[GraphQLError("Unexpected.", path=["data"], original_error=error)])


async def run(operation: Operation, value: Any, session: Session) -> dict[str, Any]:
    """One frame of a subscription over a state: its payload. A database that is away for a moment raises, and whoever
    asked tries again: a frame, or an entry of a log, is worth waiting for."""
    result = await answer(operation.document, operation.name, operation.variables, Context(session), value)
    payload: dict[str, Any] = {"data": result.data}
    for error in result.errors or ():
        if (cause := error.original_error) is not None and away(cause):
            raise cause
    if result.errors:
        payload["errors"] = presented_all(result.errors)
    return payload


Answers = dict[str, asyncio.Future[dict[str, Any]]]  # by normalised document
Run = Callable[[Operation, Any, Session], Awaitable[dict[str, Any]]]


class InHalves:
    """Operations that can't be shared as a whole: what their frames have in common is executed once for each state."""

    def __init__(self, nobody: Callable[[], Session], execute: Run = run) -> None:
        self._nobody, self._execute = nobody, execute
        # By identity of the state. They go with it, so that nobody keeps a board that was replaced.
        self._kept: dict[int, tuple[weakref.ref[Any], Answers]] = {}

    async def run(self, operation: Operation, value: Any, session: Session) -> dict[str, Any]:
        """As `run`. What does not go well in halves is done again as a whole, so that its errors are those of one."""
        if operation.halves is not None:
            shared = _root(await self._common(operation.halves.shared, value))
            own = _root(await self._execute(operation.halves.own, value, session))
            if shared is not None and own is not None:
                both = shared[1] | own[1]
                return {"data": {own[0]: {name: both[name] for name in operation.halves.names}}}
        return await self._execute(operation, value, session)

    async def _common(self, operation: Operation, value: Any) -> dict[str, Any]:
        answers = self._answers(value)
        found = answers.get(operation.normal)
        if found is not None:
            return await asyncio.shield(found)
        made = answers[operation.normal] = asyncio.get_running_loop().create_future()
        try:
            made.set_result(await self._execute(operation, value, self._nobody()))
        except Exception as error:
            answers.pop(operation.normal, None)
            made.set_exception(error)
        return await made

    def _answers(self, value: Any) -> Answers:
        key = id(value)
        if key not in self._kept:
            self._kept[key] = (weakref.ref(value, lambda _: self._kept.pop(key, None)), {})
        return self._kept[key][1]


def _root(payload: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Name and content of the root field; None if there were errors, or there is nothing."""
    data = payload["data"]
    if "errors" in payload or data is None:
        return None
    [(name, content)] = data.items()
    return (name, content) if isinstance(content, dict) else None
