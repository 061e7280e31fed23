"""What `leitai verify` recomputes, read at one moment: plain rows, apart from the models that made them.

A system checks its own part with a function of this snapshot, named in its `System.verify`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models import sql, verifying
from rules.merging import Merge

# How far two machines' clocks, or two operations waiting for one lock, may be apart.
SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found: sentences with ids. remarks: what was left unchecked, or is worth a look."""

    differences: Sequence[str] = ()
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """An organization. parent None: a root."""

    id: UUID
    kind: str
    parent: UUID | None
    root: UUID
    zone: str
    settling_hours: int
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    root: UUID
    organization: UUID
    active: bool
    balance: int
    debt: int
    merged_into: UUID | None
    duplicates: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A membership."""

    member: UUID
    organization: UUID
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ledger."""

    id: UUID
    root: UUID
    position: int
    line: int
    member: UUID | None
    organization: UUID
    kind: str
    amount: int
    ranks: bool
    claim: UUID | None
    reverses: UUID | None
    redemption: UUID | None
    correction: bool
    occurred_at: datetime
    counts_at: datetime
    recorded_at: datetime
    reached: int


@dataclass(frozen=True, slots=True)
class Dial:
    """A root's clock."""

    position: int
    time: datetime
    day_position: int
    tree: int
    frozen: int
    public_position: int
    merges: int
    means_as_before: datetime | None


@dataclass(slots=True)
class Snapshot:
    """Rows of other tables are as the database gives them: ids may be text, instants too."""

    nodes: dict[UUID, Node]
    people: dict[UUID, Person]
    stays: Sequence[Stay]  # by member, in the order of their beginnings
    ledger: Sequence[Row]  # by root, position and line
    dials: dict[UUID, Dial]
    freezes: dict[UUID, int]  # position by organization
    closings: Sequence[dict[str, Any]]
    merges: Sequence[dict[str, Any]]
    tasks: Sequence[dict[str, Any]]
    claims: Sequence[dict[str, Any]]
    rewards: Sequence[dict[str, Any]]
    redemptions: Sequence[dict[str, Any]]
    versions: Sequence[dict[str, Any]]
    instants: Sequence[dict[str, Any]]
    paths: Sequence[dict[str, Any]]
    lost_keys: Sequence[dict[str, Any]]  # idempotency keys whose entry is not there
    _upwards: dict[UUID, tuple[UUID, ...]] = field(default_factory=dict[UUID, tuple[UUID, ...]])

    def upwards(self, organization: UUID) -> tuple[UUID, ...]:
        """Itself, its parent, and so on; ends where the parents make a circle, which `tree` reports."""
        if organization not in self._upwards:
            line = [organization]
            while (above := self.nodes[line[-1]].parent) is not None and above not in line:
                line.append(above)
            self._upwards[organization] = tuple(line)
        return self._upwards[organization]

    def stays_of(self) -> Mapping[UUID, list[Stay]]:
        found: dict[UUID, list[Stay]] = defaultdict(list)
        for one in self.stays:
            found[one.member].append(one)
        return found

    def merged(self, root: UUID) -> list[Merge]:
        return [
            Merge(
                sql.uid(one["duplicate_id"]),
                sql.uid(one["survivor_id"]),
                one["position"],
                sql.instant(one["merged_at"]),
                one["ended_position"],
                one["ended_at"] and sql.instant(one["ended_at"]),
            )
            for one in self.merges
            if sql.uid(one["root_id"]) == root
        ]

    def hidden(self, row: Row) -> bool:
        """Whether a freeze hides it from the public."""
        return any(row.position > self.freezes[one] for one in self.upwards(row.organization) if one in self.freezes)


async def read() -> Snapshot:
    """Inside a snapshot. Every id is one object, however often it is named: a ledger names few of them many times."""
    known: dict[Any, UUID] = {}

    def uid(value: Any) -> UUID:
        if value not in known:
            known[value] = sql.uid(value)
        return known[value]

    def perhaps(value: Any) -> UUID | None:
        return None if value is None else uid(value)

    nodes = [
        Node(
            uid(one["id"]),
            one["kind"],
            perhaps(one["parent_id"]),
            uid(one["root_id"]),
            one["time_zone"],
            one["settling_hours"],
            one["closed_at"] and sql.instant(one["closed_at"]),
        )
        for one in await verifying.organizations()
    ]
    people = [
        Person(
            uid(one["id"]),
            uid(one["root_id"]),
            uid(one["organization_id"]),
            bool(one["active"]),
            one["balance"],
            one["debt"],
            perhaps(one["merged_into_id"]),
            one["duplicates"],
        )
        for one in await verifying.members()
    ]
    stays = [
        Stay(
            uid(one["member_id"]),
            uid(one["organization_id"]),
            sql.instant(one["from_at"]),
            one["to_at"] and sql.instant(one["to_at"]),
        )
        for one in await verifying.memberships()
    ]
    ledger = [
        Row(
            sql.uid(one["id"]),
            uid(one["root_id"]),
            one["position"],
            one["line"],
            perhaps(one["member_id"]),
            uid(one["organization_id"]),
            one["kind"],
            one["amount"],
            bool(one["ranks"]),
            perhaps(one["claim_id"]),
            perhaps(one["reverses_id"]),
            perhaps(one["redemption_id"]),
            bool(one["correction"]),
            sql.instant(one["occurred_at"]),
            sql.instant(one["counts_at"]),
            sql.instant(one["recorded_at"]),
            one["reached"],
        )
        for one in await verifying.entries()
    ]
    return Snapshot(
        nodes={one.id: one for one in nodes},
        people={one.id: one for one in people},
        stays=stays,
        ledger=ledger,
        dials={uid(one["root_id"]): _dial(one) for one in await verifying.clocks()},
        freezes={uid(one["organization_id"]): one["position"] for one in await verifying.freezes()},
        closings=await verifying.closings(),
        merges=await verifying.merges(),
        tasks=await verifying.tasks(),
        claims=await verifying.claims(),
        rewards=await verifying.rewards(),
        redemptions=await verifying.redemptions(),
        versions=await verifying.board_versions(),
        instants=await verifying.instants(),
        paths=await verifying.paths(),
        lost_keys=await verifying.lost_keys(),
    )


def _dial(one: dict[str, Any]) -> Dial:
    return Dial(
        one["position"],
        sql.instant(one["time"]),
        one["day_position"],
        one["tree"],
        one["frozen"],
        one["public_position"],
        one["merges"],
        sql.instant(one["means_as_before"]) if one["means_as_before"] else None,
    )
