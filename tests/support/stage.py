"""A company with work waiting for decisions, and every question whose answer derives from points or claims."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from course import heard, published
from world import Company, Person, World

from models import Course
from resolvers.arena import claims
from resolvers.leaderboards import freezes
from resolvers.points import ledger as points_ledger
from rules.roles import Role

ROWS = """rank previousRank score points memberCount reachedAt id
  subject { ... on Member { id } ... on Organization { id } }"""
BOARD = f"version asOf state frozenAt finalAt view size rows(first: 100) {{ {ROWS} }}"
CLAIM = "id status submittedAt decidedAt evidence reviewNote pointsEntry { id }"
TASK = f"""id claimedCount approvedCount claims(first: 100) {{ totalCount edges {{ node {{ {CLAIM} }} }} }}
  approvedClaims: claims(status: APPROVED) {{ totalCount edges {{ node {{ {CLAIM} }} }} }}"""
COURSE = "id status completionCount"
ARENA = f"""version view openCount claimedCount approvedCount recentApprovals(first: 50) {{ {CLAIM} }}
  tasks(first: 100) {{ totalCount edges {{ node {{ {TASK} }} }} }}"""
EXPLAINED = f"""points rank state version row {{ {ROWS} }} rules {{ rule }} above {{ points }} below {{ points }}
  ties {{ size place before after sentence }}"""
ENTRY = "id amount reason kind countsAt member { id } organization { id }"
PERIODS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "ALL_TIME")
OBSERVED = f"""query ($place: ID!, $task: ID!, $course: ID!, $claim: ID!, $member: ID!) {{
  {" ".join(f"m{one}: leaderboard(input: {{organizationId: $place, period: {one}}}) {{ {BOARD} }}" for one in PERIODS)}
  {
    " ".join(
        f"o{one}: leaderboard(input: {{organizationId: $place, subject: ORGANIZATION, scoring: {one}}}) {{ {BOARD} }}"
        for one in ("TOTAL", "MEAN")
    )
}
  around: leaderboard(input: {{organizationId: $place}}) {{ around(subjectId: $member) {{ {ROWS} }}
    standing(subjectId: $member) {{ version points rank row {{ {ROWS} }} }} }}
  asOf: leaderboard(input: {{organizationId: $place}}, at: "2026-03-10T02:00:00Z") {{ {BOARD} }}
  explain(memberId: $member, input: {{organizationId: $place}}) {{ {EXPLAINED} }}
  taskArena(organizationId: $place) {{ {ARENA} }}
  pointsLog(organizationId: $place) {{ edges {{ node {{ {ENTRY} }} }} }}
  task(id: $task) {{ {TASK} }}
  courseBoard(organizationId: $place) {{ version view courses {{ totalCount edges {{ node {{ {COURSE} }} }} }} }}
  courses(organizationId: $place) {{ totalCount edges {{ node {{ {COURSE} }} }} }}
  course(id: $course) {{ {COURSE} }}
  node(id: $claim) {{ ... on Claim {{ {CLAIM} }} }}
  member(id: $member) {{ balance debt pointsEntries {{ totalCount }} }}
  viewer {{ claimableTasks {{ totalCount edges {{ node {{ {TASK} }} }} }} }}
}}"""


@dataclass
class Stage:
    """A company with a frozen first branch, someone who watches from outside it, and work waiting for a decision."""

    world: World
    company: Company
    secretary: Person
    watcher: Person
    members: list[Person]
    tasks: list[Any]
    waiting: list[Any]
    courses: list[Course]

    async def seen(self) -> list[dict[str, Any]]:
        """By somebody who may not review, of every organization."""
        place = self.company
        return [
            await self.world.ask(
                self.watcher,
                OBSERVED,
                place=self.world.id(one),
                task=self.world.id(self.tasks[0]),
                course=self.world.id(self.courses[0]),
                claim=self.world.id(self.waiting[0]),
                member=self.world.id(self.members[0]),
            )
            for one in (place.root, place.first, place.second)
        ]

    async def acts(self) -> list[Callable[[], Awaitable[Any]]]:
        """What a freeze hides: entries and decisions below the first branch."""
        world, secretary = self.world, self.secretary
        session = await world.session(secretary)
        given = await world.award(secretary, self.members[1], 3)

        async def award() -> Any:
            return await world.award(secretary, self.members[2], 40)

        async def deduct() -> Any:
            return await world.award(secretary, self.members[0], -7)

        async def own() -> Any:
            return await world.award(secretary, self.company.first, 11)

        async def reverse() -> Any:
            return await points_ledger.reverse(session, given.id, "误记", "reverse")

        async def approve() -> Any:
            return await claims.approve(session, self.waiting[0].id, "好")

        async def send_back() -> Any:
            return await claims.return_for_more(session, self.waiting[1].id, "缺照片")

        async def reject() -> Any:
            return await claims.reject(session, self.waiting[2].id, "不是这一次")

        async def hear_at_home() -> Any:
            return await heard(world, self.members[0], self.courses[0])

        async def hear_a_colleague_s() -> Any:
            return await heard(world, self.members[0], self.courses[1])

        return [award, deduct, own, reverse, approve, send_back, reject, hear_at_home, hear_a_colleague_s]


async def stage(world: World, code: str = "GS") -> Stage:
    company = await world.company(code)
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    members = await world.members(4, at=company.first)
    watcher = await world.member("赵敏", at=company.second)
    tasks = [await world.task(secretary, at=company.first, title=f"任务{n}", capacity=3) for n in range(2)]
    tasks.append(await world.task(secretary, at=company.root, title="全委任务"))
    for number, one in enumerate(members):
        await world.award(secretary, one, 5 + number)
    await world.award(secretary, watcher, 6)
    approved = await handed_in(world, members[3], tasks[1])
    await claims.approve(await world.session(secretary), approved.id, None)
    waiting = [await handed_in(world, one, tasks[0]) for one in members[:3]]
    courses = [
        await published(world, secretary, at=place, lecturer=members[1]) for place in (company.first, company.root)
    ]
    await heard(world, members[3], courses[0])
    return Stage(world, company, secretary, watcher, members, tasks, waiting, courses)


async def handed_in(world: World, person: Person, task: Any) -> Any:
    claim = await claims.claim(await world.session(person), task.id)
    return await claims.submit(await world.session(person), claim.id, "照片")


async def freeze(on: Stage, place: Any) -> None:
    await freezes.freeze(await on.world.session(on.secretary), place.id)
