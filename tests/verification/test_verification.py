"""What `leitai verify` says: nothing of honest work, and a sentence with the id for each number that is not so."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from course import heard, published
from story import told
from world import World

import models
from models import Claim, Member, PointsEntry, Study, Task, TaskReview
from resolvers.arena import claims
from resolvers.directory import members, organizations
from resolvers.leaderboards import freezes
from resolvers.points import ledger as points_ledger
from resolvers.snapshot import Findings
from resolvers.verification import ranks as verification_ranks
from resolvers.verification import verify as verification_verify


@dataclass(frozen=True)
class Lived:
    """Ids by which faults are told."""

    entry: UUID
    reversal: UUID
    claim: UUID
    submitted: UUID
    task: UUID
    li: UUID
    zhao: UUID
    root: UUID
    first: UUID
    second: UUID
    course: UUID
    study: UUID
    part: UUID


class Undone(Exception):
    """Takes a fault back."""


@asynccontextmanager
async def undone() -> AsyncGenerator[None]:
    try:
        async with models.database.transaction():
            yield
            raise Undone
    except Undone:
        pass


@pytest.fixture
async def lived(world: World) -> Lived:
    """Awards and deductions, reversals soon and late, members and a branch that move, tasks of both kinds, a freeze."""
    story = await told(world)
    company, by = story.company, story.secretary
    operator = await world.operator()
    entry = await world.award(by, story.li, 30, key="kept")
    wrong = await world.award(by, story.zhao, 9)
    await world.award(by, company.first, 5)
    await world.award(by, story.li, -50)
    task = await world.task(by, at=company.root, capacity=3)
    quick = await world.task(by, at=company.first, review=TaskReview.AUTOMATIC, award=0)
    made = [await claims.claim(await world.session(one), task.id) for one in (story.li, story.sun, story.zhao)]
    for one, person in zip(made, (story.li, story.sun, story.zhao), strict=True):
        await claims.submit(await world.session(person), one.id, "照片")
    alone = await claims.claim(await world.session(story.li), quick.id)
    await claims.submit(await world.session(story.li), alone.id, "照片")
    course = await published(world, by, at=company.root, lecturer=story.zhao)
    for person, seconds in ((story.sun, 100), (story.sun, 600), (story.zhao, 600), (story.li, 300)):
        world.clock.advance(minutes=10)
        await heard(world, person, course, seconds)
    study, part = [await Study.get(course_id=course.id, member_id=one.id) for one in (story.sun, story.li)]
    world.clock.advance(days=1)
    await members.move(await world.session(by), story.zhao.id, company.first.id)
    await organizations.move(await world.session(operator), company.first.id, company.general.id)
    await world.award(by, story.zhao, 4, occurred_at=world.clock.now - timedelta(hours=20))
    reversal = await points_ledger.reverse(await world.session(by), wrong.id, "记错了", str(uuid4()))
    await claims.approve(await world.session(story.reviewer), made[0].id, None)
    await freezes.freeze(await world.session(by), company.root.id)
    await claims.approve(await world.session(story.reviewer), made[1].id, None)
    await world.award(by, story.sun, 11)
    world.clock.advance(days=20)
    await points_ledger.reverse(await world.session(by), entry.id, "记错了", str(uuid4()))
    await members.update(
        await world.session(by),
        story.sun.id,
        name=None, phone=None, joined_on=None, login=None, password=None, active=False,
    )  # fmt: skip
    return Lived(
        entry.id, reversal.id, made[0].id, made[2].id, task.id, story.li.id, story.zhao.id,
        company.root.id, company.first.id, company.second.id, course.id, study.id, part.id,
    )  # fmt: skip


async def verdict(world: World) -> Findings:
    return await verification_verify.verify(world.clock.now)


async def test_honest_work_has_no_differences(world: World, lived: Lived) -> None:
    found = await verdict(world)

    assert found == Findings([], [])
    assert await PointsEntry.all().count() == 14, "and there was something to look at"
    assert {one.status.value for one in await Claim.all()} == {"APPROVED", "SUBMITTED"}
    assert (await Task.get(id=lived.task)).public_approved == 1


# Each fault, by :id where it is named, and what is said of it.
FAULTS = [
    ("li", "UPDATE members SET debt = debt + 1 WHERE id = :id", "debt"),
    ("li", "UPDATE members SET active = :no WHERE id = :id", "is inactive"),
    ("li", "UPDATE memberships SET organization_id = :second WHERE member_id = :id", "open memberships"),
    ("zhao", "UPDATE memberships SET from_at = '2026-03-01 00:00:00+00:00' WHERE member_id = :id", "overlap"),
    ("zhao", "DELETE FROM memberships WHERE member_id = :id AND to_at IS NOT NULL", "is credited to"),
    ("entry", "UPDATE points_entries SET amount = amount + 1 WHERE id = :id", "does not undo"),
    ("entry", "UPDATE points_entries SET organization_id = :second WHERE id = :id", "is credited to"),
    ("entry", "UPDATE points_entries SET occurred_at = '2026-03-09 00:00:00+00:00' WHERE id = :id", "counts at"),
    ("entry", "UPDATE points_entries SET position = 100000 WHERE id = :id", "its clock at"),
    ("entry", "UPDATE points_entries SET line = 1 WHERE id = :id", "line 0 is missing"),
    ("entry", "UPDATE points_entries SET reached = reached + 1 WHERE id = :id", "reached"),
    ("entry", "UPDATE points_entries SET recorded_at = '2027-01-01 00:00:00+00:00' WHERE id = :id", "yet after"),
    ("entry", "UPDATE points_entries SET correction = :yes WHERE id = :id", "was not FINAL"),
    ("reversal", "UPDATE points_entries SET correction = :yes WHERE id = :id", "was not FINAL"),
    ("reversal", "UPDATE points_entries SET member_id = NULL WHERE id = :id", "another member's"),
    ("reversal", "UPDATE points_entries SET amount = -8 WHERE id = :id", "does not undo"),
    ("reversal", "UPDATE points_entries SET counts_at = recorded_at WHERE id = :id", "counts at"),
    ("entry", "UPDATE idempotency_keys SET entry_id = id WHERE key = 'kept' AND entry_id = :id", "not in the ledger"),
    ("task", "UPDATE tasks SET held = held - 1 WHERE id = :id", "its claims say"),
    ("task", "UPDATE tasks SET approved = approved + 1 WHERE id = :id", "its claims say"),
    ("task", "UPDATE tasks SET capacity = 2, held = 2 WHERE id = :id", "has 2 places, and 3"),
    ("claim", "UPDATE tasks SET points = 11 WHERE id = (SELECT task_id FROM claims WHERE id = :id)", "worth 11"),
    ("claim", "UPDATE claims SET status = 'REJECTED' WHERE id = :id", "is REJECTED, and the entry"),
    ("submitted", "UPDATE claims SET status = 'APPROVED' WHERE id = :id", "no entry names it"),
    ("task", "DELETE FROM freezes WHERE organization_id <> :id", "older counts, and no freeze"),
    ("course", "UPDATE courses SET completed = completed + 1 WHERE id = :id", "counts 3 completions; 2"),
    ("study", "UPDATE studies SET seconds = seconds - 1 WHERE id = :id", "its reports say 600 s"),
    ("part", "UPDATE studies SET heard_by = '2026-03-20 00:00:00+00:00' WHERE id = :id", "its reports say 300 s"),
    ("part", "UPDATE studies SET completed_at = heard_by, completed_position = 1 WHERE id = :id", "at 300 of 600 s"),
    ("part", "UPDATE studies SET completed_at = heard_by, completed_position = 1 WHERE id = :id", "due course.heard"),
    ("study", "UPDATE study_reports SET occurred_at = '2026-03-10 01:01:00+00:00' "
     "WHERE study_id = :id AND seconds = 100", "outruns the time"),
    ("study", "UPDATE points_entries SET study_id = NULL WHERE study_id = :id AND rule = 'course.lectured'",
     "earned by course.heard"),
    ("study", "UPDATE studies SET completed_position = 1 WHERE id = :id", "paid at another position"),
    ("root", "UPDATE clocks SET frozen = 0 WHERE root_id = :id", "counts 0 freezes"),
    ("root", "UPDATE clocks SET position = 3 WHERE root_id = :id", "ahead of its clock at 3"),
    ("root", "UPDATE clocks SET public_position = 3 WHERE root_id = :id", "ahead of its clock at 3"),
    ("first", "UPDATE board_versions SET changed = 1 WHERE organization_id = :id", "behind its newest entry"),
    ("second", "UPDATE organization_paths SET depth = 2 WHERE descendant_id = :id AND depth = 1", "depth 2"),
    ("second", "DELETE FROM organization_paths WHERE descendant_id = :id AND depth = 1", "depth None"),
    ("second", "UPDATE organizations SET parent_id = :first WHERE id = :id", "depth None"),
    ("first", "UPDATE organizations SET parent_id = :id WHERE id IN (SELECT parent_id FROM organizations "
     "WHERE id = :id)", "make a circle"),
    ("root", "UPDATE instants SET position = NULL WHERE kind = 'MIDNIGHT' AND root_id = :id", "is not written"),
]  # fmt: skip


async def test_every_fault_is_named(world: World, lived: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification_ranks, "sample", lambda _: verification_ranks.Sample([], 0))  # each takes a while
    for which, statement, said in FAULTS:
        async with undone():
            await _unguarded()
            wanted = {
                "id": getattr(lived, which),
                "first": lived.first,
                "second": lived.second,
                "no": False,
                "yes": True,
            }
            named = {name: value for name, value in wanted.items() if f":{name}" in statement}
            await models.sql.execute(statement, **named)
            found = (await verification_verify.compared(world.clock.now)).differences
            assert [one for one in found if said in one], f"{statement}\n{found}"
    assert await verdict(world) == Findings([], []), "all of it was taken back"


async def _unguarded() -> None:
    """Without what keeps the ledger as it is; back again with the transaction's end."""
    if models.database.dialect() == "sqlite":
        await models.sql.execute("DROP TRIGGER points_entries_no_update")
        await models.sql.execute("PRAGMA defer_foreign_keys = ON")
    else:
        await models.sql.execute("DROP TRIGGER points_entries_no_change ON points_entries")


async def test_a_rank_that_differs_is_named_with_its_board(
    world: World, lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = models.leaderboards.MEMBERS.replace("ORDER BY points DESC, reached, subject", "ORDER BY points, subject")
    monkeypatch.setattr(models.leaderboards, "MEMBERS", wrong)
    found = (await verdict(world)).differences

    assert found
    assert all("stands where the ledger says" in one for one in found)
    assert any(one.startswith(f"Members at {lived.root}, ALL_TIME:") for one in found)
    assert any(one.startswith(f"Members at {lived.root}, MONTH, for the public:") for one in found)


async def test_of_many_boards_a_sample_is_ranked_and_this_is_said(
    world: World, lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification_ranks, "MOST_READ", 0)
    found = await verdict(world)

    assert found.differences == []
    assert found.remarks == ["Boards of 1 organizations were ranked again, roots first, of 4."]


async def test_what_no_server_wrote_yet_is_mentioned_and_no_difference(world: World, lived: Lived) -> None:
    world.clock.advance(days=2)
    found = await verdict(world)

    assert found.differences == []
    assert [one.split("(")[1].split(")")[0] for one in found.remarks].count("MIDNIGHT") == 1


async def test_an_award_and_a_move_at_once_may_come_in_either_order(world: World, lived: Lived) -> None:
    """Who read the clock first need not be first in the database."""
    li = await Member.get(id=lived.li)
    row = await PointsEntry.get(id=lived.entry)
    late = PointsEntry(
        root_id=row.root_id, member_id=li.id, organization_id=lived.first, kind="EARNED", amount=1, ranks=True,
        rule="award.by_hand", occurred_at=world.clock.now, counts_at=world.clock.now, recorded_at=world.clock.now,
        reached=int(world.clock.now.timestamp()),
    )  # fmt: skip
    async with undone():
        await models.members.move(li, lived.second, world.clock.now - timedelta(seconds=2))
        taken = await models.clock.take(lived.root)
        await models.points.append([(late, "志愿服务")], taken.position)
        await models.members.credit(li.id, 1)
        await models.clock.mark(
            world.clock.now, lived.root, taken.position, None, models.clock.Changes(everything=True)
        )
        assert (await verification_verify.compared(world.clock.now)).differences == []
