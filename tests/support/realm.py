"""A realm at random: two trees with GROUPs, people with roles from–to, screens, systems, an operator, nobody; and a
thing of every sort at random places. What is there is kept in plain objects too, for an oracle to look at.

    realm = await made(world, Random("1"))
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from acts import service as paired_service
from acts import set_rule
from world import Person, World

import models
from models import OrganizationKind as Kind
from models import TaskReview
from models.clock import InstantKind
from resolvers.arena import claims, tasks
from resolvers.arena.tasks import NewTask
from resolvers.blocks import blocks, inspections
from resolvers.blocks.block_fields import Colleague
from resolvers.blocks.inspections import Marks
from resolvers.learning import courses
from resolvers.rewards import items as rewards_items
from resolvers.rewards import redemptions
from rules.roles import Role

RULE = {"title": "听党课", "amount": 1}
KINDS = (Kind.GENERAL_BRANCH, Kind.BRANCH, Kind.BRANCH, Kind.GROUP, Kind.GROUP)


@dataclass(eq=False)
class Place:
    row: models.Organization
    above: Place | None

    @property
    def kind(self) -> Kind:
        return self.row.kind


@dataclass(eq=False)
class Held:
    """A role. at None: everywhere."""

    role: Role
    at: Place | None
    starts: datetime
    ends: datetime | None
    row: models.RoleGrant | None = None


@dataclass(eq=False)
class Actor:
    """Whoever asks. home: where a member belongs, or a screen hangs. good: whether the token is. serves: at and below
    which place another system records acts."""

    name: str
    person: Person | None = None
    home: Place | None = None
    roles: list[Held] = field(default_factory=list[Held])
    screen: bool = False
    service: bool = False
    hidden: bool = False
    good: bool = True
    display: Any = None
    serves: Place | None = None

    @property
    def is_member(self) -> bool:
        return self.person is not None and self.person.member is not None


@dataclass(eq=False)
class Thing:
    """kind: its type's name. at: where it is set, offered, credited. by: whose it is. open: published, or offered.
    of: the task of a claim, the course of a study, the claim behind an entry."""

    kind: str
    id: str
    at: Place | None
    by: Actor | None = None
    open: bool = True
    of: Thing | None = None
    row: Any = None


@dataclass(eq=False)
class Realm:
    world: World
    random: Random
    operator: Actor
    places: list[Place] = field(default_factory=list[Place])
    actors: list[Actor] = field(default_factory=list[Actor])
    things: list[Thing] = field(default_factory=list[Thing])

    @property
    def members(self) -> list[Actor]:
        return [one for one in self.actors if one.is_member]

    def of_kind(self, kind: str) -> list[Thing]:
        return [one for one in self.things if one.kind == kind]

    def keep(self, row: Any, at: Place | None, kind: str = "", **more: Any) -> Thing:
        from schema import ids

        kind = kind or type(row).__name__
        made = Thing(kind, ids.encode(kind, row.pk), at, row=row, **more)
        self.things.append(made)
        return made

    def any_place(self) -> Place:
        return self.random.choice(self.places)

    def at_or_below(self, at: Place) -> list[Actor]:
        return [one for one in self.members if at in line(one.home)]


def line(at: Place | None) -> list[Place]:
    """Root first, itself last."""
    return [] if at is None else [*line(at.above), at]


async def made(world: World, random: Random, *, places: int = 6, people: int = 9) -> Realm:
    operator = await world.operator()
    everywhere = Held(Role.ADMIN, None, world.clock.now, None)
    realm = Realm(world, random, Actor("operator", operator, roles=[everywhere]))
    realm.actors += [realm.operator, Actor("nobody", good=False)]
    await _tree(realm, places)
    await _people(realm, people)
    await _screens(realm)
    for place in realm.places:
        await _things(realm, place)
    for actor in random.sample(realm.members, 2):  # who has left
        actor.good = False
        assert actor.person
        await models.Member.filter(id=actor.person.id).update(active=False)
    for place in realm.places:
        realm.keep(place.row, place, "Organization")
        for board in ("TaskArena", "BlockBoard", "CourseBoard"):
            realm.keep(place.row, place, board)
    return realm


async def _tree(realm: Realm, count: int) -> None:
    world, code = realm.world, uuid4().hex[:6]
    for root in range(2):
        row = await world.organization(f"党委{root}", f"{code}-{root}", Kind.COMMITTEE)
        realm.places.append(Place(row, None))
        own = [realm.places[-1]]
        for number in range(count if root == 0 else 1):
            above = realm.random.choice(own)
            kind = Kind.GROUP if above.kind is Kind.GROUP else realm.random.choice(KINDS)
            row = await world.organization(f"组织{number}", f"{code}-{root}-{number}", kind, below=above.row)
            own.append(Place(row, above))
        realm.places += own[1:]


async def _people(realm: Realm, count: int) -> None:
    world, random, now = realm.world, realm.random, realm.world.clock.now
    for number in range(count):
        home, hidden = realm.any_place(), random.random() < 0.4
        alias = f"别名{number}" if random.random() < 0.3 else None
        phone = f"1380000{number:04}"
        person = await world.member(f"党员{number}", at=home.row, alias=alias, hidden_on_boards=hidden, phone=phone)
        actor = Actor(f"member {number}", person, home, hidden=hidden)
        realm.actors.append(actor)
        realm.keep(person.member, line(home)[0], by=actor)
        for _ in range(random.choice((0, 0, 1, 1, 2))):
            at = random.choice([one for one in realm.places if line(one)[0] is line(home)[0]])
            starts = now + timedelta(days=random.choice((-3, -1, 0, 0, 2)))
            ends = random.choice((None, None, starts + timedelta(days=1), starts + timedelta(days=9)))
            role = random.choice((Role.ADMIN, Role.SECRETARY, Role.REVIEWER, Role.REVIEWER, Role.MEMBER))
            row = await world.grant(person, role, at=at.row, starts_at=starts, ends_at=ends)
            async with models.database.transaction():
                for kind, edge in ((InstantKind.GRANT_STARTS, starts), (InstantKind.GRANT_ENDS, ends)):
                    if edge and edge > now:
                        await models.clock.schedule(at.row.root_id, kind, edge, row.id)
            actor.roles.append(Held(role, at, starts, ends, row))
            realm.keep(row, at, by=actor)


async def _screens(realm: Realm) -> None:
    world, now = realm.world, realm.world.clock.now
    for number in range(3):
        at = realm.any_place()
        account = await models.Account.create(login=f"display:{uuid4()}", created_at=now)
        display = await models.Display.create(
            root_id=at.row.root_id,
            organization_id=at.row.id,
            account_id=account.id,
            name=f"屏{number}",
            paired_at=now,
            last_seen_at=now,
        )
        token, kept = await models.sessions.issue(account.id, now)
        person = Person(account, None, token, kept.expires_at)
        actor = Actor(f"screen {number}", person, at, screen=True, display=display)
        realm.actors.append(actor)
        realm.keep(display, at, by=actor)
    at = realm.any_place()
    realm.actors.append(Actor("system", await paired_service(world, at.row), service=True, serves=at))
    kept = await models.ServiceToken.get_or_none(organization_id=at.row.id)
    assert kept
    realm.keep(kept, at)


async def _things(realm: Realm, at: Place) -> None:
    """Some of every sort, set at a place."""
    world, random = realm.world, realm.random
    by = realm.operator.person
    below = realm.at_or_below(at)
    task = realm.keep(await world.task(by, at=at.row, review=TaskReview.REVIEWED), at)  # type: ignore[arg-type]
    session = await world.session(by)
    draft = await tasks.create(session, NewTask(organization_id=at.row.id, title="草稿", points=1))
    realm.keep(draft, at, open=False)
    for who in random.sample(below, min(2, len(below))):
        claim = await claims.claim(await world.session(who.person), task.row.id)
        await claims.submit(await world.session(who.person), claim.id, "照片")
        kept = realm.keep(await models.Claim.get(id=claim.id), at, by=who, of=task)
        if random.random() < 0.6:
            _, entry = await claims.approve(await world.session(by), claim.id, "很好")
            realm.keep(entry, who.home, by=who, of=kept)
    await _lectured(realm, at)
    realm.keep(await world.award(by, at.row, 5), at)  # type: ignore[arg-type]
    await _offered(realm, at, below)
    if random.random() < 0.4:
        rule = await set_rule(at.row, f"rule.{uuid4().hex[:6]}", RULE)
        realm.keep(rule, at)
        version = await models.PointRuleVersion.get(rule_id=rule.id)
        realm.keep(version, at)


async def _lectured(realm: Realm, at: Place) -> None:
    """Courses, what was heard of them, a block, and an award."""
    world, random, by = realm.world, realm.random, realm.operator.person
    inside = [one for one in realm.members if line(one.home)[0] is line(at)[0]]
    lecturer = random.choice(inside) if inside else None
    if lecturer:
        for published in (True, False):
            course = await courses.create(
                await world.session(by), organization_id=at.row.id, lecturer_id=lecturer.person.id,  # type: ignore[union-attr]
                title="课", summary="", media_url=None, duration_seconds=600,
            )  # fmt: skip
            if published:
                course = await courses.publish(await world.session(by), course.id)
            kept = realm.keep(course, at, by=lecturer, open=published)
            if published and random.random() < 0.5:
                listener = random.choice(inside)
                study = await models.Study.create(
                    course_id=course.id,
                    member_id=listener.person.id,  # type: ignore[union-attr]
                    seconds=1,
                    heard_by=world.clock.now,  # type: ignore[union-attr]
                )
                realm.keep(study, at, by=listener, of=kept)
        if random.random() < 0.5:
            await _block(realm, at, lecturer)
        who = random.choice(inside)
        realm.keep(await world.award(by, who.person, 9), who.home, by=who)  # type: ignore[arg-type]


async def _offered(realm: Realm, at: Place, below: list[Actor]) -> None:
    """A reward that is offered, and one that is not."""
    world, random, by = realm.world, realm.random, realm.operator.person
    for offered in (True, False):
        reward = await rewards_items.create(
            await world.session(by), organization_id=at.row.id, stock=9, name="茶杯", description="", price=1,
        )  # fmt: skip
        if offered and below:
            who = random.choice(below)
            await world.award(by, who.person, 5)  # type: ignore[arg-type]
            taken = await redemptions.redeem(await world.session(who.person), reward.id, str(uuid4()))
            realm.keep(taken, at, by=who)
        if not offered:
            await models.Reward.filter(id=reward.id).update(active=False)
        realm.keep(reward, at, open=offered)


async def _block(realm: Realm, at: Place, responsible: Actor) -> None:
    session = await realm.world.session(realm.operator.person)
    names = [Colleague(name, None) for name in ("甲", "乙", "丙")]
    assert responsible.person
    block = await blocks.create(
        session, organization_id=at.row.id, name="区块", extent="到门", responsible_id=responsible.person.id,
        paired=names, reason="划定",
    )  # fmt: skip
    realm.keep(block, at)
    revision = await models.blocks.newest(block.id)
    realm.keep(revision, at)
    _, inspection = await inspections.inspect(session, block.id, Marks(1, 2, 3, 4, 5), "查")
    realm.keep(inspection, at)
