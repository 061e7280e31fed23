"""Blocks 区块: each change is one more revision of a chain, hashed, and its head signed once."""

import contextlib
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from tortoise.exceptions import IntegrityError

import models
from models import Block, BlockOpening, BlockPair, BlockRevision, Member
from models.clock import BLOCKS
from resolvers import openness, visibility
from resolvers.blocks import block_fields as drafts
from resolvers.blocks import revisions
from resolvers.blocks.block_fields import Colleague, Draft
from resolvers.session import Permit, Session, Work
from resolvers.signing import Signer
from resolvers.visibility import NIL_ID
from rules import chain, ids
from rules.chain import EXTENT, NAME, PAIRED_WITH, REASON
from rules.refusals import BlockHasChanged, Checks, NotAllowed, NotFound
from rules.roles import Scope

NO_KEY = (
    "Blocks can't be signed here: the server has no signing key. Set LEITAI_SIGNING_KEY to 32 bytes in hex or base64, "
    "the same on every machine."
)


# ---------------------------------------------------------------- reads


async def get_visible(session: Session, block_id: UUID) -> Block:
    """A block that the viewer may know of. NotFound otherwise."""
    found = await Block.get_or_none(id=block_id)
    await session.know(found.organization_id if found else NIL_ID)
    if found and visibility.block(session, found):
        return found
    raise await session.not_found("There is no such block, or you may not see it.")


async def known_revision(session: Session, revision_id: UUID) -> BlockRevision:
    found = await BlockRevision.get_or_none(id=revision_id)
    with contextlib.suppress(NotFound):
        await get_visible(session, found.block_id if found else NIL_ID)
        assert found
        return found
    raise await session.not_found("There is no such revision, or you may not see it.")


async def has_changed(block_id: UUID) -> BlockHasChanged:
    """The refusal, with the block's newest revision."""
    block, current = await Block.get(id=block_id), await models.blocks.newest(block_id)
    assert current, "a block begins with a revision"
    if block.retired_at:
        return BlockHasChanged("This block is retired, so it can't be changed.", current)
    return BlockHasChanged(
        f"This block has changed: its revision is {current.sequence} now. Look at it first.", current
    )


# ---------------------------------------------------------------- acts


async def create(
    session: Session,
    *,
    organization_id: UUID,
    name: str,
    extent: str,
    responsible_id: UUID,
    paired: Sequence[Colleague],
    reason: str,
) -> Block:
    session.signed_in()
    checks = Checks()
    name, extent, reason = drafts.name(checks, name), drafts.extent(checks, extent), drafts.reason(checks, reason)
    drafts.paired(checks, paired)
    checks.done()
    permit = await session.require(Scope.BLOCKS_MANAGE, at=organization_id)
    openness.seen_open(permit.organization)
    root_id, signer = permit.organization.root_id, _signer(session)
    async with session.work() as work:
        found = await models.members.all_locked(drafts.named(responsible_id, paired))
        draft = Draft(name, extent, reason, responsible_id, drafts.people(root_id, responsible_id, paired, found))
        drafts.whole(draft)
        block = await Block.create(root_id=root_id, organization_id=organization_id, created_at=work.now)
        await _append(work, signer, permit, block, None, draft)
    return block


async def revise(
    session: Session,
    block_id: UUID,
    expected: int,
    *,
    name: str | None,
    extent: str | None,
    responsible_id: UUID | None,
    paired: Sequence[Colleague] | None,
    reason: str,
) -> Block:
    """None leaves it as it is. BlockHasChanged: revision `expected` is not the newest, or the block is retired."""
    session.signed_in()
    checks = Checks()
    name = drafts.name(checks, name) if name is not None else None
    extent = drafts.extent(checks, extent) if extent is not None else None
    reason = drafts.reason(checks, reason)
    if paired is not None:
        drafts.paired(checks, paired)
    checks.done()
    block = await get_visible(session, block_id)
    permit = await session.require(Scope.BLOCKS_MANAGE, at=block.organization_id)

    def changed(before: Draft, found: Mapping[UUID, Member]) -> Draft:
        people = drafts.people(block.root_id, responsible_id, paired or (), found)
        after = replace(
            before,
            name=before.name if name is None else name,
            extent=before.extent if extent is None else extent,
            reason=reason,
            responsible_id=responsible_id or before.responsible_id,
            paired=before.paired if paired is None else people,
        )
        drafts.whole(after)
        return after

    return await _go_on(session, permit, block, expected, changed, drafts.named(responsible_id, paired or ()))


async def retire(session: Session, block_id: UUID, expected: int, reason: str) -> Block:
    """Its last revision. Off the boards from now on; its chain stays."""
    session.signed_in()
    checks = Checks()
    reason = drafts.reason(checks, reason)
    checks.done()
    block = await get_visible(session, block_id)
    permit = await session.require(Scope.BLOCKS_MANAGE, at=block.organization_id)

    def retired(before: Draft, _: Mapping[UUID, Member]) -> Draft:
        return replace(before, reason=reason, retired=True)

    return await _go_on(session, permit, block, expected, retired)


# ---------------------------------------------------------------- the chain


def _signer(session: Session) -> Signer:
    if session.signer is None:
        raise NotAllowed(NO_KEY)
    return session.signer


async def _go_on(
    session: Session,
    permit: Permit,
    block: Block,
    expected: int,
    change: Callable[[Draft, Mapping[UUID, Member]], Draft],
    named: Collection[UUID] = (),
) -> Block:
    """named: the members who are named anew. change is given all, those who stay too."""
    signer = _signer(session)
    try:
        async with session.work() as work:
            if not await models.blocks.advance(block.id, expected):
                raise await has_changed(block.id)
            before = await BlockRevision.get(block_id=block.id, sequence=expected)
            # locked before their words are read: who is erased meanwhile would be written down once more
            stay = await models.blocks.paired_in(before.id)
            members = await models.members.all_locked({*named, *stay, before.responsible_id})
            draft = change(await _said(before, members), members)
            if draft.retired:
                await models.blocks.retire(block.id, work.now)
            await _append(work, signer, permit, block, before, draft)
    except IntegrityError:  # the tables refuse a fork too, whoever writes it
        raise await has_changed(block.id) from None
    return await Block.get(id=block.id)


async def _said(revision: BlockRevision, members: Mapping[UUID, Member]) -> Draft:
    """What a revision says, with members under the names that they have now. Empty: erased."""
    sides = (await models.blocks.sides([revision.id]))[revision.id]
    names = revisions.names(sides)
    value = {path: opening.value for path, opening in sides.openings.items()}
    return Draft(
        name=value.get(NAME, ""),
        extent=value.get(EXTENT, ""),
        reason="",
        responsible_id=revision.responsible_id,
        paired=[
            (members[pair.member_id].display_name if pair.member_id else name, pair.member_id)
            for pair, name in zip(sides.pairs, names, strict=True)
        ],
    )


async def _append(
    work: Work, signer: Signer, permit: Permit, block: Block, before: BlockRevision | None, draft: Draft
) -> None:
    """A new head, signed; every word apart from what is hashed, behind a salt."""
    organization, of = ids.encode("Organization", block.organization_id), ids.encode("Block", block.id)
    members = [ids.encode("Member", member) if member else None for _, member in draft.paired]
    said = {
        NAME: draft.name,
        EXTENT: draft.extent,
        REASON: draft.reason,
        PAIRED_WITH: chain.names([name for name, _ in draft.paired]),
    }
    salts = {path: chain.bound_salt(secrets.token_hex(chain.RANDOM // 2), organization, members) for path in said}
    sequence, at = (before.sequence + 1 if before else 1), chain.instant(work.now)
    canonical = chain.content(
        block=of,
        sequence=sequence,
        previous_hash=before.hash if before else chain.GENESIS,
        recorded_at=at,
        recorded_by=ids.encode("Member", permit.member_id) if permit.member_id else None,
        responsible=ids.encode("Member", draft.responsible_id),
        retired=draft.retired,
        commitments={path: chain.commitment(value, salts[path]) for path, value in said.items()},
    )
    head = chain.digest(canonical)
    signed = signer.sign(chain.statement(of, sequence, head, at))
    revision = BlockRevision(
        block_id=block.id,
        sequence=sequence,
        previous_hash=before.hash if before else chain.GENESIS,
        hash=head,
        canonical=canonical,
        retired=draft.retired,
        responsible_id=draft.responsible_id,
        recorded_by_id=permit.member_id,
        recorded_at=work.now,
        statement=signed.statement,
        signature=signed.signature,
        key_id=signed.key_id,
        public_key=signed.public_key,
        signed_at=work.now,
    )
    await models.blocks.append(
        revision,
        [BlockOpening(revision_id=revision.id, path=path, value=said[path], salt=salts[path]) for path in said],
        [
            BlockPair(revision_id=revision.id, place=place, member_id=member)
            for place, (_, member) in enumerate(draft.paired)
        ],
    )
    work.touch(block.root_id, at={BLOCKS: [block.organization_id]})
    work.audit("Block", block.id, root=block.root_id, at=block.organization_id, members=[draft.responsible_id])
