"""The tree of organizations: who may know of it, and how it grows, is named, and is hung anew."""

from collections.abc import Generator
from contextlib import contextmanager
from uuid import UUID

from tortoise.exceptions import IntegrityError

import models
from models import Lecturing, Organization, OrganizationKind, clock
from models.clock import COURSES, TASKS
from resolvers import openness, scheduler, visibility
from resolvers.directory import time_zones
from resolvers.session import Session
from rules.refusals import Checks, InvalidInput, NotAllowed
from rules.roles import Role, Scope

MOST_CODE, MOST_NAME = 64, 200  # characters


# ---------------------------------------------------------------- reads


async def get_visible(session: Session, organization_id: UUID) -> Organization:
    """Known within its root: only boards and tasks are what a GROUP keeps to its branch. NotFound otherwise."""
    await session.know(organization_id)
    if visibility.organization(session, organization_id):
        return session.lineages[organization_id][-1]
    raise await session.not_found("There is no such organization, or you may not see it.")


# ---------------------------------------------------------------- acts


@contextmanager
def unique(path: str, message: str) -> Generator[None]:
    """A broken UNIQUE as the refusal that it means. Nothing may follow: PostgreSQL has given the transaction up."""
    try:
        yield
    except IntegrityError:
        raise InvalidInput.at(path, message) from None


def _code(checks: Checks, code: str) -> str:
    return checks.line(code, "code", least=1, most=MOST_CODE)


def _name(checks: Checks, name: str) -> str:
    return checks.line(name, "name", least=1, most=MOST_NAME)


async def create(
    session: Session,
    *,
    parent_id: UUID | None,
    code: str,
    name: str,
    kind: OrganizationKind,
    time_zone: str | None,
) -> Organization:
    """Below a parent, in its root's time zone; without one a new root, which only an operator makes."""
    session.signed_in()
    checks = Checks()
    code, name = _code(checks, code), _name(checks, name)
    time_zones.check(checks, time_zone)
    checks.done()
    parent: Organization | None = None
    if parent_id is not None:
        parent = (await session.require(Scope.ORGANIZATIONS_MANAGE, at=parent_id)).organization
        if time_zone not in (None, parent.time_zone):
            raise InvalidInput.at("timeZone", f"A root's time zone holds for all below it: {parent.time_zone}.")
    elif Role.ADMIN not in visibility.everywhere(session):
        raise NotAllowed("Only an operator (ADMIN everywhere) can create a root; set parentId otherwise.")
    async with session.work() as work:
        made = models.organizations.new(
            code=code,
            name=name,
            kind=kind,
            parent=parent,
            time_zone=time_zone or models.organizations.TIME_ZONE,
            at=work.now,
        )
        with unique("code", "Another organization has this code."):
            await models.organizations.insert(made)
        await clock.versions_for([made.id], made.root_id, work.now)
        if parent is None:
            await scheduler.begin(made.id, made.time_zone, made.settling_hours, work.now)
        else:
            work.touch(made.root_id, parent.id)
            await openness.still_open(work, made.root_id, parent.id)
            await clock.shape_changed(made.root_id, await work.position(made.root_id))
        work.audit("Organization", made.id, root=made.root_id, at=made.id)
    return made


async def update(
    session: Session,
    organization_id: UUID,
    *,
    code: str | None,
    name: str | None,
    lecturing: Lecturing | None = None,
    time_zone: str | None = None,
) -> Organization:
    """None leaves it as it is. time_zone: of a root, while nothing is recorded; for who may move organizations."""
    session.signed_in()
    checks = Checks()
    code = _code(checks, code) if code is not None else None
    name = _name(checks, name) if name is not None else None
    time_zones.check(checks, time_zone)
    checks.done()
    scope = Scope.ORGANIZATIONS_RENAME if time_zone is None else Scope.ORGANIZATIONS_MANAGE
    permit = await session.require(scope, at=organization_id)
    zone = time_zones.wanted(permit.organization, time_zone)
    if code is None and name is None and lecturing is None and zone is None:
        return permit.organization
    root = permit.organization.root_id
    async with session.work() as work:
        with unique("code", "Another organization has this code."):
            await models.organizations.change(organization_id, code=code, name=name, lecturing=lecturing)
        work.audit("Organization", organization_id, root=root, at=organization_id)
        work.touch_displays(root, await models.displays.naming(organization_id))
        if zone:
            await time_zones.change(work, root, zone)
        await work.position(root)  # first, so that no member comes to stand elsewhere unseen
        places = await models.organizations.places_of_members(organization_id)
        work.touch(root, organization_id, *places, at=await work.naming_organization(organization_id))
    session.lineages.clear()
    return await Organization.get(id=organization_id)


async def move(session: Session, organization_id: UUID, parent_id: UUID) -> Organization:
    """Takes everything below along, within its root. Points already given stay where they were credited."""
    moved, parent = await _movable(session, organization_id, parent_id)
    root = moved.root_id
    async with session.work() as work:
        await models.organizations.lock_tree(root)
        session.lineages.clear()  # another move may have come between, so everything is asked again
        moved, parent = await _movable(session, organization_id, parent_id)
        left = moved.parent_id
        assert left is not None
        if left == parent.id:
            work.nothing_happened()
            return moved
        for place in (left, moved.id):  # its own log goes along; who was above reads that it went
            work.audit("Organization", moved.id, root=root, at=place)
        await models.freezes.lock_decisions(root)
        if not await models.organizations.move(moved, parent):
            raise InvalidInput.at("parentId", f"{parent.name} lies inside {moved.name}; choose a place outside it.")
        work.change_rights()
        # arenas and course boards below now depend on what others set
        work.touch(root, left, parent.id, moved.id, at={TASKS: [moved.id], COURSES: [moved.id]})
        await openness.still_open(work, root, parent.id)
        await clock.shape_changed(root, await work.position(root))
        if await models.freezes.moved(root):
            work.touch(root, everything=True)  # all boards below may stand still now, or move again
    session.lineages.clear()
    return await Organization.get(id=moved.id)


async def _movable(session: Session, organization_id: UUID, parent_id: UUID) -> tuple[Organization, Organization]:
    """What is to be moved, and to where; the right to manage holds where it hangs and where it will."""
    moved = (await session.require(Scope.ORGANIZATIONS_MANAGE, at=organization_id)).organization
    if moved.parent_id is None:
        raise InvalidInput.at("organizationId", "A root has no parent, so it cannot be moved.")
    await session.require(Scope.ORGANIZATIONS_MANAGE, at=moved.parent_id)
    parent = (await session.require(Scope.ORGANIZATIONS_MANAGE, at=parent_id)).organization
    if parent.root_id != moved.root_id:
        raise InvalidInput.at("parentId", "Organizations cannot move to another root; create a new one there.")
    return moved, parent
