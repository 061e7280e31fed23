"""What can be done with tasks and claims, and how each may be refused."""

from typing import Annotated, Any, TypeAlias

import strawberry

from resolvers.arena import claims, tasks
from rules import refusals
from schema import errors, ids
from schema.arena.tasks import (
    ApproveClaimInput,
    Claim,
    ClaimTaskInput,
    CloseTaskInput,
    CreateTaskInput,
    PublishTaskInput,
    RejectClaimInput,
    ReleaseClaimInput,
    ReturnClaimInput,
    SubmitClaimInput,
    Task,
)
from schema.closed import OrganizationIsClosed
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, NotFound, UserError, answer
from schema.points.entries import PointsEntry

# ---------------------------------------------------------------- refusals


@strawberry.type(description="Only a DRAFT can be published.")
class TaskNotDraft(UserError):
    task: Task = strawberry.field(description="The current state.")


@strawberry.type(description="The task is not open.")
class TaskNotOpen(UserError):
    task: Task = strawberry.field(description="The current state.")


@strawberry.type(description="Every slot is taken.")
class TaskIsFull(UserError):
    task: Task = strawberry.field(description="The current state.")


@strawberry.type(description="The viewer already holds a slot of this task.")
class AlreadyClaimed(UserError):
    claim: Claim = strawberry.field(description="The one held.")


@strawberry.type(
    description=("The claim's status does not allow this. Contains the claim, so that a retry sees an earlier success.")
)
class ClaimInWrongState(UserError):
    claim: Claim = strawberry.field(description="The current state.")


def _with_task(made: Any) -> Any:
    return lambda refusal: made(message=refusal.message, task=Task.of(refusal.subject))


def _with_claim(made: Any) -> Any:
    return lambda refusal: made(message=refusal.message, claim=Claim.of(refusal.subject))


errors.answers(refusals.TaskNotDraft, _with_task(TaskNotDraft))
errors.answers(refusals.TaskNotOpen, _with_task(TaskNotOpen))
errors.answers(refusals.TaskIsFull, _with_task(TaskIsFull))
errors.answers(refusals.AlreadyClaimed, _with_claim(AlreadyClaimed))
errors.answers(refusals.ClaimInWrongState, _with_claim(ClaimInWrongState))

# ---------------------------------------------------------------- results


@strawberry.type(description="The draft.")
class CreateTaskSuccess:
    task: Task = strawberry.field(description="The current state.")


@strawberry.type(description="The published task.")
class PublishTaskSuccess:
    task: Task = strawberry.field(description="The published task: OPEN or SCHEDULED.")


@strawberry.type(description="The closed task.")
class CloseTaskSuccess:
    task: Task = strawberry.field(description="The current state.")


@strawberry.type(description="The slot is the viewer's.")
class ClaimTaskSuccess:
    claim: Claim = strawberry.field(description="The new claim.")


@strawberry.type(description="The slot is free again.")
class ReleaseClaimSuccess:
    claim: Claim = strawberry.field(description="The released claim.")


@strawberry.type(description="Handed in; APPROVED at once where the task is AUTOMATIC.")
class SubmitClaimSuccess:
    claim: Claim = strawberry.field(description="The submitted claim.")


@strawberry.type(description="Approved, and paid.")
class ApproveClaimSuccess:
    claim: Claim = strawberry.field(description="The approved claim.")
    points_entry: PointsEntry = strawberry.field(description="The ledger entry that the claim earned.")


@strawberry.type(description="Given back to the claimant for more.")
class ReturnClaimSuccess:
    claim: Claim = strawberry.field(description="The returned claim.")


@strawberry.type(description="Ended without points.")
class RejectClaimSuccess:
    claim: Claim = strawberry.field(description="The rejected claim.")


CreateTaskResult: TypeAlias = Annotated[
    CreateTaskSuccess | NotAllowed | NotFound | InvalidInput | OrganizationIsClosed,
    strawberry.union("CreateTaskResult"),
]
PublishTaskResult: TypeAlias = Annotated[
    PublishTaskSuccess | NotAllowed | NotFound | TaskNotDraft | InvalidInput | OrganizationIsClosed,
    strawberry.union("PublishTaskResult"),
]
CloseTaskResult: TypeAlias = Annotated[
    CloseTaskSuccess | NotAllowed | NotFound | TaskNotOpen, strawberry.union("CloseTaskResult")
]
ClaimTaskResult: TypeAlias = Annotated[
    ClaimTaskSuccess | NotAllowed | NotFound | TaskNotOpen | TaskIsFull | AlreadyClaimed,
    strawberry.union("ClaimTaskResult"),
]
ReleaseClaimResult: TypeAlias = Annotated[
    ReleaseClaimSuccess | NotAllowed | NotFound | ClaimInWrongState, strawberry.union("ReleaseClaimResult")
]
SubmitClaimResult: TypeAlias = Annotated[
    SubmitClaimSuccess | NotAllowed | NotFound | ClaimInWrongState | InvalidInput,
    strawberry.union("SubmitClaimResult"),
]
ApproveClaimResult: TypeAlias = Annotated[
    ApproveClaimSuccess | NotAllowed | NotFound | ClaimInWrongState | InvalidInput,
    strawberry.union("ApproveClaimResult"),
]
ReturnClaimResult: TypeAlias = Annotated[
    ReturnClaimSuccess | NotAllowed | NotFound | ClaimInWrongState | InvalidInput,
    strawberry.union("ReturnClaimResult"),
]
RejectClaimResult: TypeAlias = Annotated[
    RejectClaimSuccess | NotAllowed | NotFound | ClaimInWrongState | InvalidInput,
    strawberry.union("RejectClaimResult"),
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class TaskMutations:
    @strawberry.mutation(description="A new task, as a draft. Needs ADMIN or SECRETARY at its organization or above.")
    async def create_task(self, info: Info, input: CreateTaskInput) -> CreateTaskResult:
        async def act() -> CreateTaskSuccess:
            made = await tasks.create(
                info.context.session,
                organization_id=ids.read(input.organization_id, "Organization"),
                title=input.title,
                description=input.description,
                award=input.points,
                review=input.review,
                capacity=input.capacity,
                opens_at=input.opens_at,
                due_at=input.due_at,
            )
            return CreateTaskSuccess(task=Task.of(made))

        return await answer(act)

    @strawberry.mutation(description="Puts a draft into the arena, now or at its opensAt.")
    async def publish_task(self, info: Info, input: PublishTaskInput) -> PublishTaskResult:
        async def act() -> PublishTaskSuccess:
            return PublishTaskSuccess(
                task=Task.of(await tasks.publish(info.context.session, ids.read(input.task_id, "Task")))
            )

        return await answer(act)

    @strawberry.mutation(description="Closes a task for new claims; holders may still submit until dueAt.")
    async def close_task(self, info: Info, input: CloseTaskInput) -> CloseTaskResult:
        async def act() -> CloseTaskSuccess:
            return CloseTaskSuccess(
                task=Task.of(await tasks.close(info.context.session, ids.read(input.task_id, "Task")))
            )

        return await answer(act)

    @strawberry.mutation(description="揭榜: claims an open task for the viewer.")
    async def claim_task(self, info: Info, input: ClaimTaskInput) -> ClaimTaskResult:
        async def act() -> ClaimTaskSuccess:
            return ClaimTaskSuccess(
                claim=Claim.of(await claims.claim(info.context.session, ids.read(input.task_id, "Task")))
            )

        return await answer(act)

    @strawberry.mutation(description="Releases the viewer's claim.")
    async def release_claim(self, info: Info, input: ReleaseClaimInput) -> ReleaseClaimResult:
        async def act() -> ReleaseClaimSuccess:
            return ReleaseClaimSuccess(
                claim=Claim.of(await claims.release(info.context.session, ids.read(input.claim_id, "Claim")))
            )

        return await answer(act)

    @strawberry.mutation(description="Hands in proof; again after a claim was returned.")
    async def submit_claim(self, info: Info, input: SubmitClaimInput) -> SubmitClaimResult:
        async def act() -> SubmitClaimSuccess:
            found = await claims.submit(info.context.session, ids.read(input.claim_id, "Claim"), input.evidence)
            return SubmitClaimSuccess(claim=Claim.of(found))

        return await answer(act)

    @strawberry.mutation(description="Approves a submission and pays its points, once. Nobody approves their own.")
    async def approve_claim(self, info: Info, input: ApproveClaimInput) -> ApproveClaimResult:
        async def act() -> ApproveClaimSuccess:
            claim, entry = await claims.approve(info.context.session, ids.read(input.claim_id, "Claim"), input.note)
            return ApproveClaimSuccess(claim=Claim.of(claim), points_entry=PointsEntry.of(entry))

        return await answer(act)

    @strawberry.mutation(description="Gives a submission back to its claimant for more; the slot stays theirs.")
    async def return_claim(self, info: Info, input: ReturnClaimInput) -> ReturnClaimResult:
        async def act() -> ReturnClaimSuccess:
            found = await claims.return_for_more(info.context.session, ids.read(input.claim_id, "Claim"), input.note)
            return ReturnClaimSuccess(claim=Claim.of(found))

        return await answer(act)

    @strawberry.mutation(description="Ends a claim without points; the slot is free again.")
    async def reject_claim(self, info: Info, input: RejectClaimInput) -> RejectClaimResult:
        async def act() -> RejectClaimSuccess:
            found = await claims.reject(info.context.session, ids.read(input.claim_id, "Claim"), input.note)
            return RejectClaimSuccess(claim=Claim.of(found))

        return await answer(act)
