"""Seals of the ledger: an HMAC-SHA256 over each row and the seal before it in its root.

A row that was changed, put between or taken out by hand no longer fits, and a cut end no longer fits the clock, which
keeps the newest seal. A seal is `KEY:MAC` in hex; KEY is a short name of the key, or `database` for the secret that
lies in the database itself, which guards against mistakes and not against whoever can read it.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from models import sql

OWN = "database"
BOOLEANS = {"ranks", "correction"}


@dataclass(frozen=True, slots=True)
class Key:
    name: str
    secret: bytes

    @classmethod
    def of(cls, secret: bytes) -> "Key":
        return cls(hashlib.sha256(b"leitai-seal-key" + secret).hexdigest()[:12], secret)


_given: Key | None = None


def use(secret: bytes | None) -> None:
    """The key of this process, from outside the database. None: the database's own."""
    global _given
    _given = None if secret is None else Key.of(secret)


def current(own: str) -> Key:
    """The key that new seals are made with. own: the database's own secret."""
    return _given or Key(OWN, bytes.fromhex(own))


def known(own: str) -> dict[str, Key]:
    """The keys that this process can check seals with."""
    keys = {OWN: Key(OWN, bytes.fromhex(own))}
    return keys if _given is None else {**keys, _given.name: _given}


def content(row: Mapping[str, Any]) -> bytes:
    """A row's columns as they are sealed: what is null or false is left out, so that a new column changes no seal."""
    kept: dict[str, Any] = {}
    for name, value in row.items():
        if name == "seal" or value is None or (name in BOOLEANS and not value):
            continue
        kept[name] = 1 if name in BOOLEANS else _plain(name, value)
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(name: str, value: Any) -> Any:
    if name.endswith("_at"):
        at: datetime = sql.instant(value)
        return at.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    return value.value if isinstance(value, Enum) else value


def commitment(words: str, salt: str) -> str:
    """What a sealed row keeps of words that can be erased."""
    return hashlib.sha256((salt + words).encode()).hexdigest()


def seal(key: Key, before: str | None, row: Mapping[str, Any]) -> str:
    text = (before or "").encode() + b"\n" + content(row)
    return f"{key.name}:{hmac.new(key.secret, text, hashlib.sha256).hexdigest()}"


async def seal_all(root_id: UUID, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The seals of rows that come next in their root, in order. Under the clock's lock, which keeps the last."""
    found = await sql.row(
        """SELECT c.seal, (SELECT value FROM secrets WHERE name = 'seals') AS own
           FROM clocks c WHERE c.root_id = :root""",
        root=root_id,
    )
    assert found is not None
    key = current(found["own"])
    before: str | None = found["seal"]
    made: list[str] = []
    for row in rows:
        before = seal(key, before, row)
        made.append(before)
    await sql.execute("UPDATE clocks SET seal = :seal WHERE root_id = :root", seal=before, root=root_id)
    return made


@dataclass(frozen=True, slots=True)
class Chain:
    """A root's ledger in order, with what its clock knows of it."""

    root_id: UUID
    newest: str | None
    unsealed: int
    rows: Sequence[Mapping[str, Any]]


async def chain(root_id: UUID) -> Chain:
    clock = await sql.row("SELECT seal, unsealed FROM clocks WHERE root_id = :root", root=root_id)
    rows = await sql.rows("SELECT * FROM points_entries WHERE root_id = :root ORDER BY position, line", root=root_id)
    assert clock is not None, f"root {root_id} has no clock"
    return Chain(root_id, clock["seal"], clock["unsealed"], rows)


async def reworded(root_id: UUID) -> list[UUID]:
    """Entries whose words are not those that they are committed to. Erased words are none."""
    found = await sql.rows(
        """SELECT e.id, e.reason_commitment, r.text, r.salt FROM points_entries e
           JOIN points_reasons r ON r.entry_id = e.id
           WHERE e.root_id = :root AND e.reason_commitment IS NOT NULL ORDER BY e.position, e.line""",
        root=root_id,
    )
    return sql.uids(
        one["id"] for one in found if commitment(one["text"], one["salt"] or "") != one["reason_commitment"]
    )


async def own_secret() -> str:
    return await sql.value("SELECT value FROM secrets WHERE name = 'seals'")
