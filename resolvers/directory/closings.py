"""Closing an organization for good, and opening it again: nothing is lost, and what goes on there ends.

Its points count above it as before, and its boards stay. Lock order: the tree, then what ends, then the root's clock,
under which it is asked whether anything came meanwhile; what begins at an organization asks `openness` there.
"""

from uuid import UUID

import models
from models import Organization, RoleGrant, clock, closings
from models.clock import COURSES, TASKS, InstantKind
from resolvers.facts import ORGANIZATION_CLOSED, ORGANIZATION_CLOSING, SomethingBegan
from resolvers.openness import still_open
from resolvers.session import Session, Work
from rules.refusals import OrganizationIsInUse
from rules.roles import Scope

ATTEMPTS = 10  # each lost to something that began there just then


# ---------------------------------------------------------------- acts


async def close(session: Session, organization_id: UUID) -> Organization:
    """Again: nothing more happens. OrganizationIsInUse: members or children are still there."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await _close(session, organization_id)
        except SomethingBegan:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


async def _close(session: Session, organization_id: UUID) -> Organization:
    found = await _managed(session, organization_id)
    root_id = found.root_id
    async with session.work() as work:
        await models.organizations.lock_tree(root_id)
        found = await Organization.get(id=found.id)
        if found.closed_at is not None:
            work.nothing_happened()
            return found
        await _unused(found)  # before anything is ended, so that a refusal comes at once
        await work.fact(ORGANIZATION_CLOSING, root_id, found.id)
        await _end_roles(work, found)
        position = await work.position(root_id)
        await _unused(found)
        await work.fact(ORGANIZATION_CLOSED, root_id, found.id)
        if await closings.grants(found.id, work.now):
            raise SomethingBegan(f"a role at organization {found.id}")
        await closings.begin(found, work.now, position)
        await _touch_everywhere_named(work, found, position)
        _audit(work, found)
    return await _now(session, found.id)


async def reopen(session: Session, organization_id: UUID) -> Organization:
    """What was ended stays ended. One that is open stays so."""
    found = await _managed(session, organization_id)
    async with session.work() as work:
        await models.organizations.lock_tree(found.root_id)
        found = await Organization.get(id=found.id)
        if found.closed_at is None:
            work.nothing_happened()
            return found
        if found.parent_id:
            await still_open(work, found.root_id, found.parent_id)
        position = await work.position(found.root_id)
        await closings.end(found.id, work.now, position)
        await _touch_everywhere_named(work, found, position)
        _audit(work, found)
    return await _now(session, found.id)


async def _managed(session: Session, organization_id: UUID) -> Organization:
    """It, where the viewer may manage it and what it hangs below."""
    found = (await session.require(Scope.ORGANIZATIONS_MANAGE, at=organization_id)).organization
    if found.parent_id:
        await session.require(Scope.ORGANIZATIONS_MANAGE, at=found.parent_id)
    return found


async def _now(session: Session, organization_id: UUID) -> Organization:
    session.lineages.clear()
    return await Organization.get(id=organization_id)


async def _unused(found: Organization) -> None:
    inside = await closings.inside(found.id)
    if inside:
        raise OrganizationIsInUse(
            f"{found.name} ({found.code}) has {inside.members} active members and {inside.children} open organizations "
            "below it. Move or deactivate the members, and move or close the organizations.",
            inside.members,
            inside.children,
        )


# ---------------------------------------------------------------- what ends with it


async def _end_roles(work: Work, found: Organization) -> None:
    """Other systems end their own when they are told that it closes."""
    ended: list[RoleGrant] = []
    for grant in await closings.grants(found.id, work.now):
        if await models.roles.end(grant.id, work.now):
            await clock.unschedule(grant.id, InstantKind.GRANT_STARTS)
            await clock.unschedule(grant.id, InstantKind.GRANT_ENDS)
            ended.append(grant)
    if ended:
        work.change_rights()
        members = [grant.member_id for grant in ended]
        work.audit("RoleGrant", *(grant.id for grant in ended), root=found.root_id, at=found.id, members=members)


async def _touch_everywhere_named(work: Work, found: Organization, position: int) -> None:
    """Its own boards, arenas below and boards above; ranks at the day's start are made of who has a row."""
    await clock.shape_changed(found.root_id, position)
    work.touch(found.root_id, found.id, at={TASKS: [found.id], COURSES: [found.id]})


def _audit(work: Work, found: Organization) -> None:
    """In its own log, and in that of what it hangs below."""
    for place in filter(None, (found.parent_id, found.id)):
        work.audit("Organization", found.id, root=found.root_id, at=place)
