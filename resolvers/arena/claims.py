"""The life of a claim: taken, submitted, decided. A conditional UPDATE under the task's lock decides who was first.

What reviewers decide under a freeze is hidden from the public: it goes on seeing what stood before.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import models
from models import Claim, ClaimStatus, PointsEntry, PointsKind, Task, TaskReview, TaskStatus, freezes, tasks
from models.clock import TASKS
from models.freezes import Before
from resolvers import visibility
from resolvers.arena.tasks import get_visible
from resolvers.points import ledger as points_ledger
from resolvers.session import Permit, Session, Work
from resolvers.visibility import NIL_ID
from rules.ids import ClaimId, TaskId
from rules.refusals import (
    AlreadyClaimed,
    Checks,
    ClaimInWrongState,
    NotAllowed,
    TaskIsFull,
    TaskNotOpen,
)
from rules.roles import Role, Scope

RULE = "task.completed"


# ---------------------------------------------------------------- reads


async def known_claim(session: Session, claim_id: ClaimId) -> tuple[Claim, Task]:
    """Whoever sees the task; of a member that chose not to be shown, as rules/visibility.py says. NotFound
    otherwise."""
    claim = await Claim.get_or_none(id=claim_id)
    task = await Task.get_or_none(id=claim.task_id if claim else NIL_ID)
    member = await models.Member.get_or_none(id=claim.member_id if claim else NIL_ID)
    await session.know(task.organization_id if task else NIL_ID, member.organization_id if member else NIL_ID)
    if claim and task and member and visibility.claim(session, claim, task, member):
        return claim, task
    raise await session.not_found("There is no such claim, or you may not see it.")


# ---------------------------------------------------------------- claims, the member's side


async def claim(session: Session, task_id: TaskId) -> Claim:
    """One slot for the viewer: a member of the task's organization or below, or one with a role there."""
    task = await get_visible(session, task_id)
    viewer = session.signed_in()
    if viewer.member_id is None:
        raise NotAllowed("Only members can claim tasks; this account does not belong to a member.")
    in_scope = task.organization_id in viewer.place or Role.MEMBER in session.roles(
        await session.lineage(task.organization_id)
    )
    if not in_scope:
        raise NotAllowed("This task is for members of its organization and below.")
    async with session.work() as work:
        made = Claim(id=ClaimId(uuid4()), task_id=task.id, member_id=viewer.member_id, claimed_at=work.now)
        if not await tasks.take_slot(task.id):
            if held := await tasks.held_by(task.id, viewer.selves):
                raise AlreadyClaimed("You already hold this task.", held)
            found = await Task.get(id=task.id)
            if found.status is TaskStatus.OPEN:
                raise TaskIsFull(f"All {found.capacity} places of this task are taken.", found)
            raise TaskNotOpen(f"This task is {found.status.value}; only an OPEN task can be claimed.", found)
        if not await tasks.insert_claim(made):
            held = await tasks.held_by(task.id, viewer.selves)
            raise AlreadyClaimed("You already hold this task.", held)
        locked = await models.members.lock_active(viewer.member_id)
        if locked is None:  # who left meanwhile has given back what they held
            raise NotAllowed("Only active members can claim tasks, and your membership is inactive.")
        if locked.duplicates and (held := await tasks.held_by(task.id, await models.merges.others(viewer.member_id))):
            raise AlreadyClaimed("You already hold this task.", held)
        await work.position(task.root_id)
        work.touch(task.root_id, at={TASKS: [task.organization_id]})
        _audit(work, task, made)
    return await Claim.get(id=made.id)


def _audit(work: Work, task: Task, found: Claim) -> None:
    work.audit("Claim", found.id, root=task.root_id, at=task.organization_id, members=[found.member_id])


async def _own(session: Session, claim_id: ClaimId) -> tuple[Claim, Task]:
    found, task = await known_claim(session, claim_id)
    session.signed_in()
    if not visibility.oneself(session, found.member_id):
        raise NotAllowed("This claim is somebody else's.")
    return found, task


async def _wrong_state(claim_id: ClaimId, wanted: str) -> ClaimInWrongState:
    found = await Claim.get(id=claim_id)
    return ClaimInWrongState(f"This claim is {found.status.value}; {wanted}", found)


async def release(session: Session, claim_id: ClaimId) -> Claim:
    found, task = await _own(session, claim_id)
    async with session.work() as work:
        await tasks.lock(task.id)
        before = await freezes.before(task.id, found.id)
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
        await tasks.give_slot_back(task.id, in_public=not before.hidden)
        _audit(work, task, found)
        await _show(work, task, found.id, before, decision=False)
    return await Claim.get(id=found.id)


async def release_all(work: Work, member_id: UUID) -> None:
    """Of whoever is here no more: what is not decided is given back, submitted or not. Before the member is locked."""
    for found in await tasks.undecided(member_id):
        await withdraw(work, found, None)


async def withdraw(work: Work, found: Claim, note: str | None) -> bool:
    """Gives back what is not decided. False: it was decided just then."""
    task = await Task.get(id=found.task_id)
    await tasks.lock(task.id)
    before = await freezes.before(task.id, found.id)
    if not await tasks.decide(found.id, ClaimStatus.RELEASED, *tasks.UNDECIDED, by=None, note=note, at=work.now):
        return False
    await tasks.give_slot_back(task.id, in_public=not before.hidden)
    await _show(work, task, found.id, before, decision=False)
    return True


async def submit(session: Session, claim_id: ClaimId, evidence: str) -> Claim:
    """SUBMITTED; for an AUTOMATIC task APPROVED at once, with its points."""
    found, task = await _own(session, claim_id)
    checks = Checks()
    evidence = checks.text(evidence, "evidence", least=1, most=10_000)
    checks.done()
    async with session.work() as work:
        await tasks.lock(task.id)
        automatic = task.review is TaskReview.AUTOMATIC
        to = ClaimStatus.APPROVED if automatic else ClaimStatus.SUBMITTED
        before = await freezes.before(task.id, found.id)
        if not await tasks.submit(found.id, evidence, to, work.now):
            raise await _wrong_state(found.id, "only a CLAIMED or RETURNED one can be submitted.")
        if automatic:
            await _pay(work, found, task, submitted_at=work.now, by=None)
        _audit(work, task, found)
        await _show(work, task, found.id, before, decision=automatic)
    return await Claim.get(id=found.id)


# ---------------------------------------------------------------- claims, the reviewer's side


async def _reviewing(session: Session, claim_id: ClaimId) -> tuple[Claim, Task, Permit]:
    found, task = await known_claim(session, claim_id)
    permit = await session.require(Scope.CLAIMS_REVIEW, at=task.organization_id)
    if visibility.oneself(session, found.member_id):
        raise NotAllowed("You cannot decide on your own claim.")
    return found, task, permit


async def approve(session: Session, claim_id: ClaimId, note: str | None = None) -> tuple[Claim, PointsEntry]:
    """Once only: whoever comes second is told ClaimInWrongState, with the claim and its points."""
    found, task, permit = await _reviewing(session, claim_id)
    checks = Checks()
    note = checks.text(note, "note", most=2_000) or None
    checks.done()
    async with session.work() as work:
        await tasks.lock(task.id)
        before = await freezes.before(task.id, found.id)
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
        submitted_at = points_ledger.past(found.submitted_at or work.now, work.now)
        entry = await _pay(work, found, task, submitted_at=submitted_at, by=permit.account_id)
        _audit(work, task, found)
        await _show(work, task, found.id, before, decision=True)
    return await Claim.get(id=found.id), entry


async def _show(work: Work, task: Task, claim_id: ClaimId, before: Before, *, decision: bool) -> None:
    """The arenas change; for the public only what it may see: no decision under a freeze, and nothing of a claim on
    which one is hidden already."""
    organization = task.organization_id
    if decision and await work.hides(task.root_id, organization):
        await freezes.keep_before(task.id, claim_id, before)
    under = organization if decision or before.hidden else None
    work.touch(task.root_id, at={TASKS: [organization]}, hidden_under=under)


async def _pay(work: Work, claim: Claim, task: Task, *, submitted_at: datetime, by: UUID | None) -> PointsEntry:
    """The task's points, for the day on which it was submitted, to where the member belonged then."""
    await tasks.count_approved(task.id)
    member = await models.Member.get(id=claim.member_id)
    counts = await points_ledger.counting(task.root_id, submitted_at, work.now)
    made = points_ledger.entry(
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
    return await points_ledger.append(work, made, task.title)


async def return_for_more(session: Session, claim_id: ClaimId, note: str) -> Claim:
    """Back to the member with a note; the slot stays theirs."""
    return await _decide(session, claim_id, ClaimStatus.RETURNED, note, froms=(ClaimStatus.SUBMITTED,))


async def reject(session: Session, claim_id: ClaimId, note: str) -> Claim:
    """Ends the claim and gives the slot back."""
    froms = (ClaimStatus.SUBMITTED, ClaimStatus.RETURNED)
    return await _decide(session, claim_id, ClaimStatus.REJECTED, note, froms=froms)


async def _decide(
    session: Session, claim_id: ClaimId, to: ClaimStatus, note: str, *, froms: Sequence[ClaimStatus]
) -> Claim:
    found, task, permit = await _reviewing(session, claim_id)
    checks = Checks()
    note = checks.text(note, "note", least=1, most=2_000)
    checks.done()
    async with session.work() as work:
        await tasks.lock(task.id)
        before = await freezes.before(task.id, found.id)
        if not await tasks.decide(found.id, to, *froms, by=permit.account_id, note=note, at=work.now):
            wanted = " or ".join(one.value for one in froms)
            raise await _wrong_state(found.id, f"it needs to be {wanted} for this.")
        _audit(work, task, found)
        if to is ClaimStatus.REJECTED:
            await tasks.give_slot_back(task.id, in_public=not await work.hides(task.root_id, task.organization_id))
        await _show(work, task, found.id, before, decision=True)
    return await Claim.get(id=found.id)
