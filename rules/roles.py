"""Who may do what, where: roles hold at an organization and everywhere below it, from–to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    ADMIN = "ADMIN"
    SECRETARY = "SECRETARY"
    REVIEWER = "REVIEWER"
    MEMBER = "MEMBER"


class Scope(StrEnum):
    ORGANIZATIONS_MANAGE = "ORGANIZATIONS_MANAGE"  # create and move organizations
    ORGANIZATIONS_RENAME = "ORGANIZATIONS_RENAME"
    MEMBERS_MANAGE = "MEMBERS_MANAGE"  # create, change, move members; first passwords
    MEMBERS_MERGE = "MEMBERS_MERGE"  # join two members that are one person
    PERSONAL_READ = "PERSONAL_READ"  # real names, phones, balances, ledgers
    ROLES_READ = "ROLES_READ"
    TASKS_MANAGE = "TASKS_MANAGE"
    COURSES_MANAGE = "COURSES_MANAGE"  # publish and archive; offer one for any lecturer
    CLAIMS_REVIEW = "CLAIMS_REVIEW"  # gives the FULL view of boards too
    POINTS_AWARD = "POINTS_AWARD"
    POINTS_CORRECT = "POINTS_CORRECT"  # what is FINAL
    REWARDS_MANAGE = "REWARDS_MANAGE"  # set rewards, hand them over, cancel
    BOARDS_FREEZE = "BOARDS_FREEZE"
    DISPLAYS_MANAGE = "DISPLAYS_MANAGE"  # pair, change and revoke screens
    BLOCKS_MANAGE = "BLOCKS_MANAGE"  # create, revise and retire blocks
    BLOCKS_INSPECT = "BLOCKS_INSPECT"
    RULES_MANAGE = "RULES_MANAGE"
    SERVICES_MANAGE = "SERVICES_MANAGE"  # tokens with which other systems record acts
    AUDIT_READ = "AUDIT_READ"  # who did what there


# Every scope is listed with the roles that have it: a new one belongs to nobody until somebody decides.
HAVE: dict[Scope, frozenset[Role]] = {
    Scope.ORGANIZATIONS_MANAGE: frozenset({Role.ADMIN}),
    Scope.ORGANIZATIONS_RENAME: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.MEMBERS_MANAGE: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.MEMBERS_MERGE: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.PERSONAL_READ: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.ROLES_READ: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.TASKS_MANAGE: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.COURSES_MANAGE: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.CLAIMS_REVIEW: frozenset({Role.ADMIN, Role.SECRETARY, Role.REVIEWER}),
    Scope.POINTS_AWARD: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.POINTS_CORRECT: frozenset({Role.ADMIN}),
    Scope.REWARDS_MANAGE: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.BOARDS_FREEZE: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.DISPLAYS_MANAGE: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.BLOCKS_MANAGE: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.BLOCKS_INSPECT: frozenset({Role.ADMIN, Role.SECRETARY, Role.REVIEWER}),
    Scope.RULES_MANAGE: frozenset({Role.ADMIN, Role.SECRETARY}),
    Scope.SERVICES_MANAGE: frozenset({Role.ADMIN}),
    Scope.AUDIT_READ: frozenset({Role.ADMIN, Role.SECRETARY}),
}
SCOPES: dict[Role, frozenset[Scope]] = {
    role: frozenset(scope for scope, roles in HAVE.items() if role in roles) for role in Role
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at an organization, or everywhere where it is None; half-open [starts_at, ends_at)."""

    id: UUID
    role: Role
    organization_id: UUID | None
    starts_at: datetime
    ends_at: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


def roles_at(grants: Iterable[Grant], lineage: Sequence[UUID], at: datetime) -> set[Role]:
    """Roles that hold at an organization; lineage is its id and its ancestors' ids in any order."""
    return {
        grant.role
        for grant in grants
        if grant.holds(at) and (grant.organization_id is None or grant.organization_id in lineage)
    }


def allows(grants: Iterable[Grant], scope: Scope, lineage: Sequence[UUID], at: datetime) -> bool:
    return any(scope in SCOPES[role] for role in roles_at(grants, lineage, at))


def may_grant(grants: Sequence[Grant], role: Role, organization: UUID, above: Sequence[UUID], at: datetime) -> bool:
    """ADMIN grants anything; SECRETARY grants REVIEWER and MEMBER, and strictly below its own place SECRETARY too."""
    here = roles_at(grants, [organization, *above], at)
    if Role.ADMIN in here:
        return True
    if Role.SECRETARY not in here:
        return False
    return role in (Role.REVIEWER, Role.MEMBER) or (
        role is Role.SECRETARY and Role.SECRETARY in roles_at(grants, list(above), at)
    )
