"""Bringing the tree of organizations to what a file says."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

import models
from models import clock, importing
from models.bulk import Bulk, insert
from models.organizations import SETTLING_HOURS, TIME_ZONE
from resolvers import scheduler
from resolvers.directory import time_zones
from resolvers.imports.run import ChangedMeanwhile, Report, Run, touch, touch_everything
from resolvers.session import Work
from rules.imports import previews
from rules.imports.organizations import OrganizationsPlan, Place, check_organizations
from rules.imports.spreadsheets import Row
from rules.refusals import InvalidInput

COLUMNS = ("id", "code", "name", "kind", "parent_id", "root_id", "time_zone", "settling_hours", "created_at")
PATH = ("ancestor_id", "descendant_id", "depth")
VERSION = ("organization_id", "root_id", "changed", "changed_at", "tasks_changed", "tasks_changed_at")


@dataclass(frozen=True, slots=True)
class Known:
    """The tree as it stands, by code."""

    tree: importing.Tree
    places: Mapping[str, Place]
    ids: Mapping[str, UUID]
    codes: Mapping[UUID, str]
    times: Mapping[str, tuple[str, int]]  # time zone and settling hours
    closed: frozenset[str]


async def bring(rows: Sequence[Row], run: Run, time_zone: str | None = None) -> Report:
    """time_zone: of roots for which the file says none."""
    known = _known(await importing.tree())
    recorded = await models.organizations.recorded(known.tree.shapes)
    check = partial(check_organizations, time_zone=time_zone, recorded={known.codes[one] for one in recorded})
    plan = await asyncio.to_thread(check, rows, known.places, known.closed)
    if run.check:
        counts = len(plan.created), len(plan.updated), plan.unchanged
        return Report(*counts, preview=previews.of_organizations(plan))
    if not plan.created and not plan.updated:
        return run.nothing_to_do(plan.unchanged)
    await models.database.shielded(_write(run, plan, known))
    return Report(len(plan.created), len(plan.updated), plan.unchanged)


def _known(tree: importing.Tree) -> Known:
    codes = {one.id: one.code for one in tree.organizations}
    parents = {one.code: codes[one.parent_id] if one.parent_id else None for one in tree.organizations}
    return Known(
        tree,
        {
            one.code: Place(one.code, parents[one.code], one.name, one.kind, None if one.parent_id else one.time_zone)
            for one in tree.organizations
        },
        {one.code: one.id for one in tree.organizations},
        codes,
        {one.code: (one.time_zone, one.settling_hours) for one in tree.organizations},
        frozenset(one.code for one in tree.organizations if one.closed),
    )


async def _write(run: Run, plan: OrganizationsPlan, known: Known) -> None:
    ids = {**known.ids, **{one.code: uuid4() for one in plan.created}}
    updated = [new for _, new in plan.updated]
    bulks = _bulks(run.at, plan, known, ids)
    touched = {ids[plan.roots[one.code]] for one in (*plan.created, *updated)}
    roots = sorted(touched & known.tree.shapes.keys())
    hung_anew = {ids[plan.roots[new.code]] for old, new in plan.updated if old.parent_code != new.parent_code}
    async with run.writing(roots) as work:
        shapes = await importing.shapes_of_roots()
        if any(shapes[root] != known.tree.shapes[root] for root in roots):
            raise ChangedMeanwhile("a tree has another shape")
        for root in sorted(hung_anew):
            await models.freezes.lock_decisions(root)
        await run.through(bulks)
        for one in plan.created:
            if one.parent_code is None:
                await scheduler.begin(ids[one.code], one.time_zone or TIME_ZONE, SETTLING_HOURS, run.at)
        grown = (
            (ids[plan.roots[one.code]], ids[one.parent_code])
            for one in plan.created
            if one.parent_code and one.parent_code in known.ids
        )
        touch(work, grown)
        touch_everything(work, {ids[plan.roots[one.code]] for one in updated})
        for root in roots:
            await clock.shape_changed(root, await work.position(root))
            if root in hung_anew:
                await models.freezes.moved(root)
        for old, new in plan.updated:
            if new.time_zone and new.time_zone != old.time_zone:
                await _change_zone(work, ids[new.code], new.time_zone)
        new, changed = ([ids[plan.roots[one.code]] for one in some] for some in (plan.created, updated))
        run.audit(work, "Organization", new, changed)


async def _change_zone(work: Work, root: UUID, zone: str) -> None:
    try:
        await time_zones.change(work, root, zone)
    except InvalidInput as recorded:
        raise ChangedMeanwhile("points were recorded") from recorded


def _bulks(at: datetime, plan: OrganizationsPlan, known: Known, ids: Mapping[str, UUID]) -> list[Bulk]:
    places = {**known.places, **{one.code: one for one in (*plan.created, *(new for _, new in plan.updated))}}
    moved = {new.code for old, new in plan.updated if old.parent_code != new.parent_code}
    hung_anew = [code for code in known.places if moved and not moved.isdisjoint(_line(places, code))]

    def parent(one: Place) -> UUID | None:
        return ids[one.parent_code] if one.parent_code else None

    def created(one: Place) -> tuple[object, ...]:
        root = plan.roots[one.code]
        zone, hours = known.times.get(root, (TIME_ZONE, SETTLING_HOURS))
        times = (root in places and places[root].time_zone) or zone, hours
        return ids[one.code], one.code, one.name, one.kind, parent(one), ids[root], *times, at

    def paths() -> Iterator[tuple[object, ...]]:
        for one in plan.created:
            yield ids[one.code], ids[one.code], 0
        for code in (*(one.code for one in plan.created), *hung_anew):
            for depth, above in enumerate(_line(places, code)):
                if depth:
                    yield ids[above], ids[code], depth

    return [
        insert("organizations", COLUMNS, map(created, plan.created)),
        importing.change_organizations((parent(new), new.name, new.kind, ids[new.code]) for _, new in plan.updated),
        importing.cut_loose(ids[code] for code in hung_anew),
        insert("organization_paths", PATH, paths()),
        insert(
            "board_versions",
            VERSION,
            ((ids[one.code], ids[plan.roots[one.code]], 0, at, 0, at) for one in plan.created),
        ),
    ]


def _line(places: Mapping[str, Place], code: str) -> list[str]:
    """Itself first, its root last."""
    line = [code]
    while (parent := places[line[-1]].parent_code) is not None:
        line.append(parent)
    return line
