"""Freeze and unfreeze: one public cut-off for an organization and all below, wherever its numbers show."""

from datetime import datetime
from uuid import UUID

import models
from models import Freeze, Organization
from models.clock import TASKS
from resolvers.session import Session
from rules.roles import Scope


async def freeze(session: Session, organization_id: UUID) -> tuple[Organization, datetime]:
    """From this position on the public sees nothing new of it. One that is frozen stays as it was."""
    permit = await session.require(Scope.BOARDS_FREEZE, at=organization_id)
    root_id = permit.organization.root_id
    async with session.work() as work:
        position = await work.position(root_id)
        if await models.freezes.begin(organization_id, root_id, position, work.now, permit.account_id):
            work.touch(root_id, everything=True)  # boards at and below it say FROZEN
            work.audit("Organization", organization_id, root=root_id, at=organization_id)
        else:
            work.nothing_happened()
        kept = await Freeze.get(organization_id=organization_id)
    return permit.organization, kept.frozen_at


async def unfreeze(session: Session, organization_id: UUID) -> tuple[Organization, datetime]:
    """Every screen moves to the truth at once, and the public log goes on in order. One that is not frozen stays so."""
    permit = await session.require(Scope.BOARDS_FREEZE, at=organization_id)
    root_id = permit.organization.root_id
    async with session.work() as work:
        await models.freezes.lock_decisions(root_id)
        await work.position(root_id)
        if await models.freezes.end(organization_id, root_id):
            work.touch(root_id, everything=True, at={TASKS: await models.freezes.task_places(organization_id)})
            work.audit("Organization", organization_id, root=root_id, at=organization_id)
        else:
            work.nothing_happened()
    return permit.organization, work.now
