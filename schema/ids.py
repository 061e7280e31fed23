"""Global ids: URL-safe base64 of `Type:key`, opaque to clients, stable for ever."""

import base64
import binascii
from uuid import UUID

from rules.ids import encode as encode
from rules.refusals import InvalidInput


def decode(text: str) -> tuple[str, list[str]] | None:
    """Type and parts of the key; None for what is no id of ours."""
    try:
        kind, *key = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode().split(":")
    except (ValueError, binascii.Error):
        return None
    return kind, key


def uuid_of(text: str, kind: str) -> UUID | None:
    found = decode(text)
    if found is None or found[0] != kind or len(found[1]) != 1:
        return None
    try:
        return UUID(found[1][0])
    except ValueError:
        return None


NOBODY = UUID(int=0)


def read(text: str, kind: str) -> UUID:
    """The key of an id of this type. An id of another type, or none at all, names nothing: it reads as NOBODY's."""
    return uuid_of(text, kind) or NOBODY


def optional(text: str | None, kind: str) -> UUID | None:
    return None if text is None else read(text, kind)


def required(text: str, kind: str, path: str) -> UUID:
    """InvalidInput for what is no id of this type."""
    found = uuid_of(text, kind)
    if found is None:
        raise InvalidInput.at(path, f"{path} is not the id of a {kind}.")
    return found
