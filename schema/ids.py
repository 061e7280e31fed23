"""Global ids: URL-safe base64 of `Type:key`, opaque to clients, stable for ever."""

from uuid import UUID

from resolvers.visibility import NIL_ID as NIL_ID
from rules.ids import decode as decode
from rules.ids import encode as encode
from rules.ids import uuid_of as uuid_of
from rules.refusals import InvalidInput


def read(text: str, kind: str) -> UUID:
    """The key of an id of this type. An id of another type, or none at all, names nothing: it reads as NIL_ID."""
    return uuid_of(text, kind) or NIL_ID


def optional(text: str | None, kind: str) -> UUID | None:
    return None if text is None else read(text, kind)


def required(text: str, kind: str, path: str) -> UUID:
    """InvalidInput for what is no id of this type."""
    found = uuid_of(text, kind)
    if found is None:
        raise InvalidInput.at(path, f"{path} is not the id of a {kind}.")
    return found
