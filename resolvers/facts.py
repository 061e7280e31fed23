"""Facts: what happens within an act, told to other systems in the act's own transaction.

A system tells a fact with `await work.fact(...)`; the handlers of the systems that hear its kind run before `fact`
returns. So one system changes with another and neither imports the other. A handler that raises ends the whole act.
The kinds below are the core's own; a system names its kinds in `System.facts`.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

MIDNIGHT = "root.midnight"  # of a root; held at that midnight
ORGANIZATION_CLOSING = "organization.closing"  # before the root's clock is locked: end what goes on there
ORGANIZATION_CLOSED = "organization.closed"  # under the clock: SomethingBegan, if anything still goes on there
MEMBERS_MERGING = "members.merging"  # the duplicate, into the survivor; before either is locked
MEMBERS_MERGED = "members.merged"  # both are locked: SomethingBegan, if they can't be one yet

CORE = frozenset({MIDNIGHT, ORGANIZATION_CLOSING, ORGANIZATION_CLOSED, MEMBERS_MERGING, MEMBERS_MERGED})


@dataclass(frozen=True, slots=True)
class Fact:
    """kind: one that a system declares. subject: what it is about; other: a second thing that takes part. held_at: when
    it happened; recorded_at: when the server learned of it. measure: how much, where the kind counts something."""

    kind: str
    root_id: UUID
    subject: UUID
    held_at: datetime
    recorded_at: datetime
    other: UUID | None = None
    measure: int | None = None


class SomethingBegan(Exception):
    """Something began there while its like was being ended: the act is tried again from the start."""
