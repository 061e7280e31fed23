"""Phone numbers as they are kept: AES-256-GCM under a key that is not in the database, bound to their member, and an
HMAC of the normalised number, by which one that is known exactly is found.

Each row names its key. Keys come from outside (`use`); the first encrypts, all are read with. Both uses of a key have a
secret of their own, derived from it.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models import sql
from models.bulk import each, run
from models.database import transaction
from rules.phones import earlier, normal

NONCE = 12  # bytes, random: a key may encrypt 2³² numbers
INDEX = 32  # hex digits: two numbers in 2¹²⁸ would be taken for one
NIL_ID = UUID(int=0)
BATCH = 500  # rows that are locked together while keys are changed


class NoDataKey(Exception):
    """A number can't be written, or read, without a key that this process was not given."""


class PhoneIsBroken(Exception):
    """What is kept is not what was encrypted for this member."""


class DataKey:
    def __init__(self, id: str, secret: bytes) -> None:
        self.id = id
        self._cipher = AESGCM(_derived(secret, b"leitai-phone-v1"))
        self._index = _derived(secret, b"leitai-phone-index-v1")

    def encrypt(self, member_id: UUID, phone: str) -> str:
        nonce = secrets.token_bytes(NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, phone.encode(), member_id.bytes)).decode()

    def decrypt(self, member_id: UUID, sealed: str) -> str:
        raw = base64.b64decode(sealed)
        return self._cipher.decrypt(raw[:NONCE], raw[NONCE:], member_id.bytes).decode()

    def index(self, phone: str) -> str:
        return self.indexed(normal(phone))

    def indexed(self, normal: str) -> str:
        return hmac.new(self._index, normal.encode(), hashlib.sha256).hexdigest()[:INDEX]


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, purpose, hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A number's three columns."""

    phone_key: str | None = None
    phone_sealed: str | None = None
    phone_index: str | None = None


Source = Callable[[bool], Sequence[DataKey]]
"""The keys as they are now, the one that encrypts first. Told whether one is needed, so that it may be made."""

_source: Source | None = None


def use(source: Source | None) -> None:
    global _source
    _source = source


def _keys(needed: bool) -> Sequence[DataKey]:
    return _source(needed) if _source else ()


def can_be_kept() -> bool:
    return bool(_keys(True))


def seal(member_id: UUID, phone: str | None) -> Sealed:
    """NoDataKey: this process has none."""
    if phone is None:
        return Sealed()
    return _sealed(current(), member_id, phone)


def current() -> DataKey:
    """The key that encrypts. NoDataKey."""
    for key in _keys(True):
        return key
    raise NoDataKey("Phone numbers can't be kept: LEITAI_DATA_KEYS is not set on this server, see docs/privacy.md.")


def _sealed(key: DataKey, member_id: UUID, phone: str) -> Sealed:
    return Sealed(key.id, key.encrypt(member_id, phone), key.index(phone))


def opened(member_id: UUID, key_id: str | None, sealed: str | None) -> str | None:
    """NoDataKey, PhoneIsBroken."""
    if key_id is None or sealed is None:
        return None
    found = next((key for key in _keys(False) if key.id == key_id), None)
    if found is None:
        raise NoDataKey(f"The phone of member {member_id} is encrypted with the key {key_id}, which is not known here.")
    try:
        return found.decrypt(member_id, sealed)
    except (InvalidTag, ValueError):
        raise PhoneIsBroken(f"The phone of member {member_id} can't be decrypted: it was changed by hand.") from None


def ids() -> list[str]:
    """Of the keys that this process can read with, the one that encrypts first."""
    return [key.id for key in _keys(False)]


def indexes(phone: str) -> list[str]:
    """By which rows of this number are found, under every key."""
    return [key.indexed(one) for key in _keys(False) for one in sorted(earlier(phone))]


# ---------------------------------------------------------------- other keys


async def counted() -> Mapping[str, int]:
    """How many numbers are encrypted with each key."""
    found = await sql.rows(
        "SELECT phone_key, COUNT(*) AS number FROM members WHERE phone_key IS NOT NULL GROUP BY phone_key"
    )
    return {one["phone_key"]: one["number"] for one in found}


async def missing() -> list[str]:
    """Ids of keys in use that this process does not have."""
    return sorted((await counted()).keys() - set(ids()))


async def rotate(told: Callable[[int], None], at_once: int = BATCH) -> int:
    """Encrypt with the first key whatever is under another, in batches, beside whoever reads and writes. Can be broken
    off at any time, and begun again. told: how many more are done."""
    to, total, again = current(), 0, True
    while again:  # until a pass finds none: others may have written with an older key meanwhile
        again, after = False, NIL_ID
        while rows := await sql.rows(
            f"""SELECT id, phone_key, phone_sealed FROM members
                WHERE phone_key IS NOT NULL AND phone_key <> :key AND id > :after ORDER BY id LIMIT {at_once}""",
            key=to.id,
            after=after,
        ):
            again, after = True, sql.uid(rows[-1]["id"])
            total += await _encrypt_anew(to, rows, told)
    return total


async def _encrypt_anew(to: DataKey, rows: Sequence[Mapping[str, Any]], told: Callable[[int], None]) -> int:
    changed: list[tuple[object, ...]] = []
    for one in rows:
        member_id = sql.uid(one["id"])
        phone = opened(member_id, one["phone_key"], one["phone_sealed"])
        assert phone is not None
        new = _sealed(to, member_id, phone)
        changed.append((new.phone_key, new.phone_sealed, new.phone_index, member_id, one["phone_sealed"]))
    async with transaction():  # whoever wrote a number meanwhile keeps it: the next pass reads it
        await run(
            each(
                """UPDATE members SET phone_key = ?, phone_sealed = ?, phone_index = ?
                   WHERE id = ? AND phone_sealed = ?""",
                changed,
            ),
            told,
        )
    return len(changed)
