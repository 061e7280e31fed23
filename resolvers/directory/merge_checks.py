"""Members that are one person: what is kept of the present and of the past agree; and what a person was paid twice."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from uuid import UUID

from models import merges, sql
from resolvers.snapshot import Snapshot
from rules.merging import Merge


def differences(read: Snapshot) -> Iterator[str]:
    yield from _present(read)
    for root, dial in read.dials.items():
        history = read.merged(root)
        if dial.merges != len(history):
            yield f"The clock of root {root} counts {dial.merges} merges; there are {len(history)}."
        yield from _past(history, dial.position)


def _present(read: Snapshot) -> Iterator[str]:
    running = {sql.uid(one["duplicate_id"]): sql.uid(one["survivor_id"]) for one in read.merges if not one["ended_at"]}
    counted = Counter(running.values())
    for one in read.people.values():
        into = one.merged_into
        if into != running.get(one.id):
            yield f"Member {one.id} says it is merged into {into}; its merges say {running.get(one.id)}."
        if one.duplicates != counted[one.id]:
            yield f"Member {one.id} counts {one.duplicates} duplicates; {counted[one.id]} are merged into it."
        if into and (one.active or one.id in counted):
            yield f"Member {one.id} is merged into {into}, and is active or has duplicates of its own."
        if into and into in read.people and read.people[into].root != one.root:
            yield f"Member {one.id} is merged into {into}, which is in another root."


def _past(history: Sequence[Merge], position: int) -> Iterator[str]:
    of: dict[UUID, list[Merge]] = {}
    for one in history:
        of.setdefault(one.duplicate, []).append(one)
        newest = one.ended_position or one.position
        if not 0 < one.position <= newest <= position:
            yield f"Member {one.duplicate} was merged or freed at {newest}, its clock at {position}."
    for duplicate, merges_of in of.items():
        for before, after in pairwise(merges_of):
            if before.ended_position is None or after.position <= before.ended_position:
                yield f"Member {duplicate} is merged twice at once, at {before.position} and {after.position}."


async def remarks() -> list[str]:
    return [
        f"One person was paid by the entries {one} and {other} for the same; reverse one of them if that was not meant."
        for one, other in await merges.paid_twice()
    ]
