"""The block board of an organization: blocks there and below, as one live board."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import models
from models import Block, BlockInspection, Member, Organization
from resolvers.blocks import revisions as blocks_revisions
from resolvers.blocks.revisions import Proof, Told
from resolvers.organization_boards import OrganizationBoard, OrganizationBoardKey, inside
from rules.identity import folded

BLOCK_BOARDS = OrganizationBoard("blocks", "b", models.leaderboards.block_board_versions)
MOST_LISTED = 1_000  # beyond that a board is not read by people
LOOK_AGAIN = 60.0  # seconds; every link of 229 chains takes 0.1 s of CPU, and a board in motion loads twice a second
MOST_KEPT = 5_000  # chains


@dataclass(frozen=True, slots=True)
class Shown:
    """A block on a board. inspection: the last one."""

    block: Block
    told: Told
    proof: Proof
    inspection: BlockInspection | None


@dataclass(frozen=True, slots=True)
class Board:
    """A board at one version. blocks: in the order in which they came. members, organizations: all that it names."""

    key: OrganizationBoardKey
    lineage: tuple[Organization, ...]
    version: int
    block_count: int
    paired_count: int
    blocks: Sequence[Shown]
    members: Mapping[UUID, Member]
    organizations: Mapping[UUID, Organization]


async def load(key: OrganizationBoardKey) -> Board | None:
    """All of it, of one moment. None: there is no such organization."""
    async with models.database.snapshot():
        facts = (await BLOCK_BOARDS.versions([key])).get(key)
        if facts is None:
            return None
        lineage = tuple((await models.organizations.lineages([key.organization_id]))[key.organization_id])
        groups_too = inside(key, lineage)
        listed = await models.blocks.on_board(key.organization_id, groups_too, MOST_LISTED)
        count: int = len(listed)
        if count == MOST_LISTED:
            count = await models.blocks.count_on_board(key.organization_id, groups_too)
        blocks = {one.id: one for one in listed}
        proofs = await _proofs(blocks)
        sides = await models.blocks.sides(one.head.id for one in proofs.values())
        inspections = await models.blocks.last_inspections(blocks)
        newest = [one.head for one in proofs.values()]
        named = blocks_revisions.people(sides.values())
        named |= {one.responsible_id for one in newest} | {one.recorded_by_id for one in newest if one.recorded_by_id}
        named |= {one.inspected_by_id for one in inspections.values() if one.inspected_by_id}
        members = await models.members.by_ids(named)
        places = {one.organization_id for one in (*listed, *members.values())}
        organizations = await models.organizations.by_ids(places)
    shown = [
        Shown(
            one,
            blocks_revisions.tell(one, proofs[one.id].head, sides[proofs[one.id].head.id], members),
            proofs[one.id],
            inspections.get(one.id),
        )
        for one in listed
        if one.id in proofs
    ]
    paired = {who.member or folded(who.name) for one in shown for who in one.told.paired if who.member or who.name}
    return Board(key, lineage, facts, count, len(paired), shown, members, organizations)


@dataclass(frozen=True, slots=True)
class End:
    """Where a chain ended when all of its links were looked at."""

    block: Block
    looked_at: float
    proof: Proof

    def good_for(self, block: Block) -> bool:
        same = (block.sequence, block.retired_at, block.organization_id) == (
            self.block.sequence,
            self.block.retired_at,
            self.block.organization_id,
        )
        return same and time.monotonic() < self.looked_at + LOOK_AGAIN


kept: dict[UUID, End] = {}  # of committed revisions, which never change; words beside them can be erased any time


async def _proofs(blocks: Mapping[UUID, Block]) -> dict[UUID, Proof]:
    """Inside the snapshot. A chain that goes on is looked at at once, and every one within a minute."""
    anew = {one: block for one, block in blocks.items() if one not in kept or not kept[one].good_for(block)}
    found = {one: kept[one] for one in blocks.keys() - anew.keys()}
    if anew:
        revisions = await models.blocks.chains(anew)
        sides = await models.blocks.sides_of(revisions)
        for one, links in revisions.items():
            looked_at = time.monotonic() - random.random() * LOOK_AGAIN / 2  # not all in the same load
            found[one] = End(anew[one], looked_at, blocks_revisions.proof(anew[one], links, sides))
        if len(kept) > MOST_KEPT:
            kept.clear()
        kept.update(found)
    return {one: end.proof for one, end in found.items()}
