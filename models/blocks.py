"""Blocks and their chains. Revisions are insert only, by trigger; what opens their commitments can be erased.

Lock order inside a transaction: block, then members, then the root's clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import sql
from models.pages import Listing


class Block(Model):
    """sequence: the newest revision's. retired_at: that one's, where it retires the block."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    root_id = fields.UUIDField()
    organization_id = fields.UUIDField()
    sequence = fields.IntField(default=1)
    retired_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "blocks"


class BlockRevision(Model):
    """canonical: the text exactly as it was hashed. recorded_by_id: a member; null for the operator's account."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    block_id = fields.UUIDField()
    sequence = fields.IntField()
    previous_hash = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64)
    canonical = fields.TextField()
    retired = fields.BooleanField()
    responsible_id = fields.UUIDField()
    recorded_by_id = fields.UUIDField(null=True)
    recorded_at = fields.DatetimeField()
    statement = fields.TextField()
    signature = fields.CharField(max_length=128)
    key_id = fields.CharField(max_length=16)
    public_key = fields.CharField(max_length=64)
    signed_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "block_revisions"
        unique_together = (("block_id", "sequence"), ("block_id", "previous_hash"))


class BlockOpening(Model):
    """Words of a revision with the salt of their commitment. Deleted where they are erased."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    revision_id = fields.UUIDField()
    path = fields.CharField(max_length=20)
    value = fields.TextField()
    salt = fields.CharField(max_length=96)

    class Meta(Model.Meta):
        table = "block_openings"
        unique_together = (("revision_id", "path"),)


class BlockPair(Model):
    """A paired colleague of a revision. member_id null: no member, a name in the opening of pairedWith."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    revision_id = fields.UUIDField()
    place = fields.IntField()
    member_id = fields.UUIDField(null=True)

    class Meta(Model.Meta):
        table = "block_pairs"
        unique_together = (("revision_id", "place"),)


class BlockInspection(Model):
    """5S: marks of 0 to 5. note: empty once erased."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    block_id = fields.UUIDField()
    sort = fields.IntField()
    set_in_order = fields.IntField()
    shine = fields.IntField()
    standardize = fields.IntField()
    sustain = fields.IntField()
    note = fields.TextField()
    inspected_by_id = fields.UUIDField(null=True)
    inspected_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "block_inspections"


@dataclass(frozen=True, slots=True)
class Sides:
    """What stands beside a revision. openings: by path, without erased ones. pairs: in their order."""

    openings: Mapping[str, BlockOpening]
    pairs: Sequence[BlockPair]


async def append(revision: BlockRevision, openings: Sequence[BlockOpening], pairs: Sequence[BlockPair]) -> None:
    """IntegrityError: the chain has gone on meanwhile."""
    await revision.save(force_create=True)
    await BlockOpening.bulk_create(openings)
    await BlockPair.bulk_create(pairs)


async def advance(block_id: UUID, expected: int) -> bool:
    """The chain goes on after revision `expected`. Locks the block. False: there is a newer one, or it is retired."""
    return bool(
        await sql.execute(
            """UPDATE blocks SET sequence = sequence + 1
               WHERE id = :id AND sequence = :expected AND retired_at IS NULL""",
            id=block_id,
            expected=expected,
        )
    )


async def lock_open(block_id: UUID) -> bool:
    """Until the transaction ends. False: it is retired."""
    return bool(
        await sql.execute("UPDATE blocks SET sequence = sequence WHERE id = :id AND retired_at IS NULL", id=block_id)
    )


async def retire(block_id: UUID, at: datetime) -> None:
    await Block.filter(id=block_id).update(retired_at=at)


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, Block]:
    return {found.id: found for found in await Block.filter(id__in=list(set(ids)))}


async def chains(block_ids: Iterable[UUID]) -> dict[UUID, list[BlockRevision]]:
    """All revisions of each block, in order."""
    found: dict[UUID, list[BlockRevision]] = {}
    for one in await BlockRevision.filter(block_id__in=list(block_ids)).order_by("block_id", "sequence"):
        found.setdefault(one.block_id, []).append(one)
    return found


async def newest(block_id: UUID) -> BlockRevision | None:
    return await BlockRevision.filter(block_id=block_id).order_by("-sequence").first()


async def current(block_ids: Iterable[UUID]) -> dict[UUID, BlockRevision]:
    """The newest revision of each block."""
    found = await sql.models(
        BlockRevision,
        """SELECT r.* FROM block_revisions r WHERE r.block_id IN :ids AND r.sequence =
             (SELECT MAX(n.sequence) FROM block_revisions n WHERE n.block_id = r.block_id)""",
        ids=list(block_ids),
    )
    return {one.block_id: one for one in found}


async def sides(revision_ids: Iterable[UUID]) -> dict[UUID, Sides]:
    """Of every revision asked for."""
    ids = list(revision_ids)
    openings = await BlockOpening.filter(revision_id__in=ids)
    return _sides(ids, openings, await BlockPair.filter(revision_id__in=ids).order_by("place"))


async def paired_in(revision_id: UUID) -> set[UUID]:
    """The members among those whom a revision pairs."""
    return {one.member_id for one in await BlockPair.filter(revision_id=revision_id) if one.member_id}


async def sides_of(chains: Mapping[UUID, Sequence[BlockRevision]]) -> dict[UUID, Sides]:
    """Of every revision of whole chains, however long: asked for by their blocks."""
    found: list[Sequence[Any]] = [
        await sql.models(
            model,
            f"""SELECT s.* FROM {model._meta.db_table} s JOIN block_revisions r ON r.id = s.revision_id
                WHERE r.block_id IN :ids ORDER BY s.{order}""",
            ids=list(chains),
        )
        for model, order in ((BlockOpening, "path"), (BlockPair, "place"))
    ]
    return _sides((one.id for chain in chains.values() for one in chain), *found)


def _sides(ids: Iterable[UUID], openings: Iterable[BlockOpening], pairs: Iterable[BlockPair]) -> dict[UUID, Sides]:
    words: dict[UUID, dict[str, BlockOpening]] = {}
    people: dict[UUID, list[BlockPair]] = {}
    for opening in openings:
        words.setdefault(opening.revision_id, {})[opening.path] = opening
    for pair in pairs:
        people.setdefault(pair.revision_id, []).append(pair)
    return {one: Sides(words.get(one, {}), people.get(one, ())) for one in ids}


async def last_inspections(block_ids: Iterable[UUID]) -> dict[UUID, BlockInspection]:
    found = await sql.models(
        BlockInspection,
        """SELECT i.* FROM block_inspections i WHERE i.block_id IN :ids AND NOT EXISTS (
             SELECT 1 FROM block_inspections n WHERE n.block_id = i.block_id
               AND (n.inspected_at > i.inspected_at OR (n.inspected_at = i.inspected_at AND n.id > i.id)))""",
        ids=list(block_ids),
    )
    return {one.block_id: one for one in found}


# Members whom a block names: on any revision, since its history shows them too.
_NAMED = """SELECT b.organization_id, r.responsible_id AS member_id FROM blocks b
    JOIN block_revisions r ON r.block_id = b.id
  UNION SELECT b.organization_id, r.recorded_by_id FROM blocks b JOIN block_revisions r ON r.block_id = b.id
  UNION SELECT b.organization_id, p.member_id FROM blocks b
    JOIN block_revisions r ON r.block_id = b.id JOIN block_pairs p ON p.revision_id = r.id
  UNION SELECT b.organization_id, i.inspected_by_id FROM blocks b JOIN block_inspections i ON i.block_id = b.id"""


async def organizations_naming(member_id: UUID) -> list[UUID]:
    """Whose blocks name this member."""
    found = await sql.rows(
        f"SELECT DISTINCT organization_id FROM ({_NAMED}) AS named WHERE member_id = :member", member=member_id
    )
    return sql.uids(one["organization_id"] for one in found)


async def organizations_naming_members_of(organization_id: UUID) -> list[UUID]:
    """Whose blocks name members who are now here."""
    found = await sql.rows(
        f"""SELECT DISTINCT named.organization_id FROM ({_NAMED}) AS named
            JOIN members m ON m.id = named.member_id WHERE m.organization_id = :id""",
        id=organization_id,
    )
    return sql.uids(one["organization_id"] for one in found)


# Inspections of blocks while :member answered for them.
INSPECTED = """SELECT i.id FROM block_inspections i JOIN block_revisions r ON r.block_id = i.block_id
  WHERE r.responsible_id = :member AND r.recorded_at <= i.inspected_at AND NOT EXISTS (
    SELECT 1 FROM block_revisions n
    WHERE n.block_id = r.block_id AND n.sequence = r.sequence + 1 AND n.recorded_at <= i.inspected_at)"""

# A GROUP's blocks are for its branch, and for reviewers above it.
ON_BOARD = """FROM blocks b JOIN organizations o ON o.id = b.organization_id
  JOIN organization_paths p ON p.descendant_id = b.organization_id AND p.ancestor_id = :board
  WHERE b.retired_at IS NULL AND (o.kind <> 'GROUP' OR :inside = 1)"""


async def on_board(board: UUID, inside: int, most: int) -> list[Block]:
    """In the order in which they came. inside: whether those of a GROUP are shown."""
    return await sql.models(
        Block,
        f"SELECT b.* {ON_BOARD} ORDER BY b.created_at, b.id LIMIT :most",
        board=board,
        inside=inside,
        most=most,
    )


async def count_on_board(board: UUID, inside: int) -> int:
    return await sql.value(f"SELECT COUNT(*) AS n {ON_BOARD}", board=board, inside=inside)


# ---------------------------------------------------------------- lists

REVISIONS = Listing(BlockRevision, "block_revisions t", "t.block_id", (("sequence", False),))
INSPECTIONS = Listing(BlockInspection, "block_inspections t", "t.block_id", (("inspected_at", True), ("id", True)))
