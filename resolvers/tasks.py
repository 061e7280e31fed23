"""The life of a task and of a claim: guards, then one transaction whose conditional UPDATE says who was first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import models
from models import Claim, ClaimStatus, PointsEntry, PointsKind, Task, TaskReview, TaskStatus, clock, tasks
from models.clock import InstantKind
from resolvers import points
from resolvers.session import Permit, Session, Work
from rules.refusals import (
    AlreadyClaimed,
    Checks,
    ClaimInWrongState,
    InvalidInput,
    NotAllowed,
    NotFound,
    TaskIsFull,
    TaskNotDraft,
    TaskNotOpen,
)
from rules.roles import Role, Scope

RULE = "task.completed"
MOST_POINTS = 100_000
MOST_CAPACITY = 1_000_000


# ---------------------------------------------------------------- reads


async def known(session: Session, task_id: UUID) -> Task:
    """A task that the viewer may know of; drafts are for who manages or reviews there. NotFound otherwise."""
    task = await Task.get_or_none(id=task_id)
    if task:
        await session.know_own_lineages()
        lineage = await session.lineage(task.organization_id)
        if session.sees(lineage) and (
            task.status is not TaskStatus.DRAFT or session.allowed(Scope.CLAIMS_REVIEW, lineage)
        ):
            return task
    raise NotFound("There is no such task, or you may not see it.")


async def known_claim(session: Session, claim_id: UUID) -> tuple[Claim, Task]:
    claim = await Claim.get_or_none(id=claim_id)
    if claim is None:
        raise NotFound("There is no such claim, or you may not see it.")
    try:
        return claim, await known(session, claim.task_id)
    except NotFound:
        raise NotFound("There is no such claim, or you may not see it.") from None


# ---------------------------------------------------------------- tasks


async def create(
    session: Session,
    *,
    organization_id: UUID,
    title: str,
    description: str,
    award: int,
    review: TaskReview,
    capacity: int | None,
    opens_at: datetime | None,
    due_at: datetime | None,
) -> Task:
    session.signed_in()
    checks = Checks()
    title = checks.text(title, "title", least=1, most=200)
    description = checks.text(description, "description", most=10_000)
    checks.that(0 <= award <= MOST_POINTS, "points", f"points is {award}; it must lie between 0 and {MOST_POINTS}.")
    checks.that(
        capacity is None or 1 <= capacity <= MOST_CAPACITY,
        "capacity",
        f"capacity is {capacity}; it must lie between 1 and {MOST_CAPACITY}, or be left out for no limit.",
    )
    checks.that(opens_at is None or due_at is None or opens_at < due_at, "dueAt", "dueAt must lie after opensAt.")
    checks.that(due_at is None or due_at > session.now(), "dueAt", "dueAt lies in the past.")
    checks.done()
    permit = await session.require(Scope.TASKS_MANAGE, at=organization_id)
    async with session.work() as work:
        task = await Task.create(
            root_id=permit.organization.root_id,
            organization_id=organization_id,
            title=title,
            description=description,
            points=award,
            review=review,
            capacity=capacity,
            opens_at=opens_at,
            due_at=due_at,
            created_by_id=permit.account_id,
            created_at=work.now,
        )
        work.touch(task.root_id, tasks=[organization_id])
    return task


async def publish(session: Session, task_id: UUID) -> Task:
    """SCHEDULED while opensAt lies ahead, OPEN otherwise."""
    task = await known(session, task_id)
    await session.require(Scope.TASKS_MANAGE, at=task.organization_id)
    if task.due_at and task.due_at <= session.now() and task.status is TaskStatus.DRAFT:
        raise InvalidInput.at("taskId", "This task's dueAt has passed; create it anew with a later one.")
    async with session.work() as work:
        later = task.opens_at is not None and task.opens_at > work.now
        to = TaskStatus.SCHEDULED if later else TaskStatus.OPEN
        if not await tasks.change_status(task.id, to, TaskStatus.DRAFT):
            raise TaskNotDraft("This task was published before.", await Task.get(id=task.id))
        if later and task.opens_at:
            await clock.schedule(task.root_id, InstantKind.TASK_OPENS, task.opens_at, task.id)
        if task.due_at:
            await clock.schedule(task.root_id, InstantKind.TASK_DUE, task.due_at, task.id)
        work.touch(task.root_id, tasks=[task.organization_id])
    return await Task.get(id=task.id)


async def close(session: Session, task_id: UUID) -> Task:
    """No new claims. Who holds one may still submit until dueAt."""
    task = await known(session, task_id)
    await session.require(Scope.TASKS_MANAGE, at=task.organization_id)
    async with session.work() as work:
        # before the task is locked, for time locks the two in this order
        await clock.unschedule(task.id, InstantKind.TASK_OPENS)
        if not await tasks.change_status(task.id, TaskStatus.CLOSED, TaskStatus.OPEN, TaskStatus.SCHEDULED):
            found = await Task.get(id=task.id)
            raise TaskNotOpen(f"This task is {found.status.value}, so it can't be closed.", found)
        work.touch(task.root_id, tasks=[task.organization_id])
    return await Task.get(id=task.id)


# ---------------------------------------------------------------- claims, the member's side


async def claim(session: Session, task_id: UUID) -> Claim:
    """One slot for the viewer: a member of the task's organization or below, or one with a role there."""
    task = await known(session, task_id)
    viewer = session.signed_in()
    if viewer.member_id is None:
        raise NotAllowed("Only members claim tasks; this account is no member.")
    in_scope = task.organization_id in viewer.place or Role.MEMBER in session.roles(
        await session.lineage(task.organization_id)
    )
    if not in_scope:
        raise NotAllowed("This task is for members of its organization and below.")
    async with session.work() as work:
        made = Claim(id=uuid4(), task_id=task.id, member_id=viewer.member_id, claimed_at=work.now)
        if not await tasks.take_slot(task.id):
            if held := await tasks.held_by(task.id, viewer.member_id):
                raise AlreadyClaimed("You already hold this task.", held)
            found = await Task.get(id=task.id)
            if found.status is TaskStatus.OPEN:
                raise TaskIsFull(f"All {found.capacity} places of this task are taken.", found)
            raise TaskNotOpen(f"This task is {found.status.value}; only an OPEN task can be claimed.", found)
        if not await tasks.insert_claim(made):
            held = await tasks.held_by(task.id, viewer.member_id)
            raise AlreadyClaimed("You already hold this task.", held)
        await work.position(task.root_id)
        work.touch(task.root_id, tasks=[task.organization_id])
    return await Claim.get(id=made.id)


async def _own(session: Session, claim_id: UUID) -> tuple[Claim, Task]:
    found, task = await known_claim(session, claim_id)
    if found.member_id != session.signed_in().member_id:
        raise NotAllowed("This claim is somebody else's.")
    return found, task


async def _wrong_state(claim_id: UUID, wanted: str) -> ClaimInWrongState:
    found = await Claim.get(id=claim_id)
    return ClaimInWrongState(f"This claim is {found.status.value}; {wanted}", found)


async def release(session: Session, claim_id: UUID) -> Claim:
    found, task = await _own(session, claim_id)
    async with session.work() as work:
        await tasks.lock(task.id)
        if not await tasks.decide(
            found.id,
            ClaimStatus.RELEASED,
            ClaimStatus.CLAIMED,
            ClaimStatus.RETURNED,
            by=None,
            note=None,
            at=work.now,
        ):
            raise await _wrong_state(found.id, "only a CLAIMED or RETURNED one can be released.")
        await tasks.give_slot_back(task.id)
        work.touch(task.root_id, tasks=[task.organization_id])
    return await Claim.get(id=found.id)


async def submit(session: Session, claim_id: UUID, evidence: str) -> Claim:
    """SUBMITTED; for an AUTOMATIC task APPROVED at once, with its points."""
    found, task = await _own(session, claim_id)
    checks = Checks()
    evidence = checks.text(evidence, "evidence", least=1, most=10_000)
    checks.done()
    async with session.work() as work:
        await tasks.lock(task.id)
        automatic = task.review is TaskReview.AUTOMATIC
        to = ClaimStatus.APPROVED if automatic else ClaimStatus.SUBMITTED
        if not await tasks.submit(found.id, evidence, to, work.now):
            raise await _wrong_state(found.id, "only a CLAIMED or RETURNED one can be submitted.")
        if automatic:
            await _pay(work, found, task, submitted_at=work.now, by=None)
        work.touch(task.root_id, tasks=[task.organization_id])
    return await Claim.get(id=found.id)


# ---------------------------------------------------------------- claims, the reviewer's side


async def _reviewing(session: Session, claim_id: UUID) -> tuple[Claim, Task, Permit]:
    found, task = await known_claim(session, claim_id)
    permit = await session.require(Scope.CLAIMS_REVIEW, at=task.organization_id)
    if permit.member_id is not None and permit.member_id == found.member_id:
        raise NotAllowed("Nobody decides on their own claim.")
    return found, task, permit


async def approve(session: Session, claim_id: UUID, note: str | None) -> tuple[Claim, PointsEntry]:
    """Once only: whoever comes second is told ClaimInWrongState, with the claim and its points."""
    found, task, permit = await _reviewing(session, claim_id)
    checks = Checks()
    note = checks.text(note, "note", most=2_000) or None
    checks.done()
    async with session.work() as work:
        await tasks.lock(task.id)
        if not await tasks.decide(
            found.id,
            ClaimStatus.APPROVED,
            ClaimStatus.SUBMITTED,
            by=permit.account_id,
            note=note,
            at=work.now,
        ):
            raise await _wrong_state(found.id, "only a SUBMITTED one can be approved.")
        found = await Claim.get(id=found.id)  # locked now: it may have been submitted anew since it was read
        submitted_at = points.past(found.submitted_at or work.now, work.now)
        entry = await _pay(work, found, task, submitted_at=submitted_at, by=permit.account_id)
        work.touch(task.root_id, tasks=[task.organization_id])
    return found, entry


async def _pay(work: Work, claim: Claim, task: Task, *, submitted_at: datetime, by: UUID | None) -> PointsEntry:
    """The task's points, for the day on which it was submitted, to where the member belonged then."""
    await tasks.count_approved(task.id)
    member = await models.Member.get(id=claim.member_id)
    counts = await points.counting(task.root_id, submitted_at, work.now)
    made = points.entry(
        work,
        root_id=task.root_id,
        organization_id=await models.members.organization_at(member, counts),
        kind=PointsKind.EARNED,
        amount=task.points,
        rule=RULE,
        occurred_at=submitted_at,
        counts_at=counts,
        member_id=member.id,
        claim_id=claim.id,
        recorded_by=by,
    )
    return await points.append(work, made, task.title)


async def return_for_more(session: Session, claim_id: UUID, note: str) -> Claim:
    """Back to the member with a note; the slot stays theirs."""
    return await _decide(session, claim_id, ClaimStatus.RETURNED, note, froms=(ClaimStatus.SUBMITTED,))


async def reject(session: Session, claim_id: UUID, note: str) -> Claim:
    """Ends the claim and gives the slot back."""
    froms = (ClaimStatus.SUBMITTED, ClaimStatus.RETURNED)
    return await _decide(session, claim_id, ClaimStatus.REJECTED, note, froms=froms)


async def _decide(
    session: Session, claim_id: UUID, to: ClaimStatus, note: str, *, froms: Sequence[ClaimStatus]
) -> Claim:
    found, task, permit = await _reviewing(session, claim_id)
    checks = Checks()
    note = checks.text(note, "note", least=1, most=2_000)
    checks.done()
    async with session.work() as work:
        await tasks.lock(task.id)
        if not await tasks.decide(found.id, to, *froms, by=permit.account_id, note=note, at=work.now):
            wanted = " or ".join(one.value for one in froms)
            raise await _wrong_state(found.id, f"it needs to be {wanted} for this.")
        if to is ClaimStatus.REJECTED:
            await tasks.give_slot_back(task.id)
        work.touch(task.root_id, tasks=[task.organization_id])
    return await Claim.get(id=found.id)
