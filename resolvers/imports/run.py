"""One attempt of an import: its time, its transaction, its progress."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import models
from models import bulk, importing
from models.bulk import Bulk
from models.clock import COURSES, TASKS
from resolvers import scheduler
from resolvers.audit import Actor
from resolvers.session import Ports, Work, unit_of_work
from rules.imports.previews import Preview

MOST_BOARDS = 1_000  # named one by one; beyond, all boards of the root load anew

Progress = Callable[[int, int], None]
"""How many steps are done, of how many. Called first when the file is read and checked."""


@dataclass(frozen=True, slots=True)
class Report:
    """notes: how the file was read. preview: of a check, which writes nothing: what would be written."""

    created: int
    updated: int
    unchanged: int
    notes: Sequence[str] = field(default=(), compare=False)
    preview: Preview | None = field(default=None, compare=False)


class ChangedMeanwhile(Exception):
    """Something on which the checks relied is not so any more."""


@dataclass(frozen=True, slots=True)
class Run:
    at: datetime
    ports: Ports
    progress: Progress
    by: Actor
    file: str  # SHA-256 of the content, in hex: its name may be somebody's
    check: bool = False  # write nothing

    @asynccontextmanager
    async def writing(self, roots: Iterable[UUID]) -> AsyncGenerator[Work]:
        """The one transaction. Its first locks let one import, and one change of a tree's shape, in at a time."""
        written = await scheduler.run_due(self.at, self.ports)
        await importing.make_room()
        async with unit_of_work(self.at, self.ports, self.by, written.behind) as work:
            for root in sorted(roots):
                await models.organizations.lock_tree(root)
            work.change_rights()  # whoever moved may see other things now
            yield work

    async def through(self, bulks: Sequence[Bulk]) -> None:
        done, total = 0, sum(len(one.rows) for one in bulks)

        def told(more: int) -> None:
            nonlocal done
            done += more
            self.progress(done, total)

        self.progress(0, total)
        for one in bulks:
            await bulk.run(one, told)

    def audit(self, work: Work, kind: str, created: Iterable[UUID], updated: Iterable[UUID]) -> None:
        """One entry for each root. created, updated: of each thing its root."""
        new, changed = Counter(created), Counter(updated)
        for root in new.keys() | changed.keys():
            work.audit(kind, root=root, at=root, created=new[root], updated=changed[root], file=self.file)

    def nothing_to_do(self, unchanged: int) -> Report:
        """Neither a transaction nor a position."""
        self.progress(unchanged, unchanged)
        return Report(0, 0, unchanged)


def touch(work: Work, boards: Iterable[tuple[UUID, UUID]]) -> None:
    """boards: each with its root first."""
    roots: dict[UUID, set[UUID]] = {}
    for root, organization in boards:
        roots.setdefault(root, set()).add(organization)
    for root, organizations in roots.items():
        if len(organizations) > MOST_BOARDS:
            work.touch(root, everything=True)
        else:
            work.touch(root, *organizations)


def touch_everything(work: Work, roots: Collection[UUID]) -> None:
    """Names stand on boards and in arenas anywhere in their root."""
    for root in roots:
        work.touch(root, everything=True, at={TASKS: [root], COURSES: [root]})
