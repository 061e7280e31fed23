"""The floor for an ASGI server: a Starlette WebSocket loop that sends finished text, without GraphQL."""

import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from .board import Board

board = Board.read()
subscribers: dict[str, dict[WebSocket, str]] = {}  # by board


async def subscribe(socket: WebSocket) -> None:
    await socket.accept(subprotocol="graphql-transport-ws")
    followers: dict[WebSocket, str] = {}
    try:
        while True:
            message = json.loads(await socket.receive_text())
            if message["type"] == "connection_init":
                await socket.send_text('{"type":"connection_ack"}')
            elif message["type"] == "subscribe":
                head = f'{{"id":{json.dumps(message["id"])},"type":"next","payload":'
                followers = subscribers.setdefault(message["payload"]["variables"]["input"]["organizationId"], {})
                followers[socket] = head
                await socket.send_text(head + board.payload() + "}")
    except WebSocketDisconnect:
        followers.pop(socket, None)


async def change(request: Request) -> JSONResponse:
    version = board.change()
    tail = board.payload() + "}"
    for socket, head in list(subscribers.get(request.query_params["board"], {}).items()):
        await socket.send_text(head + tail)
    return JSONResponse({"version": version})


app = Starlette(
    routes=[WebSocketRoute("/graphql", subscribe), Route("/change", change, methods=["POST"])],
)
