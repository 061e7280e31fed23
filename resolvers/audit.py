"""The audit log as acts write it: who did what to whom, in the act's own transaction.

`unit_of_work` writes what `Work.audit` was told, or, where an act forgot, that it happened. A chain's head is locked
after every clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import models
from models.audit import NO_ROOT, AuditActor, AuditOutcome, Draft

MOST_NAMED = 20  # subjects of one entry by id; the position leads to all
MOST_ADDRESS = 64  # characters: the longest IPv6 address with its zone has fewer


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, from where, and what they asked for. root_id, place: where an act is kept that says nothing itself."""

    kind: AuditActor
    action: str
    account_id: UUID | None = None
    token_id: UUID | None = None
    member_id: UUID | None = None
    display_id: UUID | None = None
    address: str = ""
    root_id: UUID | None = None
    place: UUID | None = None


def command_line(action: str) -> Actor:
    return Actor(AuditActor.COMMAND_LINE, f"leitai {action}")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an act was done to. kind: of the API. root_id None: of no root. place: the organization in whose log it
    stands. member_ids: whom it concerns."""

    kind: str | None
    ids: Sequence[UUID]
    root_id: UUID | None
    place: UUID | None
    member_ids: Sequence[UUID] = ()
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    outcome: AuditOutcome = AuditOutcome.DONE


async def write(
    now: datetime, by: Actor, subjects: Iterable[Subject], positions: Mapping[UUID, int] | None = None
) -> None:
    """An entry for each, inside a transaction, after all its other locks."""
    by_root: dict[UUID, list[Draft]] = {}
    for one in subjects:
        root = one.root_id or NO_ROOT
        by_root.setdefault(root, []).append(_draft(now, by, one, (positions or {}).get(root)))
    for root in sorted(by_root):
        await models.audit.append(root, by_root[root])


def _draft(now: datetime, by: Actor, one: Subject, position: int | None) -> Draft:
    return Draft(
        happened_at=now,
        action=by.action,
        actor=by.kind,
        outcome=one.outcome,
        account_id=by.account_id,
        token_id=by.token_id,
        actor_member_id=by.member_id,
        display_id=by.display_id,
        organization_id=one.place,
        subject_type=one.kind,
        subject_ids=one.ids[:MOST_NAMED],
        subjects=len(one.ids),
        member_ids=one.member_ids,
        details=one.details,
        position=position,
        address=by.address[:MOST_ADDRESS],
    )


def unnamed(by: Actor, roots: Iterable[UUID]) -> list[Subject]:
    """For an act that did not say what it was done to: in each root that it changed, or where its actor belongs."""
    known = sorted(roots)
    if not known:
        return [Subject(None, (), by.root_id, by.place)]
    return [Subject(None, (), root, by.place if root == by.root_id else root) for root in known]


async def record(now: datetime, by: Actor, *subjects: Subject) -> None:
    """In a transaction of its own: for what changes nothing else."""
    async with models.database.transaction():
        await write(now, by, subjects)


def nearest_above(lines: Sequence[Sequence[UUID]]) -> UUID | None:
    """The last organization that all these lines, root first, have in common."""
    shared = [steps[0] for steps in zip(*lines, strict=False) if len(set(steps)) == 1]
    return shared[-1] if shared else None


async def erase_old_addresses(now: datetime, days: int) -> int:
    """What lies so many days back; gives how many."""
    count, before = 0, now - timedelta(days=days)
    while some := await models.audit.erase_old_addresses(before):
        count += some
    return count
