"""The schema as files, for tools that make types: /schema.graphql, and /possibleTypes.json for Apollo's cache.

Served where clients may ask for the schema, and nowhere else. Each answer says the server's version.
"""

import hashlib
import json
from collections.abc import Callable

from graphql import GraphQLSchema, is_abstract_type
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.settings import Settings
from app.version import version
from schema import schema

HEADER = "leitai-version"


def routes(settings: Settings) -> list[Route]:
    if not settings.tells_schema:
        return []
    return [
        Route("/schema.graphql", _file(lambda: f"{schema.as_str()}\n", "text/plain; charset=utf-8")),
        Route("/possibleTypes.json", _file(lambda: json.dumps(possible_types(schema._schema)), "application/json")),
        Route("/version", _version),
    ]


def possible_types(of: GraphQLSchema) -> dict[str, list[str]]:
    """Of each interface and union the types that it may be, as Apollo's `InMemoryCache` takes it."""
    return {
        name: sorted(one.name for one in of.get_possible_types(kind))
        for name, kind in sorted(of.type_map.items())
        if is_abstract_type(kind) and not name.startswith("__")
    }


def _file(made: Callable[[], str], kind: str) -> Callable[[Request], Response]:
    """Made at the first request."""
    kept: list[bytes] = []

    def serve(request: Request) -> Response:
        if not kept:
            kept.append(made().encode())
        etag = f'"{hashlib.sha256(kept[0]).hexdigest()[:32]}"'
        headers = {HEADER: version(), "etag": etag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(kept[0], headers={**headers, "content-type": kind})

    return serve


def _version(_: Request) -> JSONResponse:
    return JSONResponse({"version": version()}, headers={HEADER: version(), "cache-control": "no-cache"})
