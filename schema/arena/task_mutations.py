"""What can be done with tasks and claims, and how each may be refused."""

from typing import Any

import strawberry

import models
from resolvers.arena import claims, tasks
from rules import refusals
from schema import errors
from schema.arena.tasks import Claim, Task
from schema.closed import OrganizationIsClosed
from schema.errors import InvalidInput, UserError
from schema.mutation import asks, gives, gives_whole, mutation
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

# ---------------------------------------------------------------- mutations


@strawberry.type(description="Approved, and paid.")
class ApproveClaimSuccess:
    claim: Claim = strawberry.field(description="The approved claim.")
    points_entry: PointsEntry = strawberry.field(description="The ledger entry that the claim earned.")


def _approved(claim: models.Claim, entry: models.PointsEntry) -> ApproveClaimSuccess:
    return ApproveClaimSuccess(claim=Claim.of(claim), points_entry=PointsEntry.of(entry))


@strawberry.type
class TaskMutations:
    create_task = mutation(
        "CreateTask",
        tasks.create,
        "A new task, as a draft. Needs ADMIN or SECRETARY at its organization or above.",
        asks(
            "A new task, as a draft.",
            organization_id="The organization that offers the task; its members and all below may claim it.",
            title="1 to 200 characters.",
            description="Up to 10,000 characters.",
            points="0 to 100,000.",
            review="Who reviews submissions.",
            capacity="At least 1; left out: no limit.",
            opens_at="Left out: opens when published.",
            due_at="After opensAt; left out: never due.",
        ),
        gives("The draft.", "task", Task.of),
        *(InvalidInput, OrganizationIsClosed),
    )
    publish_task = mutation(
        "PublishTask",
        tasks.publish,
        "Puts a draft into the arena, now or at its opensAt.",
        asks("The draft to publish.", task_id="A DRAFT task."),
        gives("The published task.", "task", Task.of, "The published task: OPEN or SCHEDULED."),
        *(TaskNotDraft, InvalidInput, OrganizationIsClosed),
    )
    close_task = mutation(
        "CloseTask",
        tasks.close,
        "Closes a task for new claims; holders may still submit until dueAt.",
        asks("The task to close.", task_id="An OPEN or SCHEDULED task."),
        gives("The closed task.", "task", Task.of),
        TaskNotOpen,
    )
    claim_task = mutation(
        "ClaimTask",
        claims.claim,
        "揭榜: claims an open task for the viewer.",
        asks("The task to claim.", task_id="An OPEN task."),
        gives("The slot is the viewer's.", "claim", Claim.of, "The new claim."),
        *(TaskNotOpen, TaskIsFull, AlreadyClaimed),
    )
    release_claim = mutation(
        "ReleaseClaim",
        claims.release,
        "Releases the viewer's claim.",
        asks("The claim to release.", claim_id="The viewer's own claim, CLAIMED or RETURNED."),
        gives("The slot is free again.", "claim", Claim.of, "The released claim."),
        ClaimInWrongState,
    )
    submit_claim = mutation(
        "SubmitClaim",
        claims.submit,
        "Hands in proof; again after a claim was returned.",
        asks(
            "Proof for a claim.",
            claim_id="The viewer's own claim, CLAIMED or RETURNED.",
            evidence="A description of the work done and where to see it; 1 to 10,000 characters.",
        ),
        gives("Handed in; APPROVED at once where the task is AUTOMATIC.", "claim", Claim.of, "The submitted claim."),
        *(ClaimInWrongState, InvalidInput),
    )
    approve_claim = mutation(
        "ApproveClaim",
        claims.approve,
        "Approves a submission and pays its points, once. Nobody approves their own.",
        asks(
            "The submission to approve.",
            claim_id="A SUBMITTED claim of somebody else.",
            note="For the claimant; up to 2,000 characters.",
        ),
        gives_whole(ApproveClaimSuccess, lambda both: _approved(*both)),
        *(ClaimInWrongState, InvalidInput),
    )
    return_claim = mutation(
        "ReturnClaim",
        claims.return_for_more,
        "Gives a submission back to its claimant for more; the slot stays theirs.",
        asks(
            "The submission to return, and the reason.",
            claim_id="A SUBMITTED claim of somebody else.",
            note="A description of what is missing; 1 to 2,000 characters.",
        ),
        gives("Given back to the claimant for more.", "claim", Claim.of, "The returned claim."),
        *(ClaimInWrongState, InvalidInput),
    )
    reject_claim = mutation(
        "RejectClaim",
        claims.reject,
        "Ends a claim without points; the slot is free again.",
        asks(
            "The claim to reject, and the reason.",
            claim_id="A SUBMITTED or RETURNED claim of somebody else.",
            note="Why; 1 to 2,000 characters.",
        ),
        gives("Ended without points.", "claim", Claim.of, "The rejected claim."),
        *(ClaimInWrongState, InvalidInput),
    )
