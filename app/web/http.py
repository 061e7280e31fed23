"""The GraphQL endpoint: HTTP for queries and mutations, WebSocket for subscriptions.

GraphQL over HTTP, as its specification says: who accepts application/graphql-response+json gets status codes that tell,
everybody else 200 for whatever could be read as a request. What could not is a 4xx with a sentence, as GraphQL errors.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from cross_web import HTTPException
from graphql import ExecutionResult as GraphQLExecutionResult
from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

import models
from app.live.engine import LiveEngine
from app.live.execution import answer, presented_all, unexpected
from app.web import http_requests
from app.web.handshakes import Handshakes
from app.web.http_requests import MOST_BODY as MOST_BODY
from app.web.http_requests import BoundedRequest, Unread
from app.web.media_types import GRAPHQL, JSON, media_type
from app.web.origins import Origins
from app.web.schema_told import SchemaTold
from realtime.budgets import Unaffordable
from realtime.documents import Chosen, Refused
from realtime.graphql_errors import fault
from realtime.graphql_ws_handler import INIT_TIMEOUT, LiveHandler
from rules.error_codes import Code
from schema import schema
from schema.context import Context
from schema.strangers import need_a_token

CODES = {
    400: Code.BAD_REQUEST,
    401: Code.UNAUTHENTICATED,
    405: Code.METHOD_NOT_ALLOWED,
    413: Code.TOO_LARGE,
    415: Code.UNSUPPORTED_MEDIA_TYPE,
    429: Code.TOO_MANY_NEW_DOCUMENTS,
}
HEADERS = {401: {"www-authenticate": "Bearer"}, 405: {"allow": "GET, POST"}}
OVER_WEBSOCKET = "Subscriptions run over WebSocket, graphql-transport-ws, at this same address."


class Endpoint(GraphQL[Context, None]):
    request_adapter_class = BoundedRequest

    def __init__(self, live: LiveEngine) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INIT_TIMEOUT,
        )
        self.live = live
        self._origins = Origins.of(live.settings)
        self._handshakes = Handshakes()
        self._schema_told = SchemaTold()
        self._nobody = Context(live.session(None))
        self.graphql_transport_ws_handler_class = cast(Any, type("Handler", (LiveHandler,), {"live": live}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            self._handshakes.check(request.headers)
            http_requests.check_method(request.method)
            response = await self.run(request)
        except HTTPException as refusal:
            response = _refused(request, refusal)
        except ClientDisconnect:
            return
        except Exception as error:
            response = _written({"errors": [unexpected(error).formatted]}, 500, _kind(request))
        await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        if isinstance(request, WebSocket):  # who speaks is known when connection_init comes, and each frame has its own
            return self._nobody
        authorization = request.headers.get("authorization")
        viewer = await self.live.viewer(authorization)
        if authorization is not None and viewer is None:
            raise HTTPException(401, "This token is expired or unknown; sign in again.")
        address = request.client.host if request.client else ""
        return Context(self.live.session(viewer, address))

    # ------------------------------------------------------------ the request

    def should_render_graphql_ide(self, request: Any) -> bool:
        return False

    async def parse_http_body(self, request: Any) -> GraphQLRequestData:
        return await http_requests.read(request)

    def is_websocket_origin_allowed(self, request: Any, origin: str) -> bool:
        return self._origins.have(origin)

    # ------------------------------------------------------------ the operation

    async def execute_operation(self, *args: Any, **options: Any) -> Any:
        """Whatever the client does meanwhile, an operation that has begun ends."""
        return await models.database.shielded(super().execute_operation(*args, **options))

    async def execute_single(
        self,
        request: Request,
        request_adapter: Any,
        sub_response: Response,
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """Past Strawberry's own execution: parsing and validating cost six times as much as the rest of a small query,
        so that documents are kept."""
        try:
            query, name = request_data.query or "", request_data.operation_name
            asked = self.live.documents.chosen(query, name, context.session.address)
        except Refused as refused:
            return _turned_down(refused, sub_response)
        variables = request_data.variables or {}
        told = http_requests.cost_wanted(request_data.extensions or {})
        cost = self.live.documents.cost(asked, variables) if told else None
        facts = cost and {"cost": {"asked": cost.asked, "allowed": cost.allowed}}
        if told == "only":
            return ExecutionResult(data=None, errors=None, extensions=facts)
        if asked.operation.operation is OperationType.SUBSCRIPTION:
            raise Unread(400, OVER_WEBSOCKET, code=Code.WRONG_TRANSPORT)
        if request.method == "GET" and asked.operation.operation is not OperationType.QUERY:
            raise Unread(405, "Mutations are sent by POST.", headers={"allow": "POST"})
        if request.method == "GET":
            http_requests.check_address(asked, variables)
        try:
            self.live.documents.afford(asked, variables)
        except Refused as refused:
            return _turned_down(refused, sub_response)
        answered = await self._answered(asked, request_data, context)
        result = ExecutionResult(data=answered.data, errors=answered.errors, extensions=facts)
        if _is_unfit(result):
            return _unfit(result, sub_response)
        if context.session.viewer is None and need_a_token(asked.document, asked.operation):
            result.extensions = {**(facts or {}), "signedIn": False}
        return result

    async def _answered(self, asked: Chosen, data: GraphQLRequestData, context: Context) -> GraphQLExecutionResult:
        variables, name = data.variables or {}, data.operation_name
        if asked.most.introspection:
            return await self._schema_told.answer(data.query or "", name, variables, asked.document)
        suggestions = self.live.documents.suggestions
        return await answer(asked.document, name, variables, context, suggestions=suggestions)

    # ------------------------------------------------------------ the answer

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Carries what the answer is to be written as, and its status."""
        response = await super().get_sub_response(request)
        response.media_type = media_type(request.headers.get("accept", ""))
        return response

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        answer: dict[str, Any] = {"errors": presented_all(result.errors)} if result.errors else {}
        if not _is_unfit(result):
            answer["data"] = result.data
        if result.extensions:
            answer["extensions"] = result.extensions
        return cast(Any, answer)

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        return _written(response_data, sub_response.status_code or 200, sub_response.media_type or JSON)


def _is_unfit(result: ExecutionResult) -> bool:
    """Nothing was executed: variables that do not fit."""
    return result.data is None and bool(result.errors) and not any(error.path for error in result.errors or ())


def _turned_down(refused: Refused, sub_response: Response) -> ExecutionResult:
    if isinstance(refused, Unaffordable):
        raise Unread(429, str(refused), headers={"retry-after": str(refused.wait)}, wait=refused.wait) from None
    return _unfit(ExecutionResult(data=None, errors=list(refused.errors)), sub_response)


def _unfit(result: ExecutionResult, sub_response: Response) -> ExecutionResult:
    if sub_response.media_type == GRAPHQL:
        sub_response.status_code = 400
    return result


def _written(body: object, status: int, kind: str, headers: Mapping[str, str] | None = None) -> Response:
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(written, status, {**(headers or {}), "content-type": f"{kind}; charset=utf-8"})


def _kind(request: Request) -> str:
    return media_type(request.headers.get("accept", ""))


def _refused(request: Request, refusal: HTTPException) -> Response:
    facts = refusal.facts if isinstance(refusal, Unread) else {}
    headers = refusal.headers if isinstance(refusal, Unread) else None
    status = refusal.status_code
    error = fault(facts.pop("code", CODES.get(status, Code.BAD_REQUEST)), refusal.reason, **facts)
    return _written({"errors": [error.formatted]}, status, _kind(request), headers or HEADERS.get(status))
