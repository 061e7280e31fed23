"""Joining two members that are one person, and taking them apart again.

The ledger stays as it is: from the merge's position on the duplicate's entries count as the survivor's. Lock order:
tasks and claims, then both members, then the root's clock.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import models
from models import Account, Member, MemberMerge, PointsEntry, clock, merges
from models.clock import InstantKind
from resolvers.directory import members, namesakes, roles
from resolvers.facts import MEMBERS_MERGED, MEMBERS_MERGING, SomethingBegan
from resolvers.openness import still_open
from resolvers.session import Permit, Session, Work
from rules.refusals import Checks, InvalidInput, NotAllowed
from rules.roles import Scope

ATTEMPTS = 10  # each lost to a claim that came just then


@dataclass(frozen=True, slots=True)
class Merged:
    """paid_twice: pairs of entries for one task, course or base, of which neither was taken back."""

    survivor: Member
    duplicate: Member
    paid_twice: list[tuple[PointsEntry, PointsEntry]]


# ---------------------------------------------------------------- acts


async def merge(session: Session, survivor_id: UUID, duplicate_id: UUID, reason: str | None) -> Merged:
    """The same two again: nothing more happens."""
    session.signed_in()
    checks = Checks()
    reason = checks.text(reason, "reason", most=500)
    checks.that(survivor_id != duplicate_id, "duplicateId", "This is the survivor itself; name the other of the two.")
    checks.done()
    survivor, duplicate = await _both(session, survivor_id, duplicate_id)
    if survivor.root_id != duplicate.root_id:
        raise InvalidInput.at("duplicateId", "The two are under different roots; only members of one root can be one.")
    permit = await _permitted(session, survivor, duplicate)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await _merge(session, permit, survivor, duplicate, reason)
            break
        except SomethingBegan:
            if attempt == ATTEMPTS:
                raise
    return await _as_it_stands(survivor_id, duplicate_id)


async def undo(session: Session, duplicate_id: UUID) -> tuple[Member, Member]:
    """The survivor and the duplicate, two again. What was ended stays ended. One that is free stays so."""
    session.signed_in()
    duplicate = await members.get_visible(session, duplicate_id)
    await session.require(Scope.MEMBERS_MERGE, at=duplicate.organization_id)
    kept = await merges.of_duplicate(duplicate_id)
    if kept is None:
        raise InvalidInput.at("duplicateId", "This member was never merged into another.")
    survivor, duplicate = await _both(session, kept.survivor_id, duplicate_id)
    permit = await _permitted(session, survivor, duplicate)
    async with session.work() as work:
        survivor, duplicate = await _locked(session, survivor, duplicate)
        now = await merges.of_duplicate(duplicate_id)
        assert now, "a merge is never deleted"
        if now.id != kept.id or now.ended_at is not None:
            work.nothing_happened()
        else:
            await _undo(work, permit, now, survivor, duplicate)
    return await Member.get(id=survivor.id), await Member.get(id=duplicate.id)


async def _both(session: Session, survivor_id: UUID, duplicate_id: UUID) -> tuple[Member, Member]:
    return await members.get_visible(session, survivor_id), await members.get_visible(session, duplicate_id)


async def _permitted(session: Session, survivor: Member, duplicate: Member) -> Permit:
    """The right holds over both; and nobody's account is ended by one who may not end their roles."""
    permit = await session.require(Scope.MEMBERS_MERGE, at=survivor.organization_id)
    await session.require(Scope.MEMBERS_MERGE, at=duplicate.organization_id)
    if await roles.outranked(session, duplicate.id):
        raise NotAllowed(members.OUTRANKED)
    return permit


async def _locked(session: Session, survivor: Member, duplicate: Member) -> tuple[Member, Member]:
    """As they now stand. NotAllowed or NotFound: one has meanwhile moved out of the viewer's reach, or was erased."""
    found = await models.members.all_locked([survivor.id, duplicate.id])
    for seen in (survivor, duplicate):
        now = found[seen.id]
        if now.erased_at is not None:
            raise NotAllowed(members.ERASED)
        if now.organization_id != seen.organization_id:
            await session.require(Scope.MEMBERS_MERGE, at=now.organization_id)
    if await roles.outranked(session, duplicate.id):  # a role may have come between
        raise NotAllowed(members.OUTRANKED)
    return found[survivor.id], found[duplicate.id]


async def _as_it_stands(survivor_id: UUID, duplicate_id: UUID) -> Merged:
    pairs = await merges.paid_twice(survivor_id)
    entries = await models.points.by_ids(one for pair in pairs for one in pair)
    survivor, duplicate = await Member.get(id=survivor_id), await Member.get(id=duplicate_id)
    return Merged(survivor, duplicate, [(entries[one], entries[other]) for one, other in pairs])


# ---------------------------------------------------------------- merging


async def _merge(session: Session, permit: Permit, survivor: Member, duplicate: Member, reason: str) -> None:
    async with session.work() as work:
        await work.fact(MEMBERS_MERGING, survivor.root_id, duplicate.id, other=survivor.id)
        survivor, duplicate = await _locked(session, survivor, duplicate)
        if duplicate.merged_into_id == survivor.id:
            work.nothing_happened()
            return
        _check(survivor, duplicate)
        await work.fact(MEMBERS_MERGED, survivor.root_id, duplicate.id, other=survivor.id)
        ended = await _end_account(work, duplicate)
        active = survivor.active
        if not active:
            await models.members.set_active(survivor, True, work.now)
            await still_open(work, survivor.root_id, survivor.organization_id)
        private, alias_taken = await _stricter(survivor, duplicate)
        await models.members.credit(survivor.id, await merges.balance_less_debt(duplicate.id))
        position = await work.position(survivor.root_id)
        await merges.begin(
            MemberMerge(
                root_id=survivor.root_id,
                duplicate_id=duplicate.id,
                survivor_id=survivor.id,
                position=position,
                merged_at=work.now,
                merged_by_id=permit.account_id,
                reason=reason,
                was_active=duplicate.active,
                survivor_was_active=active,
                alias_taken=alias_taken,
            )
        )
        await _told(work, survivor, duplicate, openly=private, **ended)


def _check(survivor: Member, duplicate: Member) -> None:
    checks = Checks()
    checks.that(
        survivor.merged_into_id is None,
        "survivorId",
        "This member was merged into another itself; name the one that it was merged into.",
    )
    checks.that(
        duplicate.merged_into_id is None,
        "duplicateId",
        "This member was merged into another already; undo that merge first.",
    )
    checks.that(
        not duplicate.duplicates,
        "duplicateId",
        "Others were merged into this member; take it as the survivor, or undo those merges first.",
    )
    checks.that(
        survivor.active or duplicate.active,
        "survivorId",
        "Neither of the two is active; make the survivor active first.",
    )
    checks.done()


async def _end_account(work: Work, duplicate: Member) -> dict[str, Any]:
    """Nobody signs in as the duplicate any longer, and its roles end: they are never carried over."""
    account = await Account.get_or_none(member_id=duplicate.id)
    sessions = await models.sessions.revoke_others(account.id, work.now, keep=None) if account else 0
    ended: list[str] = []
    for grant in await models.roles.of_member(duplicate.id, work.now):
        if await models.roles.end(grant.id, work.now):
            await clock.unschedule(grant.id, InstantKind.GRANT_STARTS)
            await clock.unschedule(grant.id, InstantKind.GRANT_ENDS)
            ended.append(grant.role.value)
            if grant.organization_id:
                work.touch(duplicate.root_id, grant.organization_id)
    return {"loginEnded": account is not None, "sessionsEnded": sessions, "rolesEnded": ended}


async def _stricter(survivor: Member, duplicate: Member) -> tuple[bool, bool]:
    """Who chose not to be shown stays so, also where boards that are FINAL show two; an alias stays an alias. Whether
    what boards show has changed, and whether the alias was taken over."""
    hidden = survivor.hidden_on_boards or duplicate.hidden_on_boards
    takes = survivor.alias is None and duplicate.alias is not None
    if takes:
        await Member.filter(id=survivor.id).update(
            alias=duplicate.alias, **models.members.keys(survivor.name, duplicate.alias)
        )
    changed = survivor.hidden_on_boards != duplicate.hidden_on_boards
    if changed:
        await Member.filter(id__in=[survivor.id, duplicate.id]).update(hidden_on_boards=hidden)
    return changed or takes, takes


# ---------------------------------------------------------------- taking apart


async def _undo(work: Work, permit: Permit, kept: MemberMerge, survivor: Member, duplicate: Member) -> None:
    own = await merges.earned(duplicate.id)
    await models.members.credit(survivor.id, -own)
    given_back = kept.alias_taken and survivor.alias == duplicate.alias
    if given_back:
        await Member.filter(id=survivor.id).update(alias=None, **models.members.keys(survivor.name, None))
    if not kept.survivor_was_active and survivor.active:
        await members.left(work, survivor)
    if kept.was_active:
        await still_open(work, duplicate.root_id, duplicate.organization_id)
    position = await work.position(survivor.root_id)
    await merges.end(kept, work.now, position, permit.account_id)
    await models.members.credit(duplicate.id, own)
    for one in await namesakes.shown_names(work, await Member.get(id=survivor.id)) if given_back else ():
        await members.touch_everywhere_named(work, one)
    await _told(work, survivor, duplicate, openly=given_back)


async def _told(work: Work, survivor: Member, duplicate: Member, *, openly: bool, **details: Any) -> None:
    """Boards where either may stand. openly: what they show of the two has changed for the public too; else a freeze
    anywhere in the root hides it."""
    root = survivor.root_id
    for one in (survivor, duplicate):
        await members.touch_everywhere_named(work, one, while_frozen=not openly)
    work.change_rights()
    both = [survivor.id, duplicate.id]
    for place in dict.fromkeys([survivor.organization_id, duplicate.organization_id]):  # it is in both their logs
        work.audit("Member", *both, root=root, at=place, members=both, **details)
