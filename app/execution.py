"""Running operations: the context of each, unexpected errors masked, expected ones with a code."""

import uuid
from typing import Any

import structlog
from graphql import ExecutionResult, GraphQLError
from graphql import execute as graphql_execute

from realtime.documents import Operation
from resolvers.session import Session
from rules.refusals import InvalidInput, NotAllowed, NotFound, Refusal
from schema import schema
from schema.context import Context

log = structlog.get_logger("leitai.execution")
CODES: dict[type[Refusal], str] = {InvalidInput: "BAD_USER_INPUT", NotFound: "NOT_FOUND", NotAllowed: "FORBIDDEN"}


def presented(error: GraphQLError) -> GraphQLError:
    """The error as a client may see it. What nobody expected becomes an id that the log holds too."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return error
    if isinstance(cause, Refusal):
        code = CODES.get(type(cause), "REFUSED")
        return GraphQLError(
            cause.message, nodes=error.nodes, path=error.path, extensions={**(error.extensions or {}), "code": code}
        )
    incident = uuid.uuid4().hex[:12]
    log.error("unexpected_error", incident=incident, error=type(cause).__name__, exc_info=cause)
    return GraphQLError(
        "Unexpected error.",
        nodes=error.nodes,
        path=error.path,
        extensions={"code": "INTERNAL", "incident": incident},
    )


async def run(operation: Operation, value: Any, session: Session) -> dict[str, Any]:
    """One frame of a subscription over a state: its payload."""
    outcome = graphql_execute(
        schema._schema,
        operation.document,
        root_value=value,
        context_value=Context(session),
        variable_values=operation.variables,
        operation_name=operation.name,
        executor_class=schema.execution_context_class,
        operation_extensions=None,
    )
    result = outcome if isinstance(outcome, ExecutionResult) else await outcome
    payload: dict[str, Any] = {"data": result.data}
    if result.errors:
        payload["errors"] = [presented(error).formatted for error in result.errors]
    return payload
