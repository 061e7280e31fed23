"""Roles, from–to: who may know of a grant, give one, and end one."""

from datetime import datetime
from uuid import UUID

import models
from models import Instant, Member, RoleGrant, clock
from models.clock import InstantKind
from resolvers import openness, visibility
from resolvers.session import Session, Work
from resolvers.visibility import NIL_ID
from rules import roles as rules
from rules.refusals import Checks, InvalidInput, NotAllowed
from rules.roles import Role

# ---------------------------------------------------------------- reads


async def get_visible(session: Session, grant_id: UUID) -> RoleGrant:
    """One's own, and those where ROLES_READ holds. NotFound otherwise."""
    found = await RoleGrant.get_or_none(id=grant_id)
    await session.know((found and found.organization_id) or NIL_ID)
    if found and visibility.role_grant(session, found):
        return found
    raise await session.not_found("There is no such role grant, or you may not see it.")


async def may_grant(session: Session, role: Role, organization_id: UUID | None) -> bool:
    """Whether the viewer may give and take this role there. None: everywhere, which only an operator may."""
    viewer = session.signed_in()
    if organization_id is None:
        return Role.ADMIN in visibility.everywhere(session)
    above = [one.id for one in (await session.lineage(organization_id))[:-1]]
    return rules.may_grant(viewer.role_grants, role, organization_id, above, session.now())


async def outranked(session: Session, member_id: UUID) -> bool:
    """Whether the member holds, or will hold, a role that the viewer may not grant."""
    for grant in await models.roles.of_member(member_id, session.now()):
        if not await may_grant(session, grant.role, grant.organization_id):
            return True
    return False


# ---------------------------------------------------------------- acts


async def grant(
    session: Session,
    *,
    member_id: UUID,
    organization_id: UUID,
    role: Role,
    starts_at: datetime | None,
    ends_at: datetime | None,
) -> RoleGrant:
    """From startsAt (None: now) to endsAt (None: open). Grants may overlap and follow each other."""
    viewer = session.signed_in()
    checks = Checks()
    now = session.now()
    checks.that(ends_at is None or ends_at > now, "endsAt", "endsAt lies in the past.")
    checks.that(ends_at is None or ends_at > (starts_at or now), "endsAt", "endsAt must lie after startsAt.")
    checks.done()
    organization = (await session.visible(organization_id))[-1]
    if not await may_grant(session, role, organization_id):
        raise NotAllowed(f"You may not grant {role.value} at {organization.name} ({organization.code}).")
    member = await Member.get_or_none(id=member_id)
    if member is None or not visibility.root(session, member.root_id):
        raise await session.not_found("There is no such member, or you may not see it.")
    if member.root_id != organization.root_id:
        raise InvalidInput.at("memberId", "A role is only for members of the organization's root.")
    async with session.work() as work:
        member = await models.members.locked(member_id)
        if member is None or not member.active:
            raise InvalidInput.at("memberId", "This member is inactive; activate them first.")
        made = await RoleGrant.create(
            role=role,
            member_id=member_id,
            organization_id=organization_id,
            starts_at=starts_at or work.now,
            ends_at=ends_at,
            granted_by_id=viewer.account_id,
            created_at=work.now,
        )
        if made.starts_at > work.now:
            await clock.schedule(organization.root_id, InstantKind.GRANT_STARTS, made.starts_at, made.id)
        if made.ends_at:
            await clock.schedule(organization.root_id, InstantKind.GRANT_ENDS, made.ends_at, made.id)
        work.touch(organization.root_id, organization_id)
        work.change_rights()
        await openness.still_open(work, organization.root_id, organization_id)
        _audit(work, organization.root_id, made)
    return made


async def revoke(session: Session, grant_id: UUID) -> RoleGrant:
    """Ends it now; one that has not begun never will. One that had ended stays as it is."""
    session.signed_in()
    found = await get_visible(session, grant_id)
    if found.organization_id is None:
        raise NotAllowed("The operator's own account is not managed here.")
    if not await may_grant(session, found.role, found.organization_id):
        raise NotAllowed(f"You may not end a role of {found.role.value} there.")
    root_id = (await session.lineage(found.organization_id))[0].id
    async with session.work() as work:
        if await models.roles.end(found.id, work.now):
            await clock.unschedule(found.id, InstantKind.GRANT_STARTS)
            await clock.unschedule(found.id, InstantKind.GRANT_ENDS)
            work.touch(root_id, found.organization_id)
            work.change_rights()
            _audit(work, root_id, found)
        else:
            work.nothing_happened()
    return await RoleGrant.get(id=found.id)


def _audit(work: Work, root_id: UUID, made: RoleGrant) -> None:
    role = made.role.value
    work.audit("RoleGrant", made.id, root=root_id, at=made.organization_id, members=[made.member_id], role=role)


async def reach_an_edge(work: Work, instant: Instant) -> None:
    """What the scheduler does when a grant begins or ends."""
    grant = await RoleGrant.get(id=instant.subject_id)
    work.change_rights()
    if grant.organization_id:
        work.touch(instant.root_id, grant.organization_id)
