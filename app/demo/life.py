"""Lifelike activity through the public API: members take tasks up and hand them in, reviewers decide, secretaries give
points and put up new tasks. It knows a URL and some logins, and nothing of any database.

A refusal is part of life. At most `AT_ONCE` acts are under way; one that would be more is left out, so a slow server is
never pressed. Everybody signs in when first needed, one after the other.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from app.client import Address, Api, Refused, SignedOut, Unreachable
from app.demo import tables

AT_ONCE = 4
OFFER = 30  # claimable tasks looked at
LONGEST_WAIT = 30.0  # seconds between tries while the server does not answer
SPARE = 4  # claimable tasks more than that, below which secretaries put up new ones
LEFT = 6  # claimable tasks that everybody leaves, for visitors who sign in by the same logins
WORKED = (2.0, 45.0)  # seconds from taking a task up to handing it in

WHO = """{ viewer { roles { role organization { id } } member { id organization { id } } } }"""
OFFERED = """query ($first: Int!) { viewer {
  claimableTasks(first: $first) { edges { node { id capacity claimedCount } } }
  claimed: claims(status: CLAIMED, first: 5) { edges { node { id claimedAt } } }
  returned: claims(status: RETURNED, first: 5) { edges { node { id } } } } }"""
QUEUE = """query ($at: ID!) { organization(id: $at) {
  claims(status: SUBMITTED, first: 20) { edges { node { id } } } } }"""
PEOPLE = """query ($at: ID!, $after: String) { organization(id: $at) { id
  members(includeDescendants: true, first: 100, after: $after) {
    edges { node { id } } pageInfo { hasNextPage endCursor } } } }"""
CLAIM = """mutation ($task: ID!) { done: claimTask(input: {taskId: $task}) { __typename } }"""
SUBMIT = """mutation ($claim: ID!, $text: String!) {
  done: submitClaim(input: {claimId: $claim, evidence: $text}) { __typename } }"""
APPROVE = """mutation ($claim: ID!, $text: String) {
  done: approveClaim(input: {claimId: $claim, note: $text}) { __typename } }"""
RETURN = """mutation ($claim: ID!, $text: String!) {
  done: returnClaim(input: {claimId: $claim, note: $text}) { __typename } }"""
REJECT = """mutation ($claim: ID!, $text: String!) {
  done: rejectClaim(input: {claimId: $claim, note: $text}) { __typename } }"""
AWARD = """mutation ($member: ID!, $amount: Int!, $reason: String!, $key: String!) {
  done: awardPoints(input: {memberId: $member, amount: $amount, reason: $reason, idempotencyKey: $key}) {
    __typename } }"""
CREATE = """mutation ($at: ID!, $title: String!, $points: Int!, $review: TaskReview!) {
  done: createTask(input: {organizationId: $at, title: $title, points: $points, review: $review}) {
    __typename ... on CreateTaskSuccess { task { id } } } }"""
COURSES = """query ($at: ID!) { courses(organizationId: $at, first: 50) {
  edges { node { id durationSeconds myStudy { id } } } } }"""
STUDY = """mutation ($course: ID!, $seconds: Int!, $key: String!) {
  done: recordStudy(input: {courseId: $course, positionSeconds: $seconds, idempotencyKey: $key}) { __typename } }"""
PUBLISH = """mutation ($task: ID!) { done: publishTask(input: {taskId: $task}) { __typename } }"""
Pace = Callable[[float], float]


@dataclass(eq=False, slots=True)
class Actor:
    """Somebody who signs in. at: where their role holds, or where they belong."""

    login: str
    password: str
    api: Api
    role: str = ""
    at: str = ""
    people: list[str] = field(default_factory=list[str])
    submits: dict[str, float] = field(default_factory=dict[str, float])  # claim → when


class Life:
    """pace: acts per second, by the seconds since it began."""

    def __init__(
        self, url: str, logins: Sequence[tuple[str, str]], pace: Pace, chance: random.Random | None = None
    ) -> None:
        address = Address.read(url)
        self.done: Counter[str] = Counter()
        self._actors = [Actor(login, password, Api(address)) for login, password in logins]
        self._pace = pace
        self._chance = chance or random.Random()
        self._signing_in = asyncio.Lock()
        self._busy: set[Actor] = set()
        self._quiet_until = 0.0
        self._failures = 0

    async def run(self) -> None:
        """Until cancelled."""
        began = time.monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    rate = self._pace(time.monotonic() - began)
                    await asyncio.sleep(self._chance.expovariate(rate) if rate > 0 else 1.0)
                    idle = [one for one in self._actors if one not in self._busy]
                    if rate > 0 and idle and len(self._busy) < AT_ONCE and time.monotonic() >= self._quiet_until:
                        actor = self._chance.choice(idle)
                        self._busy.add(actor)
                        group.create_task(self._act(actor))
        finally:
            for actor in self._actors:
                await actor.api.close()

    async def _act(self, actor: Actor) -> None:
        try:
            if actor.api.token is None:
                await self._sign_in(actor)
            await self._something(actor)
            self._failures = 0
        except SignedOut:
            actor.api.token = None
        except Unreachable as lost:
            self._failures += 1
            longest = min(LONGEST_WAIT, 2.0**self._failures)
            self._quiet_until = time.monotonic() + (lost.retry_after or self._chance.uniform(longest / 2, longest))
        except Refused as refused:
            self.done[f"refused: {refused}"] += 1
            actor.submits.clear()
        finally:
            self._busy.discard(actor)

    async def _sign_in(self, actor: Actor) -> None:
        async with self._signing_in:
            await actor.api.sign_in(actor.login, actor.password)
        viewer = (await actor.api.ask(WHO))["viewer"]
        grants = [one for one in viewer["roles"] if one["organization"]]
        actor.role = grants[0]["role"] if grants else "MEMBER"
        place = grants[0]["organization"] if grants else (viewer["member"] or {}).get("organization")
        actor.at = place["id"] if place else ""

    async def _something(self, actor: Actor) -> None:
        """What somebody in this place does at such a moment."""
        fate = self._chance.random()
        match actor.role:
            case "REVIEWER" if fate < 0.9:
                await self._review(actor)
            case "SECRETARY" if fate < 0.6:
                await self._award(actor)
            case "SECRETARY" if fate < 0.63 or await self._runs_short(actor):
                await self._put_up(actor)
            case "SECRETARY" if fate < 0.78:
                await self._award(actor)
            case "MEMBER" | "REVIEWER" | "SECRETARY":
                await self._work(actor)
            case _:
                pass

    async def _work(self, actor: Actor) -> None:
        """Hands in what is ready, or takes the next task up."""
        now = time.monotonic()
        if self._chance.random() < 0.15 and await self._study(actor):
            return
        ready = next((claim for claim, at in actor.submits.items() if at <= now), None)
        if ready is None and (self._chance.random() < 0.8 or not actor.submits):
            offered = (await actor.api.ask(OFFERED, first=OFFER))["viewer"]
            for edge in (*offered["claimed"]["edges"], *offered["returned"]["edges"]):
                actor.submits.setdefault(edge["node"]["id"], now + self._chance.uniform(*WORKED))
            tasks = takeable([edge["node"] for edge in offered["claimableTasks"]["edges"]])
            if tasks and len(actor.submits) < 4:
                await self._do("claim", actor, CLAIM, task=self._chance.choice(tasks))
        elif ready is not None:
            del actor.submits[ready]
            await self._do("submit", actor, SUBMIT, claim=ready, text=self._chance.choice(tables.EVIDENCE))

    async def _runs_short(self, actor: Actor) -> bool:
        """Whether little more is left to claim than what is left for visitors."""
        offered = (await actor.api.ask(OFFERED, first=OFFER))["viewer"]["claimableTasks"]["edges"]
        return len(offered) <= LEFT + SPARE

    async def _study(self, actor: Actor) -> bool:
        """Hears a course to its end that it has not heard so far. False: there is none."""
        found = (await actor.api.ask(COURSES, at=actor.at))["courses"]
        new = [edge["node"] for edge in (found or {"edges": ()})["edges"] if not edge["node"]["myStudy"]]
        if not new:
            return False
        course = self._chance.choice(new)
        seconds = course["durationSeconds"]
        await self._do("study", actor, STUDY, course=course["id"], seconds=seconds, key=str(uuid4()))
        return True

    async def _review(self, actor: Actor) -> None:
        found = (await actor.api.ask(QUEUE, at=actor.at))["organization"]
        waiting = [edge["node"]["id"] for edge in ((found or {}).get("claims") or {"edges": ()})["edges"]]
        for claim in waiting[: self._chance.randint(1, 3)]:
            fate = self._chance.random()
            if fate < 0.9:
                note = self._chance.choice((None, *tables.NOTES))
                await self._do("approve", actor, APPROVE, claim=claim, text=note)
            elif fate < 0.97:
                await self._do("return", actor, RETURN, claim=claim, text=self._chance.choice(tables.RETURNS))
            else:
                await self._do("reject", actor, REJECT, claim=claim, text=self._chance.choice(tables.REJECTIONS))

    async def _award(self, actor: Actor) -> None:
        if not actor.people:
            actor.people = await self._members(actor)
        # Half of them go to a few who are often there when something is to be done, so that the top moves too.
        few = actor.people[:: max(1, len(actor.people) // 4)] if self._chance.random() < 0.5 else actor.people
        await self._do(
            "award",
            actor,
            AWARD,
            member=self._chance.choice(few),
            amount=self._chance.choice((1, 2, 2, 3, 5)),
            reason=self._chance.choice(tables.REASONS),
            key=str(uuid4()),
        )

    async def _members(self, actor: Actor) -> list[str]:
        found: list[str] = []
        after: str | None = None
        while True:
            page = (await actor.api.ask(PEOPLE, at=actor.at, after=after))["organization"]["members"]
            found += [edge["node"]["id"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    async def _put_up(self, actor: Actor) -> None:
        made = await self._do(
            "create",
            actor,
            CREATE,
            at=actor.at,
            title=self._chance.choice(tables.MORE_TASKS),
            points=self._chance.randint(1, 6),
            review=self._chance.choice(("AUTOMATIC", "REVIEWED")),
        )
        if made["__typename"] == "CreateTaskSuccess":
            await self._do("publish", actor, PUBLISH, task=made["task"]["id"])

    async def _do(self, what: str, actor: Actor, mutation: str, **variables: Any) -> dict[str, Any]:
        """The answer; a refusal is only counted."""
        answer = (await actor.api.ask(mutation, **variables))["done"]
        good = answer["__typename"].endswith("Success")
        self.done[what if good else f"{what}: {answer['__typename']}"] += 1
        return answer


def takeable(offered: Sequence[dict[str, Any]]) -> list[str]:
    """Which of somebody's claimable tasks it takes: none of the last few, and of none the last slot, so that everybody
    else who sees the task still can."""
    free = [one["id"] for one in offered if one["capacity"] is None or one["claimedCount"] + 1 < one["capacity"]]
    return free if len(offered) > LEFT else []
