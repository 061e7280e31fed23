"""A season: what the people of a company do, at random and through the public API.

season = Season(api, random, company, people, operator=…, secretary=…, reviewer=…)
await season.act()      # one act; season.told says what came of each
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import httpx
from world import Company, Person, World

ENTRY, TASK, CLAIM, MEMBER = "pointsEntry { id }", "task { id status }", "claim { id status }", "member { id }"
ORGANIZATION, GRANT = "organization { id }", "grant { id }"
ANSWERED = {
    "awardPoints": ENTRY, "reversePoints": ENTRY, "createTask": TASK, "publishTask": TASK, "closeTask": TASK,
    "claimTask": CLAIM, "releaseClaim": CLAIM, "submitClaim": CLAIM, "approveClaim": CLAIM, "returnClaim": CLAIM,
    "rejectClaim": CLAIM, "createMember": MEMBER, "updateMember": MEMBER, "moveMember": MEMBER,
    "updateMyPrivacy": MEMBER, "createOrganization": ORGANIZATION, "updateOrganization": ORGANIZATION,
    "moveOrganization": ORGANIZATION, "freezeLeaderboards": ORGANIZATION, "unfreezeLeaderboards": ORGANIZATION,
    "grantRole": GRANT, "revokeRole": GRANT,
}  # fmt: skip
HOW_OFTEN = {
    "award": 14, "reverse": 6, "create_task": 9, "publish": 12, "claim": 18, "submit": 14, "review": 20, "release": 2,
    "close": 2, "move_member": 7, "move_organization": 8, "hide": 6, "rename_member": 4, "leave_or_return": 4,
    "rename_organization": 7, "grant": 2, "revoke": 1, "enter_member": 4, "found_organization": 2,
}  # fmt: skip
FREEZING = {"freeze": 3, "unfreeze": 5}


class Api:
    """The server's HTTP endpoint, in somebody's name."""

    def __init__(self, url: str) -> None:
        self.client = httpx.AsyncClient(base_url=url, trust_env=False, timeout=30)

    async def ask(self, who: Person, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        body = {"query": query, "variables": variables}
        answer = await self.client.post("/graphql", json=body, headers={"authorization": f"Bearer {who.token}"})
        assert answer.status_code == 200, answer.text
        read = answer.json()
        assert "errors" not in read, read["errors"]
        return read["data"]


@dataclass
class Season:
    """operator, secretary and reviewer: over the whole company. people: who claim, move and hide; leavers, besides,
    never act themselves, so that they may be sent away and called back."""

    api: Api
    random: Random
    company: Company
    operator: Person
    secretary: Person
    reviewer: Person
    people: Sequence[Person]
    leavers: Sequence[Person]
    settled: Sequence[Person] = ()  # of the people, those who stay where they are
    freezing: bool = False
    told: list[str] = field(default_factory=list[str])
    succeeded: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    entries: list[str] = field(default_factory=list[str])
    tasks: dict[str, str] = field(default_factory=dict[str, str])  # id → status when last heard of
    claims: dict[str, tuple[Person, str]] = field(default_factory=dict[str, tuple[Person, str]])
    grants: list[str] = field(default_factory=list[str])
    founded: list[str] = field(default_factory=list[str])
    frozen: list[str] = field(default_factory=list[str])
    left: set[str] = field(default_factory=set[str])

    @property
    def news(self) -> bool:
        """Whether the newest act was the first or second of its kind to succeed."""
        return self.succeeded[self.told[-1].split()[1]] <= 2

    async def act(self) -> None:
        """One operation; a refusal is an answer too."""
        before = len(self.told)
        while len(self.told) == before:  # some acts need something to act on
            acts = HOW_OFTEN | (FREEZING if self.freezing else {})
            [act] = self.random.choices(list(acts), list(acts.values()))
            await getattr(self, act)()

    async def _do(self, who: Person, operation: str, **given: Any) -> dict[str, Any]:
        name = operation[0].upper() + operation[1:]
        query = f"""mutation ($input: {name}Input!) {{ {operation}(input: $input) {{
            __typename ... on {name}Success {{ {ANSWERED[operation]} }} ... on UserError {{ message }} }} }}"""
        answer = (await self.api.ask(who, query, input=given))[operation]
        kind = answer.pop("__typename")
        by = who.member.name if who.member else "operator"
        self.told.append(f"{by}: {operation} {given} → {kind} {answer.get('message', '')}")
        if not kind.endswith("Success"):
            self.refused[f"{operation} → {kind}"] += 1
            return {}
        self.succeeded[operation] += 1
        [found] = answer.values()
        if operation.endswith("Task") and operation != "claimTask":
            self.tasks[found["id"]] = found["status"]
        if operation.endswith("Points"):
            self.entries.append(found["id"])
        return found

    # ------------------------------------------------------------ choosing

    @property
    def _places(self) -> list[str]:
        company = self.company
        known = (company.root, company.first, company.second, company.general, company.third, company.group)
        return [*map(World.id, known), *self.founded]

    def _task(self, *statuses: str) -> str | None:
        found = [one for one, known in self.tasks.items() if known in statuses]
        return self.random.choice(found) if found else None

    def _claim(self, *statuses: str) -> tuple[str, Person] | None:
        found = [(one, who) for one, (who, known) in self.claims.items() if known in statuses]
        return self.random.choice(found) if found else None

    def _soon(self, chance: float) -> str | None:
        """A moment that time reaches while the season lasts."""
        if self.random.random() > chance:
            return None
        return (datetime.now(UTC) + timedelta(seconds=self.random.uniform(2, 8))).isoformat()

    def _name(self, what: str) -> str:
        return f"{what} {self.random.randrange(10_000)}"

    # ------------------------------------------------------------ points

    async def award(self) -> None:
        to: dict[str, Any] = {"memberId": World.id(self.random.choice([*self.people, *self.leavers]))}
        if self.random.random() < 0.25:
            to = {"organizationId": self.random.choice(self._places)}
        if self.random.random() < 0.3:  # some of it long ago
            days = self.random.choice([0.2, 1, 2, 5, 40, 400])
            to["occurredAt"] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        amount, key = self.random.choice([-20, -5, 1, 5, 10, 10, 10, 25]), str(uuid4())
        await self._do(self.secretary, "awardPoints", amount=amount, reason="志愿服务", idempotencyKey=key, **to)

    async def reverse(self) -> None:
        if self.entries:
            given = {"pointsEntryId": self.random.choice(self.entries), "reason": "记错了"}
            await self._do(self.secretary, "reversePoints", idempotencyKey=str(uuid4()), **given)

    # ------------------------------------------------------------ tasks

    async def create_task(self) -> None:
        opens = self._soon(0.3)
        await self._do(
            self.secretary,
            "createTask",
            organizationId=self.random.choice(
                [World.id(self.company.root)] * 5 + [World.id(self.company.general)] * 4 + self._places
            ),
            title=self._name("任务"),
            points=self.random.choice([0, 3, 8, 15]),
            review=self.random.choice(["REVIEWED", "REVIEWED", "AUTOMATIC"]),
            capacity=self.random.choice([None, 1, 2, 5]),
            opensAt=opens,
            dueAt=None if opens else self._soon(0.2),
        )

    async def publish(self) -> None:
        if task := self._task("DRAFT"):
            await self._do(self.secretary, "publishTask", taskId=task)

    async def close(self) -> None:
        if task := self._task("OPEN", "SCHEDULED"):
            await self._do(self.secretary, "closeTask", taskId=task)

    async def claim(self) -> None:
        if task := self._task("OPEN", "SCHEDULED"):
            await self._claiming(self.random.choice(self.people), "claimTask", taskId=task)

    async def submit(self) -> None:
        if found := self._claim("CLAIMED", "RETURNED"):
            claim, who = found
            await self._claiming(who, "submitClaim", claimId=claim, evidence=self._name("照片"))

    async def release(self) -> None:
        if found := self._claim("CLAIMED", "RETURNED"):
            claim, who = found
            await self._claiming(who, "releaseClaim", claimId=claim)

    async def review(self) -> None:
        if found := self._claim("SUBMITTED", "SUBMITTED", "RETURNED"):
            claim, who = found
            operation = self.random.choice(
                ["approveClaim", "approveClaim", "approveClaim", "returnClaim", "rejectClaim"]
            )
            made = await self._do(self.reviewer, operation, claimId=claim, note=self._name("意见"))
            self._heard(made, who)

    async def _claiming(self, who: Person, operation: str, **given: Any) -> None:
        self._heard(await self._do(who, operation, **given), who)

    def _heard(self, claim: dict[str, Any], who: Person) -> None:
        if claim:
            self.claims[claim["id"]] = who, claim["status"]

    # ------------------------------------------------------------ members

    async def move_member(self) -> None:
        who = self.random.choice([one for one in (*self.people, *self.leavers) if one not in self.settled])
        given = {"memberId": World.id(who), "organizationId": self.random.choice(self._places)}
        await self._do(self.secretary, "moveMember", **given)

    async def hide(self) -> None:
        choices: list[dict[str, Any]] = [
            {"alias": self._name("匿名")},
            {"alias": ""},
            {"hiddenOnBoards": True},
            {"hiddenOnBoards": False},
        ]
        await self._do(self.random.choice(self.people), "updateMyPrivacy", **self.random.choice(choices))

    async def rename_member(self) -> None:
        who = World.id(self.random.choice([*self.people, *self.leavers]))
        await self._do(self.secretary, "updateMember", memberId=who, name=self._name("党员"))

    async def leave_or_return(self) -> None:
        who = World.id(self.random.choice(self.leavers))
        if await self._do(self.secretary, "updateMember", memberId=who, active=who in self.left):
            self.left ^= {who}

    async def enter_member(self) -> None:
        place = self.random.choice(self._places)
        await self._do(self.secretary, "createMember", organizationId=place, name=self._name("新党员"))

    # ------------------------------------------------------------ organizations and roles

    async def rename_organization(self) -> None:
        place = self.random.choice(self._places[:6])
        await self._do(self.secretary, "updateOrganization", organizationId=place, name=self._name("支部"))

    async def move_organization(self) -> None:
        """The group to another branch, a branch below the general branch or away from it."""
        company = self.company
        what = self.random.choice([company.group, company.second, company.third, company.third])
        branches, above = [company.first, company.second, company.third], [company.root, company.general]
        places = [one for one in (branches if what is company.group else above) if one.id != what.parent_id]
        to = self.random.choice(places)
        given = {"organizationId": World.id(what), "parentId": World.id(to)}
        if await self._do(self.operator, "moveOrganization", **given):
            what.parent_id = to.id

    async def found_organization(self) -> None:
        kind, above = self.random.choice([("BRANCH", self.company.general), ("GROUP", self.company.first)])
        given = {"parentId": World.id(above), "code": str(uuid4()), "name": self._name("新"), "kind": kind}
        if made := await self._do(self.operator, "createOrganization", **given):
            self.founded.append(made["id"])

    async def freeze(self) -> None:
        place = self.random.choice(self._places[:5])
        if place not in self.frozen and await self._do(self.secretary, "freezeLeaderboards", organizationId=place):
            self.frozen.append(place)

    async def unfreeze(self) -> None:
        if self.frozen:
            place = self.frozen.pop(0)
            await self._do(self.secretary, "unfreezeLeaderboards", organizationId=place)

    async def grant(self) -> None:
        given = {
            "memberId": World.id(self.random.choice(self.leavers)),
            "role": self.random.choice(["REVIEWER", "MEMBER"]),
        }
        place = self.random.choice(self._places)
        if made := await self._do(self.secretary, "grantRole", organizationId=place, endsAt=self._soon(0.5), **given):
            self.grants.append(made["id"])

    async def revoke(self) -> None:
        if self.grants:
            grant = self.grants.pop(self.random.randrange(len(self.grants)))
            await self._do(self.secretary, "revokeRole", grantId=grant)
