"""The log while eight write at once and every commit takes its own time: each entry once, in order, whoever comes back
from wherever."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hall import Hall, Screen, opened
from world import Company, Person, World

import models
from models import Organization, PointsKind
from realtime.logs import LogSource
from resolvers.points import ledger as points_ledger
from resolvers.session import Session
from rules.roles import Role

WRITERS = 8
AWARDS = 25  # of each writer
RECONNECTS = 50
LOG = """subscription ($organization: ID!, $after: String) {
    pointsAwarded(organizationId: $organization, after: $after) { cursor edges { cursor node { id } } } }"""
# A while of chance: before a transaction takes its position, with it in hand, and between its last statement and the
# commit.
SLOW = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(random() * TG_ARGV[0]::float); RETURN NULL; END';
CREATE TRIGGER late_position AFTER INSERT ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION dawdle('0.05');
CREATE TRIGGER late_mark AFTER INSERT ON points_entries FOR EACH ROW EXECUTE FUNCTION dawdle('0.01');
CREATE CONSTRAINT TRIGGER late_commit AFTER INSERT ON points_entries DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION dawdle('0.01');
"""


class Reader:
    """Reads a log, and goes away and comes back with the cursor of any entry that it has taken by then."""

    def __init__(self, hall: Hall, person: Person, organization: Organization) -> None:
        self.hall, self.person, self.organization = hall, person, organization
        self.edges: list[dict[str, Any]] = []

    @property
    def read(self) -> list[str]:
        return [edge["node"]["id"] for edge in self.edges]

    async def reconnecting(self, times: int) -> None:
        for _ in range(times):
            await self._once(lambda frames: frames > 0 and random.random() < 0.3)
            del self.edges[random.randint(max(0, len(self.edges) - 5), len(self.edges)) :]

    async def to_the_end(self, last: str) -> None:
        await self._once(lambda _: bool(self.edges) and self.edges[-1]["node"]["id"] == last)

    async def _once(self, enough: Callable[[int], bool]) -> None:
        """One coming, until it has read enough."""
        live, screen, taken = self.hall.live, Screen(), 0
        given = {"organization": World.id(self.organization), "after": self.edges[-1]["cursor"] if self.edges else None}
        viewer = await live.viewer(f"Bearer {self.person.token}")
        source, group, execute, _ = await live.open(viewer, live.documents.subscription(LOG, None, given))
        assert isinstance(source, LogSource)
        place = live.hub.follow(source, group, execute, True, screen)
        async with asyncio.timeout(20):
            while True:
                for frame in screen.frames[taken:]:
                    assert frame["edges"] or taken == 0, "only the first frame may be empty"
                    assert not frame["edges"] or frame["cursor"] == frame["edges"][-1]["cursor"]
                    self.edges += frame["edges"]
                    taken += 1
                if enough(taken):
                    break
                await asyncio.sleep(random.uniform(0, 0.02))
        place.close()


async def three_at_once(session: Session, members: Sequence[Person], place: Organization) -> None:
    """One transaction, one position, three lines."""
    async with session.work() as work:
        made = [
            points_ledger.entry(
                work,
                root_id=place.root_id,
                organization_id=place.id,
                kind=PointsKind.EARNED,
                amount=1,
                rule="award.by_hand",
                occurred_at=work.now,
                counts_at=work.now,
                member_id=one,
            )
            for one in sorted(one.id for one in members)
        ]
        for one in made:
            assert one.member_id
            await models.members.credit(one.member_id, 1)
        position = await work.position(place.root_id)
        await models.points.append([(one, "集体活动") for one in made], position)
        work.touch(place.root_id, place.id)


async def writer(hall: Hall, world: World, secretary: Person, company: Company, members: Sequence[Person]) -> None:
    """Half of what it writes is told by a hint; the rest, as another process's whose hints are lost, by the poll."""
    places: list[UUID | None] = [company.second.id, company.third.id]
    for _ in range(AWARDS):
        session = await hall.session(secretary) if random.random() < 0.5 else await world.session(secretary)
        if random.random() < 0.2:
            await three_at_once(session, random.sample(members, 3), company.first)
            continue
        place = random.choice([None, None, *places])
        member = None if place else random.choice(members).id
        await points_ledger.award(
            session,
            member_id=member,
            organization_id=place,
            amount=random.choice([1, 2, -1]),
            reason="志愿服务",
            occurred_at=None,
            key=str(uuid4()),
        )


async def ledger(organization: Organization) -> list[str]:
    """The slow twin: everything credited there and below, in commit order."""
    paths = await models.OrganizationPath.filter(ancestor_id=organization.id)
    below = {one.descendant_id for one in paths}
    entries = await models.PointsEntry.all().order_by("position", "line")
    return [World.id(one) for one in entries if one.organization_id in below]


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_under_eight_writers_every_entry_comes_once_and_in_order(world: World) -> None:
    world.clock.now = datetime.now(UTC)
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    members = await world.members(8, at=company.first)
    await models.database.connection().execute_script(SLOW)
    async with opened(world) as hall:
        readers = [
            Reader(hall, secretary, company.root),
            Reader(hall, members[0], company.root),
            Reader(hall, secretary, company.first),
            Reader(hall, members[0], company.first),
        ]
        reading = [asyncio.create_task(one.reconnecting(RECONNECTS)) for one in readers]
        await asyncio.gather(*(writer(hall, world, secretary, company, members) for _ in range(WRITERS)))
        await asyncio.gather(*reading)
        for reader in readers:
            expected = await ledger(reader.organization)
            await reader.to_the_end(expected[-1])
            assert reader.read == expected
        assert hall.live.hub.watched == 0
    entries = await models.PointsEntry.all()
    assert len({(one.position, one.line) for one in entries}) == len(entries) >= WRITERS * AWARDS
    assert {one.line for one in entries} == {0, 1, 2}
