"""Bringing the tree of organizations to what a file says."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import models
from models import clock, importing
from models.bulk import Bulk, each, insert
from models.organizations import SETTLING_HOURS, TIME_ZONE
from resolvers import time
from resolvers.importing_run import ChangedMeanwhile, Report, Run, touch, touch_everything
from rules.importing import OrganizationsPlan, Place, check_organizations
from rules.spreadsheets import Row

COLUMNS = ("id", "code", "name", "kind", "parent_id", "root_id", "time_zone", "settling_hours", "created_at")
VERSION = ("organization_id", "root_id", "changed", "changed_at", "tasks_changed", "tasks_changed_at")


async def bring(rows: Sequence[Row], run: Run) -> Report:
    tree = await importing.tree()
    codes = {one.id: one.code for one in tree.organizations}
    existing = {
        one.code: Place(one.code, codes[one.parent_id] if one.parent_id else None, one.name, one.kind)
        for one in tree.organizations
    }
    plan = await asyncio.to_thread(check_organizations, rows, existing)
    if not plan.created and not plan.updated:
        return run.nothing_to_do(plan.unchanged)
    await models.database.shielded(_write(run, plan, tree, existing))
    return Report(len(plan.created), len(plan.updated), plan.unchanged)


async def _write(
    run: Run, plan: OrganizationsPlan, tree: importing.Tree, existing: Mapping[str, Place]
) -> None:
    new = New(plan, existing, {one.code: one for one in tree.organizations})
    bulks = new.bulks(run.at)
    roots = {root for one in new.changed if (root := new.root(one)) in tree.shapes}
    async with run.writing(roots) as work:
        shapes = await importing.shapes_of_roots()
        if any(shapes[root] != tree.shapes[root] for root in roots):
            raise ChangedMeanwhile("a tree has another shape")
        await run.through(bulks)
        for one in plan.created:
            if one.parent_code is None:
                await time.begin(new.ids[one.code], TIME_ZONE, SETTLING_HOURS, run.at)
        touch(
            work, [(new.root(one), new.ids[one.parent_code]) for one in plan.created if one.parent_code in existing]
        )
        touch_everything(work, [new.root(one) for _, one in plan.updated])
        for root in sorted(roots):
            await clock.shape_changed(root, await work.position(root))


@dataclass(frozen=True, slots=True, init=False)
class New:
    """The tree as it shall be, by code."""

    plan: OrganizationsPlan
    existing: Mapping[str, Place]
    changed: Sequence[Place]
    places: Mapping[str, Place]
    ids: Mapping[str, UUID]
    times: Mapping[str, tuple[str, int]]  # zone and settling hours

    def __init__(
        self,
        plan: OrganizationsPlan,
        existing: Mapping[str, Place],
        known: Mapping[str, importing.KnownOrganization],
    ) -> None:
        ...
