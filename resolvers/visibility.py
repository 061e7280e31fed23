"""Whether something exists for the viewer: rows, put into the words of rules/visibility.py, the one place that decides.

Each takes what the answer needs and asks the database for nothing: `session.know(…)`, or the context's loaders where
many are asked for at once, have brought the lineages before. What is not there has none, and nobody sees it; so that it
takes as long, whoever looks for one thing asks for the lineage of NIL_ID then.
"""

from typing import Any
from uuid import UUID

from models import (
    Block,
    Claim,
    Course,
    Display,
    Member,
    PointsEntry,
    Redemption,
    Reward,
    RoleGrant,
    ServiceToken,
    Study,
    Task,
    TaskStatus,
)
from resolvers.session import Session, ancestors
from rules import visibility
from rules.roles import Role, Scope
from rules.visibility import Lineage

NIL_ID = UUID(int=0)  # nothing has this id


def _lineage(session: Session, organization_id: UUID | None) -> Lineage:
    return ancestors(session.lineages.get(organization_id, ())) if organization_id else ()


def may(session: Session, scope: Scope, organization_id: UUID) -> bool:
    return visibility.may(session.principal(), scope, _lineage(session, organization_id))


def truth(session: Session, organization_id: UUID) -> bool:
    """What a freeze hides from the public there."""
    return may(session, Scope.CLAIMS_REVIEW, organization_id)


def places(session: Session, scope: Scope) -> dict[str, Any]:
    """Where the viewer holds a right, with all below: for a list's `models.pages.at_or_below`."""
    principal = session.principal()
    everywhere, places = (
        visibility.places_of(principal.grants, scope, principal.at) if principal else (False, frozenset[UUID]())
    )
    return {"everywhere": int(everywhere), "places": tuple(sorted(places))}


def everywhere(session: Session) -> set[Role]:
    """The roles that the viewer holds without an organization: the operator's."""
    principal = session.principal()
    return (
        {one.role for one in principal.grants if one.organization_id is None and one.holds(principal.at)}
        if principal
        else set()
    )


def roots(session: Session) -> frozenset[UUID] | None:
    """Whose organizations and members exist for the viewer. None: all."""
    principal = session.principal()
    if principal is None:
        return frozenset()
    return None if principal.everywhere else frozenset({*principal.place[:1], *principal.roots})


def root(session: Session, root_id: UUID) -> bool:
    return visibility.knows_root(session.principal(), root_id)


def organization(session: Session, organization_id: UUID) -> bool:
    return visibility.organization(session.principal(), _lineage(session, organization_id))


# ---------------------------------------------------------------- people


def people(session: Session) -> bool:
    """Whether lists of people are for the viewer: a screen knows those on its boards."""
    return session.viewer is not None and session.viewer.display_id is None


def member(session: Session, row: Member) -> bool:
    return visibility.member(session.principal(), row.root_id)


def personal(session: Session, row: Member, board_id: UUID | None = None) -> bool:
    """Real name, phone and ledger. board_id: or what of it counts on this organization's board."""
    lineages = [_lineage(session, row.organization_id), _lineage(session, board_id)]
    return visibility.personal(session.principal(), row.id, *lineages)


def oneself(session: Session, member_id: UUID) -> bool:
    return visibility.is_oneself(session.principal(), member_id)


def role_grant(session: Session, row: RoleGrant) -> bool:
    at = _lineage(session, row.organization_id)
    return visibility.role_grant(session.principal(), row.account_id, row.member_id, at)


# ---------------------------------------------------------------- tasks, courses, blocks, rewards


def task(session: Session, row: Task) -> bool:
    draft = row.status is TaskStatus.DRAFT
    return visibility.task(session.principal(), _lineage(session, row.organization_id), draft=draft)


def confidential(session: Session, row: Claim, of: Task) -> bool:
    return visibility.confidential(session.principal(), row.member_id, _lineage(session, of.organization_id))


def claim(session: Session, row: Claim, of: Task, by: Member) -> bool:
    at, home = _lineage(session, of.organization_id), _lineage(session, by.organization_id)
    draft = of.status is TaskStatus.DRAFT
    return visibility.claim(session.principal(), at, by.id, home, draft=draft, hidden=by.hidden_on_boards)


def course(session: Session, row: Course) -> bool:
    at, published = _lineage(session, row.organization_id), row.published_at is not None
    return visibility.course(session.principal(), at, row.lecturer_id, published=published)


def study(session: Session, row: Study, of: Course, by: Member) -> bool:
    at, home = _lineage(session, of.organization_id), _lineage(session, by.organization_id)
    return visibility.study(session.principal(), row.member_id, of.lecturer_id, at, home)


def block(session: Session, row: Block) -> bool:
    return visibility.boards(session.principal(), _lineage(session, row.organization_id))


def reward(session: Session, row: Reward) -> bool:
    return visibility.reward(session.principal(), _lineage(session, row.organization_id), offered=row.active)


def redemption(session: Session, row: Redemption) -> bool:
    return visibility.redemption(session.principal(), row.member_id, _lineage(session, row.organization_id))


# ---------------------------------------------------------------- the ledger, rules, screens, tokens


def own_points(session: Session, row: PointsEntry, *, frozen: bool) -> bool:
    return visibility.own_points(session.principal(), _lineage(session, row.organization_id), frozen=frozen)


def entry(session: Session, row: PointsEntry, belongs: UUID, task_at: UUID | None) -> bool:
    """A member's. belongs: where the member is now. task_at: of the claim that earned it."""
    assert row.member_id
    credited, home = _lineage(session, row.organization_id), _lineage(session, belongs)
    return visibility.entry(session.principal(), row.member_id, credited, home, _lineage(session, task_at))


def rule(session: Session, organization_id: UUID | None) -> bool:
    """organization_id None: built in."""
    return visibility.rule(session.principal(), _lineage(session, organization_id) if organization_id else None)


def display(session: Session, row: Display) -> bool:
    return visibility.display(session.principal(), row.id, _lineage(session, row.organization_id))


def audited(session: Session, organization_id: UUID | None) -> bool:
    """organization_id None: in no root."""
    return visibility.audited(session.principal(), _lineage(session, organization_id) if organization_id else None)


def service_token(session: Session, row: ServiceToken) -> bool:
    return may(session, Scope.SERVICES_MANAGE, row.organization_id)
