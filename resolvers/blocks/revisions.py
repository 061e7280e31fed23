"""Chains of blocks as they are kept: what a revision says, and whether all hold by their own hashes (`rules.chain`)."""

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import models
from models import Block, BlockOpening, BlockPair, BlockRevision, Member
from models.blocks import Sides
from rules import chain, ids
from rules.chain import EXTENT, NAME, PAIRED_WITH, PATHS, REASON, Break, Link


@dataclass(frozen=True, slots=True)
class Proof:
    """A chain's newest revision, which carries the signed head, and the first sequence at which something does not
    hold; None: all of it does."""

    head: BlockRevision
    broken_at: int | None


@dataclass(frozen=True, slots=True)
class Paired:
    """name: as boards may show it now; empty where it is erased."""

    pair: BlockPair
    name: str
    member: Member | None


@dataclass(frozen=True, slots=True)
class Told:
    """A revision's words. Empty: erased."""

    name: str
    extent: str
    reason: str
    openings: Sequence[BlockOpening]
    paired: Sequence[Paired]


# ---------------------------------------------------------------- what a revision says


def names(sides: Sides) -> list[str]:
    """The committed names of the paired, one for each; empty where they are erased."""
    opening = sides.openings.get(PAIRED_WITH)
    read: Any = None
    with contextlib.suppress(ValueError, RecursionError):  # somebody wrote over it, which the chain shows
        read = json.loads(opening.value) if opening else None
    kept = [str(one) for one in cast(list[Any], read)] if isinstance(read, list) else []
    return [*kept, *[""] * len(sides.pairs)][: len(sides.pairs)]


def tell(block: Block, revision: BlockRevision, sides: Sides, members: Mapping[UUID, Member]) -> Told:
    """Members stand under the names that they have now. The opening of pairedWith is left out where it would tell an
    older one, unless it was tampered with: that shows to whoever checks."""
    committed = names(sides)
    paired = [
        Paired(one, members[one.member_id].display_name, members[one.member_id])
        if one.member_id
        else Paired(one, name, None)
        for one, name in zip(sides.pairs, committed, strict=True)
    ]
    older = [one.name for one in paired] != committed and chain.opens(link(block, revision, sides), PAIRED_WITH)
    kept = {path: one for path, one in sides.openings.items() if not (older and path == PAIRED_WITH)}
    said = {path: one.value for path, one in kept.items()}
    shown = [kept[path] for path in PATHS if path in kept]
    return Told(said.get(NAME, ""), said.get(EXTENT, ""), said.get(REASON, ""), shown, paired)


async def told(revisions: Sequence[BlockRevision]) -> dict[BlockRevision, Told]:
    sides = await models.blocks.sides(one.id for one in revisions)
    blocks = await models.blocks.by_ids(one.block_id for one in revisions)
    members = await models.members.by_ids(people(sides.values()))
    return {one: tell(blocks[one.block_id], one, sides[one.id], members) for one in revisions}


def people(sides: Iterable[Sides]) -> set[UUID]:
    """The members among the paired."""
    return {pair.member_id for one in sides for pair in one.pairs if pair.member_id}


# ---------------------------------------------------------------- whether it holds


def link(block: Block, revision: BlockRevision, sides: Sides) -> Link:
    return Link(
        block=ids.encode("Block", revision.block_id),
        sequence=revision.sequence,
        previous_hash=revision.previous_hash,
        recorded_at=chain.instant(revision.recorded_at),
        recorded_by=revision.recorded_by_id and ids.encode("Member", revision.recorded_by_id),
        responsible=ids.encode("Member", revision.responsible_id),
        retired=revision.retired,
        organization=ids.encode("Organization", block.organization_id),
        paired=[one.member_id and ids.encode("Member", one.member_id) for one in sides.pairs],
        openings={path: chain.Opening(one.value, one.salt) for path, one in sides.openings.items()},
        canonical=revision.canonical,
        hash=revision.hash,
        statement=revision.statement,
        signed_at=chain.instant(revision.signed_at),
    )


def breaks(block: Block, revisions: Sequence[BlockRevision], sides: Mapping[UUID, Sides]) -> list[Break]:
    """What does not hold in a block's chain, and of what the block says of it. In the chain's order."""
    found = list(chain.breaks([link(block, one, sides[one.id]) for one in revisions]))
    for place, one in enumerate(revisions, start=1):
        if [pair.place for pair in sides[one.id].pairs] != list(range(len(sides[one.id].pairs))):
            found.append(Break(place, "has paired colleagues in places that do not follow each other"))
    if block.sequence != len(revisions):
        place = min(block.sequence, len(revisions)) + 1
        found.append(Break(place, f"is missing or too many: the block counts {block.sequence} revisions"))
    if revisions and block.created_at != revisions[0].recorded_at:
        found.append(Break(1, f"is of another time than its block says, {block.created_at}"))
    if revisions and block.retired_at != (revisions[-1].recorded_at if revisions[-1].retired else None):
        found.append(Break(len(revisions), f"and its block disagree on when it was retired, {block.retired_at}"))
    return sorted(found, key=lambda one: one.sequence)


async def proofs(block_ids: Sequence[UUID]) -> dict[UUID, Proof]:
    """Every link of every chain is looked at, all of one moment. A block without revisions has none."""
    async with models.database.snapshot():
        blocks = await models.blocks.by_ids(block_ids)
        revisions = await models.blocks.chains(blocks)
        sides = await models.blocks.sides_of(revisions)
    return {one: proof(blocks[one], kept, sides) for one, kept in revisions.items()}


def proof(block: Block, revisions: Sequence[BlockRevision], sides: Mapping[UUID, Sides]) -> Proof:
    return Proof(revisions[-1], next((one.sequence for one in breaks(block, revisions, sides)), None))
