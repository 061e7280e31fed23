"""graphql-transport-ws messages, read strictly: what breaks the protocol is Invalid, with a sentence for the close
frame."""

import json
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from realtime.persisted import asks_persisted

MOST_ID = 256  # characters of an operation's id
TYPES = ("connection_init", "ping", "pong", "subscribe", "complete")
INVALID, UNAUTHORIZED, FORBIDDEN = 4400, 4401, 4403
TIMED_OUT, DUPLICATE, TOO_MANY_INITS = 4408, 4409, 4429
TRY_LATER = 1013
CLOSE_REASON = 123  # bytes that fit in a close frame


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


class Invalid(Exception):
    """The message breaks the protocol."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """persisted: a hash came instead of the text, and query is empty."""

    id: str
    query: str
    variables: dict[str, Any]
    operation_name: str | None
    persisted: bool = False


def read(text: str | None) -> dict[str, Any]:
    """A message of a known type."""
    if text is None:
        raise Invalid("Messages are text.")
    try:
        message: object = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Invalid("The message is not valid JSON.") from None
    if not isinstance(message, dict):
        raise Invalid("A message is a JSON object.")
    found = cast(dict[str, Any], message)
    if found.get("type") not in TYPES:
        raise Invalid(f"The message's type is none of {', '.join(TYPES)}.")
    return found


def payload(message: dict[str, Any]) -> dict[str, Any]:
    """An optional payload; {} for none."""
    found = message.get("payload")
    if not isinstance(found, dict | None):
        raise Invalid("A payload is an object.")
    return cast(dict[str, Any], found or {})


def operation_id(message: dict[str, Any]) -> str:
    found = message.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= MOST_ID:
        raise Invalid(f"id is a string of 1 to {MOST_ID} characters.")
    return found


def subscribe(message: dict[str, Any]) -> Subscribe:
    found = operation_id(message)
    if not isinstance(message.get("payload"), dict):
        raise Invalid("subscribe's payload is an object.")
    asked = payload(message)
    query, variables, name = asked.get("query"), asked.get("variables"), asked.get("operationName")
    persisted = query is None and asks_persisted(asked.get("extensions"))
    if not isinstance(query, str) and not persisted:
        raise Invalid("query is a string.")
    if not isinstance(variables, dict | None):
        raise Invalid("variables is an object.")
    if not isinstance(name, str | None):
        raise Invalid("operationName is a string.")
    if not isinstance(asked.get("extensions"), dict | None):
        raise Invalid("extensions is an object.")
    return Subscribe(found, str(query or ""), cast(dict[str, Any], variables or {}), name, persisted)


def reason(text: str) -> str:
    """As much of it as fits in a close frame, cut between characters."""
    return text.encode("utf-8", "replace")[:CLOSE_REASON].decode("utf-8", "ignore")


def duplicate(operation_id: str) -> str:
    """The reason of 4409, in the protocol's words; of a long id its beginning."""
    before, after = "Subscriber for ", " already exists"
    room = CLOSE_REASON - len(before) - len(after)
    name = operation_id.encode("utf-8", "replace")
    if len(name) > room:
        name = name[: room - len("…".encode())].decode("utf-8", "ignore").encode() + "…".encode()
    return f"{before}{name.decode()}{after}"
