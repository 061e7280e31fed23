"""Erasing a person: names, texts and addresses go, for ever; sums, ranks and chains stay as they were."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import models
from models import Account, Member, erasures
from models.clock import InstantKind, unschedule
from resolvers import audit, scheduler
from resolvers.accounts import sign_in
from resolvers.arena import claims
from resolvers.directory import members
from resolvers.systems import PERSONAL
from resolvers.unit_of_work import Ports, Work, unit_of_work
from rules import ids, typed

ATTEMPTS = 10  # each lost to a claim that came just then
WAIT = 20.0  # seconds for those who are reading, until what was freed is gone from SQLite's log


class NoSuchMember(Exception):
    """The message says what was looked for."""


class GoesOnClaiming(Exception):
    """The member took a task just then, each time. Nothing was erased."""


@dataclass(frozen=True, slots=True)
class Erased:
    """freed: nothing of it is left in the database's files either, as far as docs/privacy.md promises."""

    member: Member
    freed: bool


# ---------------------------------------------------------------- reads


async def find(who: str) -> Member:
    """By global id, by UUID, or by login. NoSuchMember."""
    member_id = ids.uuid_of(who, "Member") or _uuid(who)
    found = await Member.get_or_none(id=member_id) if member_id else None
    if found is None:
        account = await sign_in.account_of(who.strip().casefold(), typed.login(who))
        found = await Member.get_or_none(id=account.member_id) if account and account.member_id else None
    if found is None:
        raise NoSuchMember("There is no member with this id or login.")
    if found.merged_into_id is not None:
        raise NoSuchMember(_merged(found))
    return found


def _merged(found: Member) -> str:
    survivor = ids.encode("Member", found.merged_into_id) if found.merged_into_id else ""
    return f"This member was merged into {survivor}; name that one: what is kept of the two goes together."


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# ---------------------------------------------------------------- acts


async def erase(member_id: UUID, *, now: Callable[[], datetime], ports: Ports) -> Erased:
    """Again does no harm: what came since goes too. GoesOnClaiming."""
    written = await scheduler.run_due(now(), ports)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await models.database.shielded(_erase(member_id, now(), ports, written.behind))
            break
        except GoesOnClaiming:
            if attempt == ATTEMPTS:
                raise
    return Erased(await Member.get(id=member_id), await erasures.leave_no_trace(PERSONAL, WAIT))


async def _erase(member_id: UUID, at: datetime, ports: Ports, behind: Mapping[UUID, Exception]) -> None:
    """With those that were merged into it."""
    async with unit_of_work(at, ports, audit.command_line("member erase"), behind) as work:
        selves = await models.merges.selves(member_id)
        for one in selves:
            await claims.release_all(work, one)
        locked = await models.members.all_locked(selves)
        if locked[member_id].merged_into_id is not None:
            raise NoSuchMember(_merged(locked[member_id]))
        came = set(await models.merges.selves(member_id)) != set(selves)
        if came or [one for one in selves if await models.tasks.undecided(one)]:  # tasks are locked before members
            raise GoesOnClaiming("This member goes on claiming tasks; nothing was erased. Run this again.")
        for one in selves:
            await _take_away(work, locked[one])
        for one in selves:
            await members.touch_everywhere_named(work, locked[one])


async def _take_away(work: Work, member: Member) -> None:
    await _end_roles(work, member)
    account = await Account.get_or_none(member_id=member.id)
    if account:
        await models.sessions.revoke_others(account.id, work.now, keep=None)
    work.audit("Member", member.id, root=member.root_id, at=member.organization_id, members=[member.id])
    if member.active:
        await models.members.set_active(member, False, work.now)
    await erasures.erase(PERSONAL, member.id, work.now)
    work.change_rights()


async def _end_roles(work: Work, member: Member) -> None:
    for grant in await models.roles.of_member(member.id, work.now):
        if await models.roles.end(grant.id, work.now):
            await unschedule(grant.id, InstantKind.GRANT_STARTS)
            await unschedule(grant.id, InstantKind.GRANT_ENDS)
            if grant.organization_id:
                work.touch(member.root_id, grant.organization_id)
