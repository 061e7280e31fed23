"""Who may see what: in which audience of a thing somebody is. Everything that returns something about an organization
or a person asks here, by way of resolvers/visibility.py. docs/visibility.md says for which audience each field is.

Places are lines of organizations, root first, itself last. An empty line is no place, and nobody sees it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rules.roles import Grant, Role, Scope, allows, roles_at


@dataclass(frozen=True, slots=True)
class Step:
    """One organization of a line. group: of the kind whose boards are for its branch."""

    id: UUID
    group: bool


Line = Sequence[Step]


@dataclass(frozen=True, slots=True)
class Eye:
    """Who looks, and when. place: the line where a member belongs, or a screen hangs; empty for an operator's account
    and for another system's token. roots: of the organizations where the grants hold. everywhere: an operator."""

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


def is_oneself(eye: Eye | None, person: UUID | None) -> bool:
    if eye is None or eye.person is None:
        return False
    return eye.person == person or person in eye.duplicates


def roles(eye: Eye | None, line: Line) -> set[Role]:
    return roles_at(eye.grants, [one.id for one in line], eye.at) if eye and line else set()


def may(eye: Eye | None, scope: Scope, line: Line) -> bool:
    """Whether a right holds there."""
    return eye is not None and bool(line) and allows(eye.grants, scope, [one.id for one in line], eye.at)


def knows_root(eye: Eye | None, root: UUID) -> bool:
    """Whose organizations and members exist for the viewer: its own root, and where it holds a role."""
    return eye is not None and (eye.everywhere or root in eye.place[:1] or root in eye.roots)


# ---------------------------------------------------------------- organizations


def boards(eye: Eye | None, line: Line) -> bool:
    """An organization's boards and lists: at or above a branch for its whole root, a GROUP's for its branch, both for
    whoever holds a role over it; a screen sees its own organization's, and those above and below."""
    if eye is None or not line:
        return False
    if roles(eye, line):
        return True
    if not knows_root(eye, line[0].id) or (eye.screen and not _on_its_way(eye, line)):
        return False
    if not line[-1].group:
        return True
    branch = next((one.id for one in reversed(line) if not one.group), line[0].id)
    return branch in eye.place


def organization(eye: Eye | None, line: Line) -> bool:
    """That it is there, its name and its members: for its whole root; a screen as far as it sees boards."""
    if eye is None or not line:
        return False
    return knows_root(eye, line[0].id) and (eye.screen is None or boards(eye, line))


def _on_its_way(eye: Eye, line: Line) -> bool:
    return line[-1].id in eye.place or eye.place[-1] in {one.id for one in line}


# ---------------------------------------------------------------- people


def member(eye: Eye | None, root: UUID) -> bool:
    """A member under the name that boards may show; a screen knows those on its boards only."""
    return eye is not None and eye.screen is None and knows_root(eye, root)


def personal(eye: Eye | None, person: UUID | None, *lines: Line) -> bool:
    """Real name, phone, balance, ledger: oneself, and PERSONAL_READ over any of the places."""
    return is_oneself(eye, person) or any(may(eye, Scope.PERSONAL_READ, line) for line in lines)


def named(eye: Eye | None, person: UUID, *, hidden: bool, full: bool) -> bool:
    """Whose a row is, of those that everybody reads. full: the viewer has the FULL view of it."""
    return full or not hidden or is_oneself(eye, person)


def role_grant(eye: Eye | None, account: UUID | None, person: UUID | None, line: Line) -> bool:
    own = eye is not None and account is not None and eye.account == account
    if own or is_oneself(eye, person) or may(eye, Scope.ROLES_READ, line):
        return True
    return eye is not None and eye.everywhere


# ---------------------------------------------------------------- tasks, courses, rewards


def task(eye: Eye | None, line: Line, *, draft: bool) -> bool:
    return boards(eye, line) and (not draft or may(eye, Scope.CLAIMS_REVIEW, line))


def confidential(eye: Eye | None, person: UUID, line: Line) -> bool:
    """Evidence, notes, and what a freeze hides of a claim: the claimant, and who reviews where the task is."""
    return is_oneself(eye, person) or may(eye, Scope.CLAIMS_REVIEW, line)


def claim(eye: Eye | None, line: Line, person: UUID, belongs: Line, *, draft: bool, hidden: bool) -> bool:
    """Whoever sees the task; of a member that chose not to be shown itself, reviewers and who may read its ledger."""
    if not task(eye, line, draft=draft):
        return False
    return not hidden or confidential(eye, person, line) or personal(eye, person, belongs)


def course(eye: Eye | None, line: Line, lecturer: UUID, *, published: bool) -> bool:
    """A draft is for who manages courses there, and for its lecturer."""
    return boards(eye, line) and (published or is_oneself(eye, lecturer) or may(eye, Scope.COURSES_MANAGE, line))


def study(eye: Eye | None, listener: UUID, lecturer: UUID, course_at: Line, listener_at: Line) -> bool:
    return is_oneself(eye, lecturer) or personal(eye, listener, listener_at) or may(eye, Scope.CLAIMS_REVIEW, course_at)


def reward(eye: Eye | None, line: Line, *, offered: bool) -> bool:
    return boards(eye, line) and (offered or may(eye, Scope.REWARDS_MANAGE, line))


def redemption(eye: Eye | None, person: UUID, line: Line) -> bool:
    return is_oneself(eye, person) or may(eye, Scope.REWARDS_MANAGE, line)


def audited(eye: Eye | None, line: Line | None) -> bool:
    """An entry of the audit log, by where it happened. None: in no root, which is an operator's to read."""
    return may(eye, Scope.AUDIT_READ, line) if line is not None else eye is not None and eye.everywhere


# ---------------------------------------------------------------- the ledger, rules, screens


def own_points(eye: Eye | None, line: Line, *, frozen: bool) -> bool:
    """An entry of an organization itself. frozen: a freeze hides it from the public."""
    if eye is None or eye.screen is not None:
        return False
    return boards(eye, line) and (not frozen or may(eye, Scope.CLAIMS_REVIEW, line))


def entry(eye: Eye | None, person: UUID, credited: Line, belongs: Line, task_at: Line) -> bool:
    """A member's entry, by itself. task_at: of the claim that earned it, or empty."""
    if eye is None or eye.screen is not None:
        return False
    return personal(eye, person, credited, belongs) or may(eye, Scope.CLAIMS_REVIEW, task_at)


def rule(eye: Eye | None, line: Line | None) -> bool:
    """Rules are no secret. line None: built in."""
    return eye is not None and not eye.service and (line is None or boards(eye, line))


def display(eye: Eye | None, display: UUID, line: Line) -> bool:
    """Itself, and who may manage it."""
    return eye is not None and (eye.screen == display or may(eye, Scope.DISPLAYS_MANAGE, line))


def places_of(grants: Iterable[Grant], scope: Scope, at: datetime) -> tuple[bool, frozenset[UUID]]:
    """Where a right is held: everywhere, and at which organizations with all below. For lists, which ask in SQL."""
    held = [one for one in grants if one.holds(at) and allows([one], scope, _own_line(one), at)]
    return any(one.organization_id is None for one in held), frozenset(
        one.organization_id for one in held if one.organization_id
    )


def _own_line(grant: Grant) -> list[UUID]:
    return [grant.organization_id] if grant.organization_id else []
