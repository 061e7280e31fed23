"""Requests over HTTP: read strictly, and refused in a sentence."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from cross_web import HTTPException, StarletteRequestAdapter
from strawberry.http import GraphQLRequestData

from app.web.media_types import JSON
from realtime import persisted
from realtime.documents import Chosen
from realtime.persisted import asks_persisted
from rules.error_codes import Code
from schema.private_arguments import in_address

MOST_BODY = 256 * 1024  # bytes
IN_ADDRESS = "Send this query by POST: `{}` may be a name or a phone number, and proxies keep addresses in their logs."


class Unread(HTTPException):
    """What could not be read as a request, with more to say of it than its status."""

    def __init__(self, status: int, reason: str, *, headers: Mapping[str, str] | None = None, **facts: Any) -> None:
        super().__init__(status, reason)
        self.headers, self.facts = headers, facts


class BoundedRequest(StarletteRequestAdapter):
    async def get_body(self) -> bytes:
        """HTTPException 413: it has more than MOST_BODY bytes, or says so."""
        declared = self.headers.get("content-length", "")
        body = bytearray()
        asked = int(declared) if declared.isdecimal() else 0
        if asked <= MOST_BODY:
            async for chunk in self._request.stream():
                body += chunk
                if len(body) > MOST_BODY:
                    break
            else:
                return bytes(body)
        asked = max(asked, len(body))
        reason = f"The body has {asked} bytes or more; {MOST_BODY} are allowed."
        raise Unread(413, reason, limit="body", asked=asked, allowed=MOST_BODY)


async def read(request: Any) -> GraphQLRequestData:
    if request.method == "GET":
        given = dict(request.query_params)
        found: Any = {
            **given,
            **{name: _json(given[name]) for name in ("variables", "extensions") if given.get(name)},
        }
    else:
        _check_content_type(request.content_type or "", request.headers.get("content-encoding", "identity"))
        found = _json(await request.get_body())
    if not isinstance(found, Mapping):
        raise HTTPException(400, "The body is one JSON object with a `query`; batches are not taken.")
    query = _of_type(found, "query", str, "a string")
    extensions = _of_type(found, "extensions", dict, "an object")
    if not query and asks_persisted(extensions):
        raise Unread(200, persisted.MESSAGE, code=Code.PERSISTED_QUERY_NOT_SUPPORTED)
    if not query:
        raise HTTPException(400, "`query` is missing.")
    return GraphQLRequestData(
        query=query,
        variables=_of_type(found, "variables", dict, "an object"),
        operation_name=_of_type(found, "operationName", str, "a string") or None,
        extensions=extensions,
    )


def check_method(method: str) -> None:
    if method not in ("GET", "POST"):
        raise HTTPException(405, "Queries are sent by POST or GET, mutations by POST.")


def check_address(asked: Chosen, variables: Mapping[str, Any]) -> None:
    """Unread, if a GET holds what should not stand in an address."""
    if argument := in_address(asked.document, asked.operation, variables):
        raise Unread(405, IN_ADDRESS.format(argument), headers={"allow": "POST"})


def cost_wanted(extensions: Mapping[str, Any]) -> object:
    """Whether to tell what the operation costs; "only": without executing it."""
    wanted = extensions.get("cost")
    if not (wanted is None or isinstance(wanted, bool) or wanted == "only"):
        raise HTTPException(400, '`extensions.cost` is true, or "only" to have the operation not executed.')
    return wanted


def _check_content_type(content_type: str, encoding: str) -> None:
    name, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = {part[8:].strip('"') for part in parameters if part.startswith("charset=")}
    if name != JSON or not charsets <= {"utf-8", "utf8"}:
        raise HTTPException(415, f"The body is sent as {JSON}, in UTF-8.")
    if encoding.strip().lower() not in ("", "identity"):
        raise HTTPException(415, "The body is sent as it is, not compressed.")


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text if isinstance(text, str) else text.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise HTTPException(400, "The request is not valid JSON.") from None


def _of_type(read: Mapping[str, Any], name: str, kind: type, words: str) -> Any:
    found = read.get(name)
    if found is not None and not isinstance(found, kind):
        # A parameter of a GET left empty is one left out.
        if found == "":
            return None
        raise HTTPException(400, f"`{name}` is {words}.")
    return found
