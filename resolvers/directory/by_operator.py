"""What the operator does at the command line because nobody could do it through the API yet: a first password, a first
secretary. The same rules, locks and audit as the API's acts."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import models
from models import Account, Member, Organization, RoleGrant, clock
from models.clock import InstantKind
from resolvers import audit, openness, passwords, scheduler
from resolvers.unit_of_work import Ports, Work, unit_of_work
from rules import typed
from rules.refusals import Checks, InvalidInput, NotFound
from rules.roles import Role

LOGIN_TAKEN = "This login is taken; choose another."


async def set_password(
    member: Member, login: str | None, password: str, *, now: Callable[[], datetime], ports: Ports
) -> str:
    """Gives the login. A first one may be given with it; all sessions end. InvalidInput."""
    checks = Checks()
    if login is not None:
        login = checks.line(typed.login(login), "login", least=1, most=100)
    account = await Account.get_or_none(member_id=member.id)
    place = await Organization.get(id=member.organization_id)
    known = [login, account and account.login, *passwords.known_of_member(member, place)]
    passwords.check(checks, password, "password", known)
    checks.that(account is not None or login is not None, "login", "This member has no login yet; give --login.")
    checks.that(member.active, "member", "This member is inactive; activate them first.")
    taken = await Account.get_or_none(login=login) if login else None
    checks.that(taken is None or taken.member_id == member.id, "login", LOGIN_TAKEN)
    checks.done()
    if account is not None and await passwords.matches(account.password_hash, password):
        raise InvalidInput.at("password", "The new password is the old one; choose another.")
    kept = await passwords.hashed(password)
    return await models.database.shielded(_set_password(member, login, kept, now(), ports))


async def _set_password(member: Member, login: str | None, kept: str, at: datetime, ports: Ports) -> str:
    async with unit_of_work(at, ports, audit.command_line("member password")) as work:
        await models.members.locked(member.id)
        account = await Account.get_or_none(member_id=member.id)
        if account is None:
            account = await Account.create(login=login, password_hash=kept, member_id=member.id, created_at=work.now)
        else:
            changes = {"password_hash": kept} | ({"login": login} if login else {})
            await Account.filter(id=account.id).update(**changes)
            await models.sessions.revoke_others(account.id, work.now, keep=None)
        work.change_rights()
        work.audit("Account", account.id, root=member.root_id, at=member.organization_id, members=[member.id])
        return login or account.login


async def organization(code: str) -> Organization:
    """NotFound."""
    found = await Organization.get_or_none(code=code.strip())
    if found is None:
        raise NotFound(f'There is no organization with the code "{code}".')
    return found


async def grant(
    member: Member,
    role: Role,
    at: Organization,
    ends_at: datetime | None,
    *,
    now: Callable[[], datetime],
    ports: Ports,
) -> bool:
    """False: the member holds this role there already, as long at least. InvalidInput."""
    checks = Checks()
    checks.that(ends_at is None or ends_at > now(), "until", "--until lies in the past.")
    checks.that(member.root_id == at.root_id, "member", "A role is only for members of the organization's root.")
    checks.done()
    written = await scheduler.run_due(now(), ports)

    async def act() -> bool:
        async with unit_of_work(now(), ports, audit.command_line("role grant"), written.behind) as work:
            locked = await models.members.locked(member.id)
            if locked is None or not locked.active:
                raise InvalidInput.at("member", "This member is inactive; activate them first.")
            for one in await _held(member.id, role, at.id, work.now):
                if one.ends_at is None or (ends_at is not None and one.ends_at >= ends_at):
                    work.nothing_happened()
                    return False
            made = await RoleGrant.create(
                role=role,
                member_id=member.id,
                organization_id=at.id,
                starts_at=work.now,
                ends_at=ends_at,
                created_at=work.now,
            )
            if ends_at:
                await clock.schedule(at.root_id, InstantKind.GRANT_ENDS, ends_at, made.id)
            await openness.still_open(work, at.root_id, at.id)
            _told(work, at, made)
            return True

    return await models.database.shielded(act())


async def end(member: Member, role: Role, at: Organization, *, now: Callable[[], datetime], ports: Ports) -> int:
    """How many grants of this role there ended."""
    written = await scheduler.run_due(now(), ports)

    async def act() -> int:
        async with unit_of_work(now(), ports, audit.command_line("role end"), written.behind) as work:
            await models.members.locked(member.id)
            found = await _held(member.id, role, at.id, work.now)
            for one in found:
                await models.roles.end(one.id, work.now)
                await clock.unschedule(one.id, InstantKind.GRANT_STARTS)
                await clock.unschedule(one.id, InstantKind.GRANT_ENDS)
                _told(work, at, one)
            if not found:
                work.nothing_happened()
            return len(found)

    return await models.database.shielded(act())


async def _held(member_id: UUID, role: Role, organization_id: UUID, at: datetime) -> list[RoleGrant]:
    """What holds, or will hold."""
    grants = await models.roles.of_member(member_id, at)
    return [one for one in grants if one.role is role and one.organization_id == organization_id]


def _told(work: Work, at: Organization, made: RoleGrant) -> None:
    work.touch(at.root_id, at.id)
    work.change_rights()
    work.audit("RoleGrant", made.id, root=at.root_id, at=at.id, members=[made.member_id], role=made.role.value)
