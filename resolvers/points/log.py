"""The log of an organization's points: every entry credited there and below, once, in commit order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import models
from models import Member, Organization, PointsEntry
from models.points_lists import IN_ORDER
from resolvers.boards import BoardView
from resolvers.session import Session
from rules.refusals import InvalidInput, NotFound

PAGE = 100


@dataclass(frozen=True, slots=True)
class LogKey:
    organization_id: UUID
    view: BoardView


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries after a cursor with all that frames may say of them. members: those that this view names."""

    entries: Sequence[PointsEntry]
    members: Mapping[UUID, tuple[Member, Organization]]
    organizations: Mapping[UUID, Organization]
    reasons: Mapping[UUID, str]
    cursor: str
    more: bool


async def key(session: Session, organization_id: UUID) -> LogKey:
    """NotFound: there is no such organization, or not for this viewer. Screens read boards, not the ledger."""
    lineage = await session.visible(organization_id)
    view = session.view(lineage)
    if view is BoardView.SCREEN:
        raise NotFound("Screens cannot read the log.")
    return LogKey(organization_id, view)


def cursor_of(entry: PointsEntry) -> str:
    return models.pages.cursor_of(IN_ORDER, entry)


def place(cursor: str | None) -> tuple[int, int]:
    """(position, line) of a cursor; the beginning for None. InvalidInput: no cursor of a log."""
    if cursor is None:
        return 0, -1
    values = models.pages.read_cursor(cursor, 2)
    try:
        position, line = (int(one) for one in values)
    except (ValueError, TypeError):
        raise InvalidInput.at("after", "after is not a cursor of this log.") from None
    if abs(position) >= 2**62 or abs(line) >= 2**31:  # what the columns hold
        raise InvalidInput.at("after", "after is not a cursor of this log.")
    return position, line


async def load(log: LogKey, after: str | None, first: int = PAGE) -> Stretch:
    """The next entries; for the public none beyond the earliest freeze that touches this log. Positions are taken
    under the root's lock, so none can still come to lie before these."""
    models.pages.bounded(first)
    begin = place(after)
    async with models.database.snapshot():
        end = await models.freezes.log_end(log.organization_id, log.view is not BoardView.FULL)
        found = await models.points.log(log.organization_id, begin, first + 1, end)
        entries, more = found[:first], len(found) > first
        people = await models.members.by_ids({one.member_id for one in entries if one.member_id})
        named = {one.organization_id for one in (*entries, *people.values())}
        organizations = await models.organizations.by_ids(named)
        reasons = await models.points.reasons([one.id for one in entries])
    members = {
        one.id: (one, organizations[one.organization_id])
        for one in people.values()
        if log.view is BoardView.FULL or not one.hidden_on_boards
    }
    cursor = cursor_of(entries[-1]) if entries else after or models.pages.cursor(["0", "-1"])
    return Stretch(entries, members, organizations, reasons, cursor, more)


async def versions(logs: Sequence[LogKey]) -> dict[LogKey, int]:
    found = await models.leaderboards.versions(list({one.organization_id for one in logs}))
    return {
        one: found[one.organization_id][one.view is not BoardView.FULL] for one in logs if one.organization_id in found
    }
