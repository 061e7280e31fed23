"""Members: who may know of them, how they come, change, move and leave, and their accounts."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import models
from models import Account, Member
from resolvers import openness, passwords, visibility
from resolvers.directory import member_fields as drafts
from resolvers.directory import namesakes, roles
from resolvers.directory.organizations import unique
from resolvers.session import Session, Work
from rules.refusals import Checks, InvalidInput, NotAllowed
from rules.roles import Scope

LOGIN_TAKEN = "Another account has this login."
MERGED = "This member was merged into another; change that one, or undo the merge first."
ERASED = "This member was erased; nothing is kept of them, and nothing can be again."
OUTRANKED = "This member holds a role that you may not grant, so their account is not yours to change."


# ---------------------------------------------------------------- reads


async def get_visible(session: Session, member_id: UUID) -> Member:
    """Known to whoever knows its root; to screens only on boards. NotFound otherwise."""
    found = await Member.get_or_none(id=member_id)
    await session.know_own_lineages()
    if found and visibility.member(session, found):
        return found
    raise await session.not_found("There is no such member, or you may not see it.")


async def present(session: Session, member_id: UUID) -> Member:
    """As whom the member counts now. NotFound: neither is known."""
    found = await get_visible(session, member_id)
    return await get_visible(session, found.merged_into_id) if found.merged_into_id else found


# ---------------------------------------------------------------- acts


async def create(
    session: Session,
    *,
    organization_id: UUID,
    name: str,
    alias: str | None,
    phone: str | None,
    joined_on: date | None,
    login: str | None,
    password: str | None,
    another_person: bool = False,
) -> Member:
    """With a login, an account too; without a password nobody can sign in to it yet. another_person: than the one of
    this name who is there."""
    session.signed_in()
    checks = Checks()
    name = drafts.name(checks, name)
    alias = drafts.alias(checks, alias or "")
    phone = drafts.phone(checks, phone or "")
    login = drafts.login(checks, login) if login is not None else None
    checks.that(password is None or login is not None, "login", "A password needs a login.")
    if password is not None:
        passwords.check(checks, password, "password", [name, alias, login])
    checks.done()
    organization = (await session.require(Scope.MEMBERS_MANAGE, at=organization_id)).organization
    drafts.joined(session, joined_on, organization.time_zone)
    if password is not None:
        passwords.check_for(password, "password", [organization.name, organization.code])
    kept = await passwords.hashed(password) if password is not None else None
    async with session.work() as work:
        member_id = uuid4()
        made = Member(
            id=member_id,
            root_id=organization.root_id,
            organization_id=organization_id,
            name=name,
            alias=alias,
            joined_on=joined_on,
            created_at=work.now,
            **drafts.sealed(member_id, phone),
        )
        await models.members.insert(made, work.now)
        if login is not None:
            with unique("login", LOGIN_TAKEN):
                await Account.create(login=login, password_hash=kept, member_id=made.id, created_at=work.now)
        await namesakes.only_one(work, made, phone)
        if not another_person:
            await namesakes.nobody_like(work, made, login)
        await _settled(work, made, chosen=True)
        await openness.still_open(work, made.root_id, organization_id)
        work.touch(made.root_id, organization_id)
        work.audit("Member", made.id, root=made.root_id, at=organization_id, members=[made.id])
    return made


async def update(
    session: Session,
    member_id: UUID,
    *,
    name: str | None,
    phone: str | None,
    joined_on: date | None,
    login: str | None,
    password: str | None,
    active: bool | None,
) -> Member:
    """None leaves it as it is; an empty phone takes it away. Inactive: belongs nowhere, and can't sign in."""
    session.signed_in()
    checks = Checks()
    changes = drafts.changes(checks, name, phone, joined_on)
    login = drafts.login(checks, login) if login is not None else None
    if password is not None:
        passwords.check(checks, password, "password", [name, login])
    checks.done()
    found = await get_visible(session, member_id)
    organization = (await session.require(Scope.MEMBERS_MANAGE, at=found.organization_id)).organization
    drafts.joined(session, joined_on, organization.time_zone)
    over_account = login is not None or password is not None or active is False
    if over_account and await roles.outranked(session, member_id):
        raise NotAllowed(OUTRANKED)
    if password is not None:
        account = await Account.get_or_none(member_id=member_id)
        words = [account and account.login, *passwords.known_of_member(found, organization)]
        passwords.check_for(password, "password", words)
    kept = await passwords.hashed(password) if password is not None else None
    async with session.work() as work:
        found = await _locked(session, found)
        if over_account and await roles.outranked(session, member_id):  # a role may have come between
            raise NotAllowed(OUTRANKED)
        given = {**changes, "login": login, "password": kept, "active": active}
        _audit(work, found, [name for name, value in given.items() if name in changes or value is not None])
        await _write(found, changes)
        if over_account:
            work.change_rights()
        if login is not None and found.duplicates:
            await models.merges.give_up_login(login, member_id)
        if login is not None or kept is not None:
            await _change_account(session, work, member_id, login, kept)
        if active is not None and active != found.active:
            work.change_rights()
            await _set_active(work, found, active)
        elif name is not None:
            await touch_everywhere_named(work, found)
        await _still_one(work, member_id, shown=bool(active) or (name is not None and found.alias is None))
    return await Member.get(id=member_id)


async def move(session: Session, member_id: UUID, organization_id: UUID) -> Member:
    """To another organization of the same root. Points already given stay where they were credited."""
    session.signed_in()
    found = await get_visible(session, member_id)
    await session.require(Scope.MEMBERS_MANAGE, at=found.organization_id)
    target = (await session.require(Scope.MEMBERS_MANAGE, at=organization_id)).organization
    if target.root_id != found.root_id:
        raise InvalidInput.at("organizationId", "Members cannot move to another root; create a new member there.")
    async with session.work() as work:
        found = await _locked(session, found)
        if found.organization_id == organization_id:
            work.nothing_happened()
            return found
        left = found.organization_id
        for place in (left, organization_id):  # it is in both their logs
            work.audit("Member", found.id, root=found.root_id, at=place, members=[found.id])
        await models.members.move(found, organization_id, work.now)
        await openness.still_open(work, found.root_id, organization_id)
        work.touch(found.root_id, left, organization_id)
        work.change_rights()
        await touch_everywhere_named(work, found)
    return await Member.get(id=member_id)


async def update_my_privacy(session: Session, *, alias: str | None, hidden_on_boards: bool | None) -> Member:
    """The viewer's own choice. None leaves it as it is; an empty alias takes it away."""
    viewer = session.signed_in()
    if viewer.member_id is None:
        raise NotAllowed("Only members appear on boards; this account does not belong to a member.")
    checks = Checks()
    changes: dict[str, Any] = {}
    if alias is not None:
        changes["alias"] = drafts.alias(checks, alias)
    if hidden_on_boards is not None:
        changes["hidden_on_boards"] = hidden_on_boards
    checks.done()
    told = [*changes]
    if changes:
        async with session.work() as work:
            before = await models.members.locked(viewer.member_id)
            if before is not None and "alias" in changes:
                changes |= models.members.keys(before.name, changes["alias"]) | {"alias_set_aside": None}
            await Member.filter(id=viewer.member_id, erased_at=None).update(**changes)
            changed = await Member.get(id=viewer.member_id)
            _audit(work, changed, told)
            await touch_everywhere_named(work, changed)
            if alias is not None:
                await _settled(work, changed, chosen=True)
    return await Member.get(id=viewer.member_id)


# ---------------------------------------------------------------- updates


def _audit(work: Work, member: Member, changed: list[str]) -> None:
    if changed:
        at = member.organization_id
        work.audit("Member", member.id, root=member.root_id, at=at, members=[member.id], changed=changed)
    else:
        work.nothing_happened()


async def _locked(session: Session, seen: Member) -> Member:
    """As it now stands. NotAllowed or NotFound: it has meanwhile moved out of the viewer's reach."""
    found = await models.members.locked(seen.id)
    assert found, "a member is never deleted"
    if found.erased_at is not None:
        raise NotAllowed(ERASED)
    if found.merged_into_id is not None:
        raise NotAllowed(MERGED)
    if found.organization_id != seen.organization_id:
        await session.require(Scope.MEMBERS_MANAGE, at=found.organization_id)
    return found


async def _write(member: Member, changes: dict[str, Any]) -> None:
    if "phone" in changes:
        changes |= drafts.sealed(member.id, changes.pop("phone"))
    if "name" in changes:
        changes |= models.members.keys(changes["name"], member.alias)
    if changes:
        await Member.filter(id=member.id).update(**changes)


async def _still_one(work: Work, member_id: UUID, *, shown: bool) -> None:
    """After a change. shown: the name that boards show may be another now."""
    member = await Member.get(id=member_id)
    phone = member.phone if member.phone_key in models.phones.ids() else None
    await namesakes.only_one(work, member, phone)
    if shown:
        await _settled(work, member)


async def _settled(work: Work, member: Member, *, chosen: bool = False) -> None:
    """Its shown name may be new: aliases like it give way, on every board."""
    for one in await namesakes.shown_names(work, member, chosen=chosen):
        await touch_everywhere_named(work, one)


async def touch_everywhere_named(work: Work, member: Member, *, while_frozen: bool = False) -> None:
    """On every board and arena where it may stand; asked for under the clock's lock, so that none is missed.
    while_frozen: any freeze of the root hides it."""
    await work.position(member.root_id)
    places = await models.members.places_of(member.id)
    work.touch(member.root_id, *places, at=await work.naming_member(member.id), while_frozen=while_frozen)


async def _set_active(work: Work, member: Member, active: bool) -> None:
    if active:
        await models.members.set_active(member, True, work.now)
    else:
        await left(work, member)
    await touch_everywhere_named(work, member)
    if active:
        await openness.still_open(work, member.root_id, member.organization_id)


async def left(work: Work, member: Member) -> None:
    """No longer active; so that none of its tokens comes back to life with the member, they end."""
    await models.members.set_active(member, False, work.now)
    if account := await Account.get_or_none(member_id=member.id):
        await models.sessions.revoke_others(account.id, work.now, keep=None)


async def _change_account(
    session: Session, work: Work, member_id: UUID, login: str | None, password_hash: str | None
) -> None:
    """A member's first login, or another; a new password ends the account's other sessions."""
    account = await Account.get_or_none(member_id=member_id)
    if account is None:
        if login is None:
            raise InvalidInput.at("login", "This member has no login yet; give one with the password.")
        with unique("login", LOGIN_TAKEN):
            await Account.create(login=login, password_hash=password_hash, member_id=member_id, created_at=work.now)
        return
    if password_hash is not None:
        await Account.filter(id=account.id).update(password_hash=password_hash)
        await models.sessions.revoke_others(account.id, work.now, keep=session.signed_in().token_id)
    if login is not None:
        with unique("login", LOGIN_TAKEN):
            await Account.filter(id=account.id).update(login=login)
