"""Everybody of a realm tries to change everything: who is refused, and as what, held to the oracle.

What is allowed is made to fail for another reason, or changes nothing, wherever that can be: so the realm stays as it
is known. `schema/audiences_of_changes.py` says which right a mutation needs; where it has to hold is said here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from realm import Actor, Place, Realm, Thing, line
from sights import Sights

from rules.roles import Scope
from schema.audiences_of_changes import CALLERS

Given = dict[str, Any]
Allowed = Callable[[Sights, Actor, Thing], bool]
REFUSED = {"NotAllowed", "NotFound"}
MARKS: Given = dict.fromkeys(("sort", "setInOrder", "shine", "standardize", "sustain"), 1)


@dataclass(frozen=True)
class Deed:
    """kind: of what it is done to. name: of the argument for its id. unless: who may too, or may not though."""

    kind: str
    name: str
    given: Callable[[Realm], Given] = lambda _: {}
    also: Allowed = lambda *_: False
    at: Callable[[Thing], Place | None] = lambda thing: thing.at


def _own(sights: Sights, who: Actor, thing: Thing) -> bool:
    return sights.oracle.own(who, thing)


def _home(thing: Thing) -> Place | None:
    return thing.by.home if thing.by else None


def _person(realm: Realm) -> str:
    return realm.world.id(realm.random.choice(realm.members).person)  # type: ignore[arg-type]


def _key(**more: Any) -> Callable[[Realm], Given]:
    return lambda _: {"idempotencyKey": str(uuid4()), **more}


def _block(realm: Realm) -> Given:
    paired = [{"name": one} for one in ("甲", "乙", "丙")]
    return {"name": "区块", "extent": "到门", "responsibleId": _person(realm), "pairedWith": paired, "reason": "划定"}


RULE: Given = {"rule": {"title": "规则", "amount": 1}}
CODE = f"rule.{uuid4().hex[:6]}"
DEEDS: Mapping[str, Deed] = {
    "updateOrganization": Deed("Organization", "organizationId"),
    "createMember": Deed("Organization", "organizationId", lambda _: {"name": "新人"}),
    "createTask": Deed("Organization", "organizationId", lambda _: {"title": "新", "points": 1}),
    "createReward": Deed("Organization", "organizationId", lambda _: {"name": "新", "price": 1, "stock": 1}),
    "createBlock": Deed("Organization", "organizationId", _block),
    "createPointRule": Deed("Organization", "organizationId", lambda _: {"code": CODE, **RULE}),
    "createServiceToken": Deed("Organization", "organizationId", lambda _: {"name": "系统"}),
    "unfreezeLeaderboards": Deed("Organization", "organizationId"),
    "correctPoints": Deed(
        "Organization", "organizationId", _key(amount=1, reason="x", countsAt="2026-03-10T02:00:00Z")
    ),
    "publishTask": Deed("Task", "taskId"),
    "closeTask": Deed("Task", "taskId"),
    "approveClaim": Deed("Claim", "claimId"),
    "returnClaim": Deed("Claim", "claimId", lambda _: {"note": "x"}),
    "rejectClaim": Deed("Claim", "claimId", lambda _: {"note": "x"}),
    "publishCourse": Deed("Course", "courseId"),
    "updateReward": Deed("Reward", "rewardId"),
    "handOverRedemption": Deed("Redemption", "redemptionId"),
    "cancelRedemption": Deed("Redemption", "redemptionId", also=_own),
    "awardPoints": Deed("Member", "memberId", _key(amount=1, reason="x"), at=_home),
    "recordAct": Deed("Member", "memberId", _key(rule="none.such"), at=_home),
    "undoMerge": Deed("Member", "duplicateId", at=_home),
    "updateMember": Deed("Member", "memberId", at=_home),
    "createStatementLink": Deed("Member", "memberId", at=_home, also=_own),
    "reversePoints": Deed("PointsEntry", "pointsEntryId", _key(reason="x")),
    "changePointRule": Deed("PointRule", "ruleId", lambda _: RULE),
    "revokeServiceToken": Deed("ServiceToken", "serviceTokenId"),
    "updateDisplay": Deed("Display", "displayId"),
    "inspectBlock": Deed("Block", "blockId", lambda _: MARKS),
    "reviseBlock": Deed("Block", "blockId", lambda _: {"expectedSequence": 99, "reason": "x"}),
    "retireBlock": Deed("Block", "blockId", lambda _: {"expectedSequence": 99, "reason": "x"}),
}
# Where the right is looked for as such, an organization that the viewer does not see is not there.
WITHOUT_PLACE = {"recordAct", "createStatementLink", "cancelRedemption", "revokeServiceToken"}
OWN_IS_REFUSED = {"approveClaim", "returnClaim", "rejectClaim"}


def expected(sights: Sights, who: Actor, name: str, thing: Thing) -> set[str]:
    """Which refusals are right; empty: neither of the two."""
    oracle, deed = sights.oracle, DEEDS[name]
    at, sees = deed.at(thing), oracle.sees(who, thing)
    if who.service and who.good and name == "recordAct":
        return set() if who.serves in line(at) else {"NotFound"}
    if who.screen or who.service or not who.good:
        return REFUSED
    if thing.kind == "Organization" and thing.at:
        sees = oracle.board(who, thing.at)
    assert at
    if not sees:
        return {"NotFound"}
    if deed.also(sights, who, thing):
        return set()
    if name not in WITHOUT_PLACE and not oracle.board(who, at):
        return {"NotFound"}
    right = CALLERS[name][0]
    assert isinstance(right, Scope)
    if not oracle.has(who, right.value, at):
        return {"NotAllowed"}
    return {"NotAllowed"} if name in OWN_IS_REFUSED and oracle.own(who, thing) else set()


async def tried(sights: Sights, actors: list[Actor], each: int = 2) -> None:
    """Some of each sort of thing, by each of these."""
    realm = sights.realm
    for name, deed in DEEDS.items():
        things = [one for one in realm.of_kind(deed.kind) if one.open]
        for who in actors:
            for thing in realm.random.sample(things, min(each, len(things))):
                given = {deed.name: thing.id, **deed.given(realm)}
                right = expected(sights, who, name, thing)
                found = await _answer(sights, who, name, given)
                ok = found in right if right else found not in REFUSED
                what = f"{name} of {thing.kind} at {deed.at(thing) and deed.at(thing).row.code}"  # type: ignore[union-attr]
                sights.check("deed", who, what, found if not ok else "", "" if ok else str(right or "no refusal"))


async def _answer(sights: Sights, who: Actor, name: str, given: Given) -> str:
    query = f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ __typename }} }}"
    result = await sights.ask(who, query, input=json.loads(json.dumps(given)))
    if result.errors:
        return type(result.errors[0].original_error).__name__
    assert result.data
    return result.data[name]["__typename"]
