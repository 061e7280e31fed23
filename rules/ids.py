"""Global ids as clients know them: URL-safe base64 of `Type:key`. Here, because block chains are hashed over them."""

import base64
import binascii
from typing import NewType
from uuid import UUID


def encode(kind: str, *key: object) -> str:
    text = ":".join([kind, *map(str, key)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


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


# ---------------------------------------------------------------- typed ids

TaskId = NewType("TaskId", UUID)
ClaimId = NewType("ClaimId", UUID)
OrganizationId = NewType("OrganizationId", UUID)


def kind_of(id_type: object) -> str | None:
    """The GraphQL type that an id type names: Task of TaskId. None: it is no id type."""
    return id_type.__name__.removesuffix("Id") if isinstance(id_type, NewType) else None
