"""Keys as they are given: the one that signs, and those that encrypt phone numbers. What they hold is not repeated.

Both raise ValueError with a sentence that goes on after the name of what was read.
"""

import base64
import binascii
import re

from models.phones import DataKey
from resolvers.signing import KEY_BYTES

ID = re.compile(r"[a-z0-9-]{1,16}")
WANTED = "one or more of id:key, separated by commas; an id has 1 to 16 of a–z, 0–9 and -, a key 64 hex digits"


def signing_key(text: str) -> bytes:
    text = text.strip()
    for read in (bytes.fromhex, _base64):
        try:
            key = read(text)
        except (ValueError, binascii.Error):
            continue
        if len(key) == KEY_BYTES:
            return key
    raise ValueError(
        f"is no signing key: it holds {KEY_BYTES} random bytes, as 64 hex digits or in base64."
        " `openssl rand -hex 32` makes one."
    )


def data_keys(text: str) -> list[DataKey]:
    """Each id once."""
    keys: list[DataKey] = []
    for number, one in enumerate((part.strip() for part in text.replace("\n", ",").split(",") if part.strip()), 1):
        id, _, key = one.partition(":")
        try:
            secret = bytes.fromhex(key)
        except ValueError:
            secret = b""
        if not ID.fullmatch(id) or len(secret) != KEY_BYTES:
            raise ValueError(f", entry {number}, is no key: it holds {WANTED}.")
        if any(known.id == id for known in keys):
            raise ValueError(f"holds two keys with the id {id}; give the new one an id of its own.")
        keys.append(DataKey(id, secret))
    if not keys:
        raise ValueError(f"holds no key: it holds {WANTED}.")
    return keys


def _base64(text: str) -> bytes:
    return base64.b64decode(text, altchars=b"-_" if set(text) & set("-_") else None, validate=True)
