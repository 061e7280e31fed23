"""The clock of each root: one position per change, gap-free and in commit order; and time, which writes too.

A transaction calls `take` after all its other locks; nothing but ledger rows and board versions is written after it.
`instants` is the schedule of what time will do; each is written once.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import sql, topics


class Clock(Model):
    root_id = fields.UUIDField(primary_key=True)
    position = fields.BigIntField(default=0)
    time = fields.DatetimeField()  # the newest instant written: what boards take for "now"
    day_position = fields.BigIntField(default=0)  # position of the newest midnight
    tree = fields.BigIntField(default=0)  # position of the newest change of the tree's shape
    frozen = fields.IntField(default=0)  # how many freezes there are in this root
    public_position = fields.BigIntField(default=0)  # counts only changes that the public sees
    seal = fields.CharField(max_length=80, null=True)  # of the newest row of the ledger
    unsealed = fields.BigIntField(default=0)  # up to which position rows are older than seals
    merges = fields.IntField(default=0)  # how often members were merged here
    means_as_before = fields.DatetimeField(null=True)  # means of what ended by then divide by who belonged at its end

    class Meta(Model.Meta):
        table = "clocks"


class BoardVersion(Model):
    """`changed`: newest position at which anything of this organization or below changed that leaderboards or arenas
    show; `blocks_changed`, `courses_below_changed`: the same for block boards and course boards; `tasks_changed`: for
    tasks set here, which arenas below show too; `courses_changed`: and for courses. The public's columns count by the
    public position, so that not even a number tells of what a freeze hides. `all_changed`: what every board shows,
    here or below; boards with a topic of their own keep the rest in topic_versions."""

    organization_id = fields.UUIDField(primary_key=True)
    root_id = fields.UUIDField()
    changed = fields.BigIntField(default=0)
    changed_at = fields.DatetimeField()
    tasks_changed = fields.BigIntField(default=0)
    tasks_changed_at = fields.DatetimeField()
    public_changed = fields.BigIntField(default=0)
    public_changed_at = fields.DatetimeField()
    public_tasks_changed = fields.BigIntField(default=0)
    public_tasks_changed_at = fields.DatetimeField()
    courses_changed = fields.BigIntField(default=0)
    public_courses_changed = fields.BigIntField(default=0)
    blocks_changed = fields.BigIntField(default=0)
    public_blocks_changed = fields.BigIntField(default=0)
    courses_below_changed = fields.BigIntField(default=0)
    public_courses_below_changed = fields.BigIntField(default=0)
    all_changed = fields.BigIntField(default=0)
    public_all_changed = fields.BigIntField(default=0)

    class Meta(Model.Meta):
        table = "board_versions"


class InstantKind(StrEnum):
    MIDNIGHT = "MIDNIGHT"
    FINAL = "FINAL"
    TASK_OPENS = "TASK_OPENS"
    TASK_DUE = "TASK_DUE"
    GRANT_STARTS = "GRANT_STARTS"
    GRANT_ENDS = "GRANT_ENDS"


class Instant(Model):
    """subject_id: the task or grant, or the root. position: None until written."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    root_id = fields.UUIDField()
    kind = fields.CharEnumField(InstantKind, max_length=20)
    at = fields.DatetimeField()
    subject_id = fields.UUIDField()
    position = fields.BigIntField(null=True)

    class Meta(Model.Meta):
        table = "instants"
        unique_together = (("subject_id", "kind", "at"),)


async def start(root_id: UUID, at: datetime) -> None:
    await Clock.create(root_id=root_id, time=at)


@dataclass(frozen=True, slots=True)
class Taken:
    """public: the public position that goes with it; where something is frozen, it is still to be asked for."""

    position: int
    public: int | None


async def take(root_id: UUID) -> Taken:
    """The next position. Locks the root's clock until the transaction ends: the last lock that it takes."""
    found = await sql.row(
        """UPDATE clocks SET position = position + 1,
             public_position = CASE WHEN frozen = 0 THEN public_position + 1 ELSE public_position END
           WHERE root_id = :root RETURNING position, public_position, frozen""",
        root=root_id,
    )
    assert found is not None, f"root {root_id} has no clock"
    return Taken(found["position"], None if found["frozen"] else found["public_position"])


async def position_of(root_id: UUID) -> int:
    """The newest that is committed."""
    return await sql.value("SELECT position FROM clocks WHERE root_id = :root", root=root_id)


async def take_public(root_id: UUID) -> int:
    """The next public position, under the clock's lock."""
    return await sql.value(
        "UPDATE clocks SET public_position = public_position + 1 WHERE root_id = :root RETURNING public_position",
        root=root_id,
    )


async def schedule(root_id: UUID, kind: InstantKind, at: datetime, subject_id: UUID) -> None:
    """Once only: an instant that is already there stays as it is."""
    await sql.execute(
        """INSERT INTO instants (id, root_id, kind, at, subject_id) VALUES (:id, :root, :kind, :at, :subject)
           ON CONFLICT (subject_id, kind, at) DO NOTHING""",
        id=uuid4(),
        root=root_id,
        kind=kind.value,
        at=at,
        subject=subject_id,
    )


async def unschedule(subject_id: UUID, kind: InstantKind) -> None:
    await Instant.filter(subject_id=subject_id, kind=kind, position=None).delete()


async def due(now: datetime, but: Collection[UUID] = (), most: int = 100) -> list[Instant]:
    """What time has to write, in order. but: of the other roots."""
    others = "AND root_id NOT IN :but" if but else ""
    return await sql.models(
        Instant,
        f"SELECT * FROM instants WHERE position IS NULL AND at <= :now {others} ORDER BY at, kind, id LIMIT {most}",
        now=now,
        but=list(but),
    )


async def next_due() -> datetime | None:
    found = await Instant.filter(position=None).order_by("at").first()
    return found.at if found else None


async def begin_writing(instant: Instant) -> bool:
    """Lock an instant for writing. False: another process wrote it, or it was taken off the schedule."""
    return bool(
        await sql.execute("UPDATE instants SET position = 0 WHERE id = :id AND position IS NULL", id=instant.id)
    )


async def written(instant: Instant, position: int) -> None:
    await sql.execute("UPDATE instants SET position = :position WHERE id = :id", position=position, id=instant.id)
    midnight = instant.kind is InstantKind.MIDNIGHT
    await sql.execute(
        """UPDATE clocks SET time = CASE WHEN time < :at THEN :at ELSE time END,
             day_position = CASE WHEN :midnight = 1 THEN :position ELSE day_position END WHERE root_id = :root""",
        at=instant.at,
        midnight=int(midnight),
        position=position,
        root=instant.root_id,
    )


async def shape_changed(root_id: UUID, position: int) -> None:
    await sql.execute("UPDATE clocks SET tree = :position WHERE root_id = :root", position=position, root=root_id)


async def versions_for(organization_ids: Sequence[UUID], root_id: UUID, at: datetime) -> None:
    """Rows for new organizations."""
    await BoardVersion.bulk_create(
        BoardVersion(
            organization_id=one,
            root_id=root_id,
            changed_at=at,
            tasks_changed_at=at,
            public_changed_at=at,
            public_tasks_changed_at=at,
        )
        for one in organization_ids
    )


@dataclass(slots=True)
class Changes:
    """Organizations by topic: whose boards change, with those above. TASKS and COURSES: where they are set, which shows
    below. everything: every board of the whole root."""

    at: dict[str, set[UUID]] = field(default_factory=dict[str, set[UUID]])
    everything: bool = False

    def put(self, topic: str, ids: Iterable[UUID]) -> None:
        if named := set(ids):
            self.at.setdefault(topic, set()).update(named)

    def of(self, topic: str) -> set[UUID]:
        return self.at.get(topic, set())

    def add(self, other: "Changes") -> None:
        for topic, ids in other.at.items():
            self.put(topic, ids)
        self.everything |= other.everything

    def __bool__(self) -> bool:
        return self.everything or bool(self.at)


# What boards listen to. Other topics have rows in topic_versions.
ALL, POINTS, BLOCKS, COURSES_BELOW, TASKS, COURSES = "a", "o", "b", "cb", "t", "c"
# Topic → its column of board_versions, and whether that keeps the time too.
UPWARDS = {
    POINTS: ("changed", True),
    BLOCKS: ("blocks_changed", False),
    COURSES_BELOW: ("courses_below_changed", False),
    ALL: ("all_changed", False),
}
SET_HERE = {TASKS: ("tasks_changed", True), COURSES: ("courses_changed", False)}


async def mark(at: datetime, root: UUID, position: int | None, public: int | None, changes: Changes) -> Changes:
    """Raise the versions of the named organizations and of those above, the true ones, the public ones or both. Gives
    whose boards changed, those above among them."""
    columns = {prefix: to for prefix, to in {"": position, "public_": public}.items() if to}
    values = {f"{prefix}position": to for prefix, to in columns.items()}

    def raised(name: str, timed: bool) -> list[str]:
        to = [f"{prefix}{name} = :{prefix}position" for prefix in columns]
        return to + [f"{prefix}{name}_at = :at" for prefix in columns if timed]

    if changes.everything:
        assigned = [one for column in UPWARDS.values() for one in raised(*column)]
        await sql.execute(
            f"UPDATE board_versions SET {', '.join(assigned)} WHERE root_id = :root", at=at, root=root, **values
        )
        told = Changes(everything=True)
    else:
        told = await _raise_upwards(at, changes, raised, values)
    for topic, (name, timed) in SET_HERE.items():
        if ids := changes.of(topic):
            given = {"at": at} if timed else {}
            await sql.execute(
                f"UPDATE board_versions SET {', '.join(raised(name, timed))} WHERE organization_id IN :ids",
                ids=ids,
                **given,
                **values,
            )
            told.put(topic, ids)
    for topic in sorted(changes.at.keys() - UPWARDS.keys() - SET_HERE.keys()):
        to = {f"{prefix}changed": position for prefix, position in columns.items()}
        told.put(topic, await topics.mark(topic, root, changes.of(topic), to))
    return told


async def _raise_upwards(
    at: datetime, changes: Changes, raised: Callable[[str, bool], list[str]], values: dict[str, int]
) -> Changes:
    """Gives what was raised. A statement for each set of places, which mostly are the same."""
    told = Changes()
    for places in {frozenset(changes.of(topic)): None for topic in UPWARDS if changes.of(topic)}:
        same = [topic for topic in UPWARDS if changes.of(topic) == places]
        assigned = [one for topic in same for one in raised(*UPWARDS[topic])]
        timed = {"at": at} if any(UPWARDS[topic][1] for topic in same) else {}
        rows = await sql.rows(
            f"""UPDATE board_versions SET {", ".join(assigned)}
                WHERE organization_id IN (SELECT ancestor_id FROM organization_paths WHERE descendant_id IN :ids)
                RETURNING organization_id""",
            ids=places,
            **timed,
            **values,
        )
        ids = sql.uids(one["organization_id"] for one in rows)
        for topic in same:
            told.put(topic, ids)
    return told
