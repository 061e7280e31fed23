"""Block chains: what is hashed, what is signed, and whether a chain is what its hashes say.

A revision's `canonical` is RFC 8785 JSON without personal data: names and texts stand in it as commitments, SHA-256 of
a salt and the value. Value and salt are kept apart and may be erased; the chain stays whole. `hash` is the SHA-256 of
canonical and nothing else; each revision names the hash before it, the first 64 zeros. After each revision its head is
signed: `statement` is what was signed, to the letter.

A salt begins with 32 random hex digits; the 64 that follow bind what canonical has no place for: whose block it is, and
which members the paired names stand for.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias, cast

DOMAIN = "leitai-block-v1"
HEAD_DOMAIN = "leitai-head-v1"
GENESIS = "0" * 64
NAME, EXTENT, REASON, PAIRED_WITH = "name", "extent", "reason", "pairedWith"
PATHS = (NAME, EXTENT, REASON, PAIRED_WITH)
RANDOM = 32  # hex digits of a salt that are random
MOST_NUMBER = 2**53 - 1

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"


# ---------------------------------------------------------------- what is hashed


def canonical(value: Json) -> str:
    """RFC 8785, for what we write: no fractions. ValueError: a number too large, or a lone surrogate; TypeError: a
    fraction, or nothing that JSON knows."""
    if isinstance(value, str):
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ValueError("not Unicode text: a lone surrogate")
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        if abs(value) > MOST_NUMBER:
            raise ValueError("not exact in every reader: a number beyond ±(2^53 − 1)")
        return str(value)
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(canonical(one) for one in cast(Sequence[Json], value)) + "]"
    raise TypeError(f"JSON of ours has no {type(value).__name__}")


def digest(text: str) -> str:
    """Lower-case hex SHA-256 of the text's UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def commitment(value: str, salt: str) -> str:
    return digest(salt + value)


def instant(at: datetime) -> str:
    """As the API writes it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def names(people: Sequence[str]) -> str:
    """The value of pairedWith: display names, in their order."""
    return canonical(people)


def bound_salt(random: str, organization: str, paired: Sequence[str | None]) -> str:
    """paired: ids of members, null where somebody is none."""
    return random + digest(random + canonical({"organization": organization, "paired": paired}))


def statement(block: str, length: int, head: str, signed_at: str) -> str:
    """What is signed."""
    return "\n".join((HEAD_DOMAIN, block, str(length), head, signed_at))


# ---------------------------------------------------------------- what is kept


@dataclass(frozen=True, slots=True)
class Opening:
    value: str
    salt: str


@dataclass(frozen=True, slots=True)
class Link:
    """A revision as it is kept, with ids and instants as the API writes them. openings: by path, without erased ones.
    organization, paired: what the salts bind."""

    block: str
    sequence: int
    previous_hash: str
    recorded_at: str
    recorded_by: str | None
    responsible: str
    retired: bool
    organization: str
    paired: Sequence[str | None]
    openings: Mapping[str, Opening]
    canonical: str
    hash: str
    statement: str
    signed_at: str


def content(
    *,
    block: str,
    sequence: int,
    previous_hash: str,
    recorded_at: str,
    recorded_by: str | None,
    responsible: str,
    retired: bool,
    commitments: Mapping[str, str],
) -> str:
    """The canonical of a revision."""
    return canonical(
        {
            "domain": DOMAIN,
            "block": block,
            "sequence": sequence,
            "previousHash": previous_hash,
            "recordedAt": recorded_at,
            "recordedBy": recorded_by,
            "responsible": responsible,
            "retired": retired,
            "commitments": commitments,
        }
    )


# ---------------------------------------------------------------- whether it holds


@dataclass(frozen=True, slots=True)
class Break:
    """sequence: the place in the chain, from 1."""

    sequence: int
    what: str


def breaks(links: Sequence[Link]) -> Iterator[Break]:
    """What does not hold, in the order of the chain; nothing, where all of it does. Signatures are checked elsewhere:
    the standard library knows no Ed25519."""
    previous = GENESIS
    for place, link in enumerate(links, start=1):
        for what in (*_position(link, place, previous), *_content(link), *_openings(link), *_head(link)):
            yield Break(place, what)
        if link.retired and place < len(links):
            yield Break(place + 1, "follows the revision that retired the block")
        previous = link.hash


def opens(link: Link, path: str) -> bool:
    """Whether an opening is there, is what was committed to, and for this organization and these paired members."""
    return path in link.openings and not any(_opening(link, path, link.openings[path], _commitments(link) or {}))


def first_break(links: Sequence[Link]) -> int | None:
    return next((one.sequence for one in breaks(links)), None)


def _position(link: Link, place: int, previous: str) -> Iterator[str]:
    if link.sequence != place:
        yield f"says sequence {link.sequence}"
    if link.previous_hash != previous:
        yield f"names the hash {link.previous_hash} before it; it is {previous}"


def _content(link: Link) -> Iterator[str]:
    if digest(link.canonical) != link.hash:
        yield f"has the hash {link.hash}; its canonical hashes to {digest(link.canonical)}"
    commitments = _commitments(link)
    if commitments is None:
        yield "has a canonical that is not what we write"
        return
    said = content(
        block=link.block,
        sequence=link.sequence,
        previous_hash=link.previous_hash,
        recorded_at=link.recorded_at,
        recorded_by=link.recorded_by,
        responsible=link.responsible,
        retired=link.retired,
        commitments=commitments,
    )
    if said != link.canonical:
        yield f"is kept as {said}; its canonical says {link.canonical}"


def _openings(link: Link) -> Iterator[str]:
    commitments = _commitments(link) or {}
    for path, opening in link.openings.items():
        yield from _opening(link, path, opening, commitments)


def _opening(link: Link, path: str, opening: Opening, commitments: Mapping[str, str]) -> Iterator[str]:
    if commitments.get(path) != commitment(opening.value, opening.salt):
        yield f"has a {path} that is not what its commitment says"
    elif opening.salt != bound_salt(opening.salt[:RANDOM], link.organization, link.paired):
        yield f"has a {path} that was committed to for another organization or other paired members"


def _head(link: Link) -> Iterator[str]:
    if link.statement != statement(link.block, link.sequence, link.hash, link.signed_at):
        yield "is signed with a statement that is about something else"


def _commitments(link: Link) -> Mapping[str, str] | None:
    try:
        read = json.loads(link.canonical)["commitments"]
        return {path: str(read[path]) for path in PATHS} if read.keys() == set(PATHS) else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
