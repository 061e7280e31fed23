"""Who may see what, once more, from nothing but what a realm says: obvious, and knowing nothing of the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from realm import Actor, Place, Thing, line

from models import OrganizationKind as Kind

REVIEWER = {"CLAIMS_REVIEW", "BLOCKS_INSPECT"}
NOT_SECRETARYS = {"ORGANIZATIONS_MANAGE", "POINTS_CORRECT", "SERVICES_MANAGE"}
Sees = Callable[["Oracle", Actor, Thing], bool]


class Oracle:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def roles(self, who: Actor) -> list[tuple[str, Place | None]]:
        held = [one for one in who.roles if one.starts <= self.now and (one.ends is None or self.now < one.ends)]
        return [(one.role.value, one.at) for one in held] if who.good else []

    def has(self, who: Actor, right: str, at: Place | None) -> bool:
        here = [role for role, place in self.roles(who) if at and (place is None or place in line(at))]
        return any(
            role == "ADMIN" or (role == "SECRETARY" and right not in NOT_SECRETARYS)
            or (role == "REVIEWER" and right in REVIEWER) for role in here
        )  # fmt: skip

    def root(self, who: Actor, at: Place) -> bool:
        homes = [who.home, *(place or at for _, place in self.roles(who))]
        return who.good and line(at)[0] in [line(one)[0] for one in homes if one]

    def board(self, who: Actor, at: Place) -> bool:
        if any(place is None or place in line(at) for _, place in self.roles(who)):
            return True
        if not self.root(who, at) or (who.screen and who.home not in line(at) and at not in line(who.home)):
            return False
        return at.kind is not Kind.GROUP or [one for one in line(at) if one.kind is not Kind.GROUP][-1] in line(
            who.home
        )

    def own(self, who: Actor, thing: Thing) -> bool:
        return who.good and who.is_member and thing.by is who

    def sees(self, who: Actor, thing: Thing) -> bool:
        return who.good and SEES[thing.kind](self, who, thing)

    def personal(self, who: Actor, thing: Thing) -> bool:
        assert thing.by
        return self.own(who, thing) or self.has(who, "PERSONAL_READ", thing.by.home)

    def confidential(self, who: Actor, claim: Thing) -> bool:
        return self.own(who, claim) or self.has(who, "CLAIMS_REVIEW", claim.at)

    def claim(self, who: Actor, claim: Thing) -> bool:
        hidden = claim.by is not None and claim.by.hidden
        return self.board(who, _at(claim)) and (
            not hidden or self.confidential(who, claim) or self.personal(who, claim)
        )

    def entry(self, who: Actor, entry: Thing) -> bool:
        if who.screen:
            return False
        if entry.by is None:
            return self.board(who, _at(entry))
        reviews = entry.of is not None and self.has(who, "CLAIMS_REVIEW", entry.of.at)
        return self.personal(who, entry) or self.has(who, "PERSONAL_READ", entry.at) or reviews


def _at(thing: Thing) -> Place:
    assert thing.at
    return thing.at


def _board(oracle: Oracle, who: Actor, thing: Thing) -> bool:
    return oracle.board(who, _at(thing))


def _rule(oracle: Oracle, who: Actor, thing: Thing) -> bool:
    return not who.service and oracle.board(who, _at(thing))


SEES: Mapping[str, Sees] = {
    **dict.fromkeys(("Block", "BlockRevision", "BlockInspection", "TaskArena", "BlockBoard", "CourseBoard"), _board),
    **dict.fromkeys(("PointRule", "PointRuleVersion"), _rule),
    "Organization": lambda o, who, it: o.root(who, _at(it)) and (not who.screen or o.board(who, _at(it))),
    "Member": lambda o, who, it: o.root(who, _at(it)) and not who.screen,
    "RoleGrant": lambda o, who, it: o.own(who, it) or o.has(who, "ROLES_READ", it.at),
    "Task": lambda o, who, it: o.board(who, _at(it)) and (it.open or o.has(who, "CLAIMS_REVIEW", it.at)),
    "Claim": lambda o, who, it: o.claim(who, it),
    "Course": lambda o, who, it: (
        o.board(who, _at(it)) and (it.open or o.own(who, it) or o.has(who, "COURSES_MANAGE", it.at))
    ),
    "Study": lambda o, who, it: (
        o.personal(who, it) or (it.of is not None and o.own(who, it.of)) or o.has(who, "CLAIMS_REVIEW", it.at)
    ),
    "Reward": lambda o, who, it: o.board(who, _at(it)) and (it.open or o.has(who, "REWARDS_MANAGE", it.at)),
    "Redemption": lambda o, who, it: o.own(who, it) or o.has(who, "REWARDS_MANAGE", it.at),
    "PointsEntry": lambda o, who, it: o.entry(who, it),
    "Display": lambda o, who, it: it.by is who or o.has(who, "DISPLAYS_MANAGE", it.at),
    "ServiceToken": lambda o, who, it: o.has(who, "SERVICES_MANAGE", it.at),
}
PERSONAL = (
    "name",
    "aliasSetAside",
    "phone",
    "phoneMasked",
    "joinedOn",
    "active",
    "balance",
    "debt",
    "pointsEntries",
    "mergedInto",
    "mergedMembers",
)
# What of a thing is for fewer than the thing.
FIELDS: Mapping[tuple[str, str], Sees] = {
    **{("Member", name): Oracle.personal for name in PERSONAL},
    **{("Claim", name): Oracle.confidential for name in ["evidence", "reviewNote", "pointsEntry"]},
    ("Organization", "roleGrants"): lambda o, who, it: o.has(who, "ROLES_READ", it.at),
    ("Organization", "claims"): lambda o, who, it: o.has(who, "CLAIMS_REVIEW", it.at),
    ("Reward", "redemptions"): lambda o, who, it: o.has(who, "REWARDS_MANAGE", it.at),
    ("PointsEntry", "source"): lambda o, who, it: it.of is None or it.of.kind != "Claim" or o.own(who, it) or o.claim(
        who, it.of
    ),
}  # fmt: skip
