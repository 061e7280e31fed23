"""The GraphQL endpoint: HTTP for queries and mutations, WebSocket for subscriptions."""

import json
from collections.abc import Mapping
from typing import Any, cast

import structlog
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

import models
from app.execution import presented
from app.live import LiveEngine
from realtime.transport import INIT_TIMEOUT, LiveHandler
from schema import schema
from schema.context import Context

MOST_BODY = 256 * 1024  # bytes
log = structlog.get_logger("leitai.http")


class Endpoint(GraphQL[Context, None]):
    def __init__(self, live: LiveEngine) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INIT_TIMEOUT,
            allowed_origins=live.settings.allowed_origins,
        )
        self.live = live
        self.graphql_transport_ws_handler_class = cast(Any, type("Handler", (LiveHandler,), {"live": live}))

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        if isinstance(request, WebSocket):  # who speaks is known when connection_init comes
            return Context(self.live.session(None))
        authorization = request.headers.get("authorization")
        viewer = await self.live.viewer(authorization)
        if authorization is not None and viewer is None:
            raise HTTPException(401, "This token is no longer good, or never was; sign in again.")
        return Context(self.live.session(viewer))

    async def execute_operation(self, *args: Any, **options: Any) -> Any:
        """Whatever the client does meanwhile, an operation that has begun ends."""
        return await models.database.shielded(super().execute_operation(*args, **options))

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        if result.errors:
            result.errors = [presented(error) for error in result.errors]
        return await super().process_result(request, result)

    def parse_json(self, data: str | bytes) -> Any:
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise HTTPException(400, "The body is not valid JSON.") from error

    async def parse_http_body(self, request: Any) -> GraphQLRequestData | list[GraphQLRequestData]:
        content_type = (request.content_type or "").partition(";")[0].strip().lower()
        if request.method == "POST" and content_type == "application/json":
            body = await request.get_body()
            if len(body) > MOST_BODY:
                raise HTTPException(413, f"The body has {len(body)} bytes; at most {MOST_BODY} are allowed.")
            read = self.parse_json(body)
            if not isinstance(read, Mapping):
                raise HTTPException(400, "The body is a JSON object with a `query`.")
            if not isinstance(cast(Mapping[str, Any], read).get("operationName"), str | None):
                raise HTTPException(400, "`operationName` is a string.")
        return await super().parse_http_body(request)
