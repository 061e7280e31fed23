"""Heads of the audit log's chains, kept elsewhere: only they show a chain that was written anew by who has the key."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import models
from models.audit import NO_ROOT, Head
from resolvers.signing import Signed, Signer, holds
from rules import chain, ids

DOMAIN = "leitai-audit-head-v1"
FIELDS = ("auditLog", "length", "head", "exportedAt", "statement", "signature", "keyId", "publicKey")
NO_SIGNATURE = Signed("", "", "", "")
NOWHERE = "none"  # the chain of what belongs to no root


def _named(root_id: UUID) -> str:
    return NOWHERE if root_id == NO_ROOT else ids.encode("Organization", root_id)


def _statement(of: str, length: int, head: str, at: str) -> str:
    return "\n".join((DOMAIN, of, str(length), head, at))


async def heads(now: datetime, signer: Signer | None) -> list[str]:
    """Of every chain: a JSON object each, signed where the server has a key."""
    at = chain.instant(now)
    return [_written(one, at, signer) for one in await models.audit.heads()]


def _written(head: Head, at: str, signer: Signer | None) -> str:
    of = _named(head.root_id)
    signed = signer.sign(_statement(of, head.sequence, head.hash, at)) if signer else NO_SIGNATURE
    values = (of, head.sequence, head.hash, at, signed.statement, signed.signature, signed.key_id, signed.public_key)
    return chain.canonical(dict(zip(FIELDS, values, strict=True)))


def untouched(kept: dict[str, Any]) -> bool:
    """Whether a line of a file is what was signed, or was never signed."""
    signed = Signed(kept["statement"], kept["signature"], kept["keyId"], kept["publicKey"])
    if signed == NO_SIGNATURE:
        return True
    said = _statement(kept["auditLog"], kept["length"], kept["head"], kept["exportedAt"])
    return said == signed.statement and holds(signed)


async def differences(kept: Sequence[dict[str, Any]]) -> list[str]:
    """What was cut or written anew since these heads were kept. Inside a snapshot."""
    found: list[str] = []
    for one in kept:
        root_id = NO_ROOT if one["auditLog"] == NOWHERE else ids.uuid_of(one["auditLog"], "Organization")
        found += _compared(one, await models.audit.hash_at(root_id, one["length"]) if root_id else None)
    return found


def _compared(kept: dict[str, Any], now: str | None) -> Iterator[str]:
    name = "The audit log of no root" if kept["auditLog"] == NOWHERE else f"The audit log of {kept['auditLog']}"
    if now is None:
        yield f"{name} was cut: {kept['length']} entries were there, and entry {kept['length']} is gone."
    elif now != kept["head"]:
        yield f"{name} was rewritten: entry {kept['length']} had the hash {kept['head']}, now it has {now}."
