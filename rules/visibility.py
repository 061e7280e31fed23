"""Who may see what: in which audience of a thing somebody is. Everything that returns something about an organization
or a person asks here, by way of resolvers/visibility.py. docs/visibility.md says for which audience each field is.

Places are lineages of organizations, root first, itself last. An empty lineage is no place, and nobody sees it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rules.roles import Grant, Role, Scope, allows, roles_at


@dataclass(frozen=True, slots=True)
class Ancestor:
    """One organization of a lineage. group: of the kind whose boards are for its branch."""

    id: UUID
    group: bool


Lineage = Sequence[Ancestor]


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller, and when. place: the lineage of the member's or the screen's organization; empty for an operator's
    account and for another system's token. roots: where the grants hold. everywhere: an operator."""

    at: datetime
    account: UUID
    person: UUID | None
    screen: UUID | None
    service: bool
    place: tuple[UUID, ...]
    grants: tuple[Grant, ...]
    roots: frozenset[UUID]
    duplicates: frozenset[UUID] = frozenset()  # members that were merged into the person

    @property
    def everywhere(self) -> bool:
        return any(one.organization_id is None and one.holds(self.at) for one in self.grants)


def is_oneself(principal: Principal | None, person: UUID | None) -> bool:
    if principal is None or principal.person is None:
        return False
    return principal.person == person or person in principal.duplicates


def roles(principal: Principal | None, lineage: Lineage) -> set[Role]:
    return roles_at(principal.grants, [one.id for one in lineage], principal.at) if principal and lineage else set()


def may(principal: Principal | None, scope: Scope, lineage: Lineage) -> bool:
    """Whether a right holds there."""
    return (
        principal is not None
        and bool(lineage)
        and allows(principal.grants, scope, [one.id for one in lineage], principal.at)
    )


def knows_root(principal: Principal | None, root: UUID) -> bool:
    """Whose organizations and members exist for the viewer: its own root, and where it holds a role."""
    return principal is not None and (principal.everywhere or root in principal.place[:1] or root in principal.roots)


# ---------------------------------------------------------------- organizations


def boards(principal: Principal | None, lineage: Lineage) -> bool:
    """An organization's boards and lists: at or above a branch for its whole root, a GROUP's for its branch, both for
    whoever holds a role over it; a screen sees its own organization's, and those above and below."""
    if principal is None or not lineage:
        return False
    if roles(principal, lineage):
        return True
    if not knows_root(principal, lineage[0].id) or (principal.screen and not _on_its_way(principal, lineage)):
        return False
    if not lineage[-1].group:
        return True
    branch = next((one.id for one in reversed(lineage) if not one.group), lineage[0].id)
    return branch in principal.place


def organization(principal: Principal | None, lineage: Lineage) -> bool:
    """That it is there, its name and its members: for its whole root; a screen as far as it sees boards."""
    if principal is None or not lineage:
        return False
    return knows_root(principal, lineage[0].id) and (principal.screen is None or boards(principal, lineage))


def _on_its_way(principal: Principal, lineage: Lineage) -> bool:
    return lineage[-1].id in principal.place or principal.place[-1] in {one.id for one in lineage}


# ---------------------------------------------------------------- people


def member(principal: Principal | None, root: UUID) -> bool:
    """A member under the name that boards may show; a screen knows those on its boards only."""
    return principal is not None and principal.screen is None and knows_root(principal, root)


def personal(principal: Principal | None, person: UUID | None, *lineages: Lineage) -> bool:
    """Real name, phone, balance, ledger: oneself, and PERSONAL_READ over any of the places."""
    return is_oneself(principal, person) or any(may(principal, Scope.PERSONAL_READ, lineage) for lineage in lineages)


def named(principal: Principal | None, person: UUID, *, hidden: bool, full: bool) -> bool:
    """Whose a row is, of those that everybody reads. full: the viewer has the FULL view of it."""
    return full or not hidden or is_oneself(principal, person)


def role_grant(principal: Principal | None, account: UUID | None, person: UUID | None, lineage: Lineage) -> bool:
    own = principal is not None and account is not None and principal.account == account
    if own or is_oneself(principal, person) or may(principal, Scope.ROLES_READ, lineage):
        return True
    return principal is not None and principal.everywhere


# ---------------------------------------------------------------- tasks, courses, rewards


def task(principal: Principal | None, lineage: Lineage, *, draft: bool) -> bool:
    return boards(principal, lineage) and (not draft or may(principal, Scope.CLAIMS_REVIEW, lineage))


def confidential(principal: Principal | None, person: UUID, lineage: Lineage) -> bool:
    """Evidence, notes, and what a freeze hides of a claim: the claimant, and who reviews where the task is."""
    return is_oneself(principal, person) or may(principal, Scope.CLAIMS_REVIEW, lineage)


def claim(
    principal: Principal | None, lineage: Lineage, person: UUID, belongs: Lineage, *, draft: bool, hidden: bool
) -> bool:
    """Whoever sees the task; of a member that chose not to be shown itself, reviewers and who may read its ledger."""
    if not task(principal, lineage, draft=draft):
        return False
    return not hidden or confidential(principal, person, lineage) or personal(principal, person, belongs)


def course(principal: Principal | None, lineage: Lineage, lecturer: UUID, *, published: bool) -> bool:
    """A draft is for who manages courses there, and for its lecturer."""
    return boards(principal, lineage) and (
        published or is_oneself(principal, lecturer) or may(principal, Scope.COURSES_MANAGE, lineage)
    )


def study(
    principal: Principal | None, listener: UUID, lecturer: UUID, course_at: Lineage, listener_at: Lineage
) -> bool:
    return (
        is_oneself(principal, lecturer)
        or personal(principal, listener, listener_at)
        or may(principal, Scope.CLAIMS_REVIEW, course_at)
    )


def reward(principal: Principal | None, lineage: Lineage, *, offered: bool) -> bool:
    return boards(principal, lineage) and (offered or may(principal, Scope.REWARDS_MANAGE, lineage))


def redemption(principal: Principal | None, person: UUID, lineage: Lineage) -> bool:
    return is_oneself(principal, person) or may(principal, Scope.REWARDS_MANAGE, lineage)


def audited(principal: Principal | None, lineage: Lineage | None) -> bool:
    """An entry of the audit log, by where it happened. None: in no root, which is an operator's to read."""
    return (
        may(principal, Scope.AUDIT_READ, lineage)
        if lineage is not None
        else principal is not None and principal.everywhere
    )


# ---------------------------------------------------------------- the ledger, rules, screens


def own_points(principal: Principal | None, lineage: Lineage, *, frozen: bool) -> bool:
    """An entry of an organization itself. frozen: a freeze hides it from the public."""
    if principal is None or principal.screen is not None:
        return False
    return boards(principal, lineage) and (not frozen or may(principal, Scope.CLAIMS_REVIEW, lineage))


def entry(principal: Principal | None, person: UUID, credited: Lineage, belongs: Lineage, task_at: Lineage) -> bool:
    """A member's entry, by itself. task_at: of the claim that earned it, or empty."""
    if principal is None or principal.screen is not None:
        return False
    return personal(principal, person, credited, belongs) or may(principal, Scope.CLAIMS_REVIEW, task_at)


def rule(principal: Principal | None, lineage: Lineage | None) -> bool:
    """Rules are no secret. lineage None: built in."""
    return principal is not None and not principal.service and (lineage is None or boards(principal, lineage))


def display(principal: Principal | None, display: UUID, lineage: Lineage) -> bool:
    """Itself, and who may manage it."""
    return principal is not None and (principal.screen == display or may(principal, Scope.DISPLAYS_MANAGE, lineage))


def places_of(grants: Iterable[Grant], scope: Scope, at: datetime) -> tuple[bool, frozenset[UUID]]:
    """Where a right is held: everywhere, and at which organizations with all below. For lists, which ask in SQL."""
    held = [one for one in grants if one.holds(at) and allows([one], scope, _own_line(one), at)]
    return any(one.organization_id is None for one in held), frozenset(
        one.organization_id for one in held if one.organization_id
    )


def _own_line(grant: Grant) -> list[UUID]:
    return [grant.organization_id] if grant.organization_id else []
