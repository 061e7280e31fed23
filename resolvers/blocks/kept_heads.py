"""Heads of chains, kept elsewhere: only they show that a tail was cut, or a whole chain rewritten with good hashes."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import models
from models import Block, BlockRevision
from models.bulk import chunks
from resolvers.audit_log import kept_heads as audit_log_kept_heads
from resolvers.signing import Signed, holds
from rules import chain, ids

TOGETHER = 500  # chains read at once
FIELDS = ("block", "length", "head", "signedAt", "statement", "signature", "keyId", "publicKey")


async def heads() -> list[str]:
    """Of every block, retired ones too: a JSON object each."""
    async with models.database.snapshot():
        known = [one.id for one in await Block.all().order_by("created_at", "id")]
        return [
            _written(found[one])
            for some in chunks(known, TOGETHER)
            for found in [await models.blocks.current(some)]
            for one in some
            if one in found
        ]


def _written(head: BlockRevision) -> str:
    return chain.canonical(
        {
            "block": ids.encode("Block", head.block_id),
            "length": head.sequence,
            "head": head.hash,
            "signedAt": chain.instant(head.signed_at),
            "statement": head.statement,
            "signature": head.signature,
            "keyId": head.key_id,
            "publicKey": head.public_key,
        }
    )


class NoHead(Exception):
    """A line that is no head, or is not what was signed. The message says which and why."""


def read(lines: Iterable[str]) -> list[dict[str, Any]]:
    return [_head(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _head(number: int, line: str) -> dict[str, Any]:
    try:
        found: Any = json.loads(line)
        of_audit = "auditLog" in found
        named = {name: found[name] for name in (audit_log_kept_heads.FIELDS if of_audit else FIELDS)}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NoHead(f"Line {number} is no head: a JSON object with {', '.join(FIELDS)}.") from None
    if not all(isinstance(one, int if name == "length" else str) for name, one in named.items()):
        raise NoHead(f"Line {number} is no head: length is a number, all else is text.")
    if of_audit:
        if audit_log_kept_heads.untouched(named):
            return named
        raise NoHead(f"Line {number} is not what was signed: the file was changed.")
    signed = Signed(named["statement"], named["signature"], named["keyId"], named["publicKey"])
    said = chain.statement(named["block"], named["length"], named["head"], named["signedAt"])
    if said != signed.statement or not holds(signed):
        raise NoHead(f"Line {number} is not what was signed: the file was changed.")
    return named


async def differences(kept: Sequence[dict[str, Any]]) -> list[str]:
    """What was rewritten or cut since these heads were kept."""
    found: list[str] = []
    async with models.database.snapshot():
        found += await audit_log_kept_heads.differences([one for one in kept if "auditLog" in one])
        known = {ids.encode("Block", one.id): one.id for one in await Block.all()}
        for some in chunks([one for one in kept if "block" in one], TOGETHER):
            chains = await models.blocks.chains({known[one["block"]] for one in some if one["block"] in known})
            for one in some:
                found += compared(one, chains.get(known[one["block"]], []) if one["block"] in known else [])
    return found


def compared(kept: dict[str, Any], revisions: Sequence[BlockRevision]) -> Iterator[str]:
    """A kept head with its block's chain; empty: the block is not there."""
    length, name = kept["length"], f"Block {kept['block']}"
    if not revisions:
        yield f"{name} is gone; a head of {length} revision(s) was kept."
        return
    at = next((one for one in revisions if one.sequence == length), None)
    if at is None:
        yield f"{name} was cut: {length} revision(s) were there, now the newest is {revisions[-1].sequence}."
    elif (now := chain.digest(at.canonical)) != kept["head"]:
        yield f"{name} was rewritten: revision {length} had the hash {kept['head']}, now it has {now}."
