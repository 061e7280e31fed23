"""uvicorn, with the settings that thousands of quiet sockets want."""

import uvicorn
from starlette.applications import Starlette

from app.settings import Settings
from realtime.connection import DRAIN, LiveConnection

MOST_FRAME = 64 * 1024  # bytes from a client: a subscription with its document
PING = 10.0  # seconds; a peer that answers none in as many again is aborted


def serve(app: Starlette, settings: Settings, host: str, port: int) -> None:
    """Until SIGTERM or SIGINT."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        http="httptools",
        ws=LiveConnection,
        ws_max_size=MOST_FRAME,
        ws_ping_interval=PING,
        ws_ping_timeout=PING,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(DRAIN) + 5,
    )
