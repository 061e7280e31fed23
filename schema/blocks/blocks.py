"""Blocks 区块: areas of responsibility, their chains of revisions, and their inspections, as clients see them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

import models
from models.blocks import INSPECTIONS, REVISIONS
from resolvers.blocks import blocks, inspections, revisions
from resolvers.blocks.board import Board, Shown
from resolvers.blocks.revisions import Paired, Proof, Told
from schema import ids
from schema.context import Info
from schema.directory.members import Member
from schema.directory.organizations import Organization
from schema.node import Node, fetched_by
from schema.pages import Connection, page_of

# ---------------------------------------------------------------- types


@strawberry.type(
    description="The salt and value behind a commitment in a revision's canonical: SHA-256 of the UTF-8 of "
    "salt + value."
)
class Opening:
    path: str = strawberry.field(description="name, extent, reason or pairedWith.")
    value: str = strawberry.field(
        description="The field's text; for pairedWith the RFC 8785 JSON array of display names."
    )
    salt: str = strawberry.field(description="Opaque.")


@strawberry.type(description="A colleague, who need not be a member.")
class PairedPerson:
    id: strawberry.ID = strawberry.field(description="Of this colleague in this revision.")
    paired: strawberry.Private[Paired]
    board: strawberry.Private[Board | None]

    @classmethod
    def of(cls, paired: Paired, board: Board | None) -> "PairedPerson":
        return cls(
            id=strawberry.ID(ids.encode("PairedPerson", paired.pair.id)),
            paired=paired,
            board=board,
            display_name=paired.name,
        )

    display_name: str = strawberry.field(description="A member's current display name or alias; empty once erased.")

    @strawberry.field(description="Null for a colleague without membership.")
    def member(self) -> Member | None:
        row = self.paired.member
        return Member.of(row, _home(self.board, row)) if row else None


@strawberry.type(description="One version of a block. It never changes; a change adds another revision.")
class BlockRevision(Node):
    row: strawberry.Private[models.BlockRevision]
    told: strawberry.Private[Told | None]
    board: strawberry.Private[Board | None]

    @classmethod
    def of(cls, row: models.BlockRevision, told: Told | None = None, board: Board | None = None) -> "BlockRevision":
        """told, board: its words, and the board that names its members, where they are loaded already."""
        return cls(
            id=strawberry.ID(ids.encode("BlockRevision", row.id)),
            row=row,
            told=told,
            board=board,
            sequence=row.sequence,
            recorded_at=row.recorded_at,
            hash=row.hash,
            previous_hash=row.previous_hash,
            canonical=row.canonical,
        )

    sequence: int = strawberry.field(description="From 1, without gaps.")
    recorded_at: datetime = strawberry.field(description="When the revision was recorded.")
    hash: str = strawberry.field(description="Lower-case hex SHA-256 of canonical's UTF-8 bytes, nothing else.")
    previous_hash: str = strawberry.field(description="The hash of the revision before; 64 zeros for sequence 1.")
    canonical: str = strawberry.field(
        description='RFC 8785 JSON, exactly as hashed. Keys: domain "leitai-block-v1", block, sequence, '
        "previousHash, recordedAt, recordedBy (null: the operator's account), responsible, retired "
        "and commitments. Ids are written as everywhere in this API. commitments holds for each of "
        "name, extent, reason and pairedWith the hex SHA-256 of salt + value. It contains no personal"
        " data: erasable values appear as commitments only."
    )

    @strawberry.field(description="Of the block; empty once erased.")
    async def name(self, info: Info) -> str:
        return (await self._told(info)).name

    @strawberry.field(description="The place and extent of the block; empty once erased.")
    async def extent(self, info: Info) -> str:
        return (await self._told(info)).extent

    @strawberry.field(description="Why it was changed; empty once erased.")
    async def reason(self, info: Info) -> str:
        return (await self._told(info)).reason

    @strawberry.field(description="The member responsible for the block.")
    def responsible(self, info: Info) -> Member:
        return _member(info, self.board, self.row.responsible_id)

    @strawberry.field(description="At least three different people.")
    async def paired_with(self, info: Info) -> list[PairedPerson]:
        return [PairedPerson.of(one, self.board) for one in (await self._told(info)).paired]

    @strawberry.field(description="The member who recorded the revision. Null: the operator's account.")
    def recorded_by(self, info: Info) -> Member | None:
        return _member(info, self.board, self.row.recorded_by_id) if self.row.recorded_by_id else None

    @strawberry.field(
        description="Values and salts of the commitments. Missing where a value was erased; pairedWith also where a "
        "paired member shows another name by now."
    )
    async def openings(self, info: Info) -> list[Opening]:
        kept = (await self._told(info)).openings
        return [Opening(path=one.path, value=one.value, salt=one.salt) for one in kept]

    async def _told(self, info: Info) -> Told:
        if self.told is not None:
            return self.told
        found = await info.context.by_key("told", revisions.told).load(self.row)
        assert found
        return found


@strawberry.type(
    description="The chain's head, signed once per revision. Anyone who kept an earlier head can detect a cut"
    " tail or a rewritten chain."
)
class ChainProof:
    length: int = strawberry.field(description="The number of revisions: the sequence of the newest.")
    head: str = strawberry.field(description="The newest revision's hash.")
    intact: bool = strawberry.field(description="Whether the server finds every link intact; verify it yourself.")
    broken_at: int | None = strawberry.field(description="The first sequence that does not hold; null while intact.")
    statement: str = strawberry.field(
        description='Exactly what was signed (Ed25519): "leitai-head-v1", block, length, head, signedAt, joined by '
        "line feeds."
    )
    signature: str = strawberry.field(description="Lower-case hex.")
    key_id: str = strawberry.field(description="The first 16 hex digits of the SHA-256 of the public key's bytes.")
    public_key: str = strawberry.field(
        description="Lower-case hex. Pin it when you first see it; do not trust it frame by frame."
    )
    signed_at: datetime = strawberry.field(description="When the head was signed.")


@strawberry.type(description="A 5S inspection: five marks of 0 to 5.")
class BlockInspection(Node):
    row: strawberry.Private[models.BlockInspection]
    board: strawberry.Private[Board | None]

    @classmethod
    def of(cls, row: models.BlockInspection, board: Board | None = None) -> "BlockInspection":
        return cls(
            id=strawberry.ID(ids.encode("BlockInspection", row.id)),
            row=row,
            board=board,
            sort=row.sort,
            set_in_order=row.set_in_order,
            shine=row.shine,
            standardize=row.standardize,
            sustain=row.sustain,
            note=row.note,
            inspected_at=row.inspected_at,
        )

    sort: int = strawberry.field(description="整理: only needed things are there. 0 to 5.")
    set_in_order: int = strawberry.field(description="整顿: everything has its place. 0 to 5.")
    shine: int = strawberry.field(description="清扫: it is clean. 0 to 5.")
    standardize: int = strawberry.field(description="清洁: it is kept so by a standard. 0 to 5.")
    sustain: int = strawberry.field(description="素养: it is kept so by habit. 0 to 5.")
    note: str = strawberry.field(description="The finding; may be empty.")
    inspected_at: datetime = strawberry.field(description="When the inspection took place.")

    @strawberry.field(description="The inspector. Null: the operator's account.")
    def inspected_by(self, info: Info) -> Member | None:
        return _member(info, self.board, self.row.inspected_by_id) if self.row.inspected_by_id else None

    @strawberry.field(description="All five marks together, 0 to 25.")
    def total(self) -> int:
        row = self.row
        return row.sort + row.set_in_order + row.shine + row.standardize + row.sustain


@strawberry.type(
    description="A public area of responsibility: its name, its extent, the responsible member, and the paired people."
)
class Block(Node):
    row: strawberry.Private[models.Block]
    shown: strawberry.Private[tuple[Shown, Board] | None]

    @classmethod
    def of(cls, row: models.Block, shown: tuple[Shown, Board] | None = None) -> "Block":
        """shown: with the board that it stands on, where that is loaded."""
        return cls(id=strawberry.ID(ids.encode("Block", row.id)), row=row, shown=shown, retired_at=row.retired_at)

    retired_at: datetime | None = strawberry.field(description="When it left the boards; null while it is shown.")

    @strawberry.field(description="The organization of the block.")
    def organization(self, info: Info) -> Organization:
        if self.shown:
            return Organization.of(self.shown[1].organizations[self.row.organization_id])
        return Organization.load(info, self.row.organization_id)  # type: ignore[return-value]  # awaited by the executor

    @strawberry.field(description="The newest revision.")
    async def current(self, info: Info) -> BlockRevision:
        if self.shown:
            shown, board = self.shown
            return BlockRevision.of(shown.proof.head, shown.told, board)
        return BlockRevision.of((await self._proof(info)).head)

    @strawberry.field(description="All revisions, oldest first; continue a chain from the end of a page.")
    async def revisions(
        self, info: Info, first: int | None = 20, after: str | None = None
    ) -> Connection[BlockRevision]:
        return await page_of(info.context, REVISIONS, self.row.id, BlockRevision.of, first=first, after=after)

    @strawberry.field(description="The state of the chain, and its signed head.")
    async def chain(self, info: Info) -> ChainProof:
        proof = self.shown[0].proof if self.shown else await self._proof(info)
        head = proof.head
        return ChainProof(
            length=head.sequence,
            head=head.hash,
            intact=proof.broken_at is None,
            broken_at=proof.broken_at,
            statement=head.statement,
            signature=head.signature,
            key_id=head.key_id,
            public_key=head.public_key,
            signed_at=head.signed_at,
        )

    @strawberry.field(description="The newest 5S inspection; null before the first.")
    async def last_inspection(self, info: Info) -> BlockInspection | None:
        if self.shown:
            shown, board = self.shown
            return BlockInspection.of(shown.inspection, board) if shown.inspection else None
        found = await info.context.by_key("last_inspections", models.blocks.last_inspections).load(self.row.id)
        return BlockInspection.of(found) if found else None

    @strawberry.field(description="5S inspections, newest first.")
    async def inspections(
        self, info: Info, first: int | None = 20, after: str | None = None
    ) -> Connection[BlockInspection]:
        return await page_of(info.context, INSPECTIONS, self.row.id, BlockInspection.of, first=first, after=after)

    async def _proof(self, info: Info) -> Proof:
        found = await info.context.by_key("proofs", revisions.proofs).load(self.row.id)
        assert found, "a block begins with a revision"
        return found


def _home(board: Board | None, member: models.Member) -> models.Organization | None:
    return board and board.organizations[member.organization_id]


def _member(info: Info, board: Board | None, member_id: UUID) -> Any:
    """Of the board, or loaded by the executor."""
    if board is None:
        return Member.load(info, member_id)
    row = board.members[member_id]
    return Member.of(row, _home(board, row))


@fetched_by("Block")
async def _block(info: Info, key: list[str]) -> Block:
    return Block.of(await blocks.get_visible(info.context.session, UUID(key[0])))


@fetched_by("BlockRevision")
async def _revision(info: Info, key: list[str]) -> BlockRevision:
    return BlockRevision.of(await blocks.known_revision(info.context.session, UUID(key[0])))


@fetched_by("BlockInspection")
async def _inspection(info: Info, key: list[str]) -> BlockInspection:
    return BlockInspection.of(await inspections.get_visible(info.context.session, UUID(key[0])))
