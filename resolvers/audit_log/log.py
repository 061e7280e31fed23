"""Reading the audit log: ADMIN and SECRETARY of an organization, what happened there and below.

An entry stands where it happened. When an organization is hung elsewhere, its log goes along, as its boards do; what
was done to a member stays with the organization where it belonged then.
"""

from datetime import datetime
from uuid import UUID

import models
from models import AuditEntry
from models.audit import NO_ROOT, Wanted
from models.pages import Page, bounded, read_cursor
from resolvers import visibility
from resolvers.session import Session
from resolvers.visibility import NIL_ID
from rules.refusals import Checks, InvalidInput, NotAllowed
from rules.roles import Scope

LONGEST_ACTION = 64  # characters, as the column has
UNKNOWN = "There is no such audit entry, or you may not see it."


async def wanted(
    session: Session,
    organization_id: UUID | None,
    *,
    action: str | None,
    member_id: UUID | None,
    since: datetime | None,
    until: datetime | None,
) -> Wanted | None:
    """Whose log may be read; None: there is no such organization for the viewer. organization_id None: what belongs to
    no root, for an operator. NotAllowed: it is there, and this needs a role."""
    session.signed_in()
    checks = Checks()
    action = None if action is None else checks.line(action, "action", most=LONGEST_ACTION)
    checks.done()
    if organization_id is None:
        if not visibility.audited(session, None):
            raise NotAllowed("Only operators can read entries outside every root; name an organization.")
        return Wanted(NO_ROOT, None, action, member_id, since, until)
    if await session.perhaps_visible(organization_id) is None:
        return None
    here = (await session.require(Scope.AUDIT_READ, at=organization_id)).organization
    place = None if here.parent_id is None else here.id
    return Wanted(here.root_id, place, action, member_id, since, until)


async def page(of: Wanted, first: int, after: str | None) -> Page[AuditEntry]:
    """Newest first, after a cursor. InvalidInput: it is none."""
    bounded(first)
    before = None
    if after is not None:
        [before] = read_cursor(after, 1)
        if not isinstance(before, int) or not 0 < before < 2**63:
            raise InvalidInput.at("after", "after is not a cursor of this list; take endCursor of the page before.")
    rows = await models.audit.page(of, before, first + 1)
    return Page(rows[:first], len(rows) > first, after is not None)


async def get_visible(session: Session, entry_id: UUID) -> AuditEntry:
    """NotFound for who may not read the log in which it stands."""
    found = await AuditEntry.get_or_none(id=entry_id)
    await session.know((found and found.organization_id) or NIL_ID)
    if found and visibility.audited(session, found.organization_id):
        return found
    raise await session.not_found(UNKNOWN)
