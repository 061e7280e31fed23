"""Which members count as which, said slowly and plainly: the twin that the ranking's SQL is held against."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Merge:
    """A duplicate's entries count as the survivor's from a position on, and until another; None: to this day."""

    duplicate: UUID
    survivor: UUID
    position: int
    merged_at: datetime
    ended_position: int | None
    ended_at: datetime | None


def survivors(merges: Iterable[Merge], by: int | None, final_at: datetime | None) -> dict[UUID, UUID]:
    """Each duplicate's survivor on a board that counts up to a position (None: all) and became, or will become, FINAL
    at an instant (None: never).

    What is FINAL stays as it is: a merge that was made since then, or ended since then, is as it was at that instant.
    """
    found: dict[UUID, UUID] = {}
    for one in merges:
        known = by is None or one.position <= by
        in_time = final_at is None or one.merged_at < final_at
        ended = one.ended_position is not None and (by is None or one.ended_position <= by)
        ended_in_time = ended and one.ended_at is not None and (final_at is None or one.ended_at < final_at)
        if known and in_time and not ended_in_time:
            found[one.duplicate] = one.survivor
    return found
