"""Giving points by hand and taking entries back, and how each may be refused."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from resolvers.points import corrections, ledger
from rules import refusals
from schema import errors, ids
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, NotFound, UserError, answer
from schema.points.entries import PointsEntry

# ---------------------------------------------------------------- inputs


@strawberry.input(description="Points by hand, to a member or to an organization itself, exactly one of the two.")
class AwardPointsInput:
    member_id: strawberry.ID | None = strawberry.field(default=None, description="The member who receives the points.")
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="The organization that receives the points."
    )
    amount: int = strawberry.field(description="Within ±1,000,000 and not 0; below zero it is a deduction.")
    reason: str = strawberry.field(description="1 to 500 characters, shown with the entry.")
    occurred_at: datetime | None = strawberry.field(
        default=None, description="When it was earned, at most five years back; left out: now."
    )
    idempotency_key: str = strawberry.field(
        description="1 to 200 characters, new for each award. Same key and input: same answer, and one entry."
    )


@strawberry.input(description="The entry to reverse, and the reason.")
class ReversePointsInput:
    points_entry_id: strawberry.ID = strawberry.field(description="Any entry that is no reversal itself.")
    reason: str = strawberry.field(description="1 to 500 characters, shown with the reversal.")
    idempotency_key: str = strawberry.field(
        description="1 to 200 characters. Same key and input: same answer, and one entry."
    )
    as_correction: bool | None = strawberry.field(
        default=False,
        description="For an entry on a FINAL day. true reverses it on that day, as a correction, which needs "
        "ADMIN; otherwise the reversal counts now.",
    )


@strawberry.input(
    description="Points on a day that is FINAL, to a member or to an organization itself, exactly one of the two."
)
class CorrectPointsInput:
    member_id: strawberry.ID | None = strawberry.field(
        default=None, description="The member; points are credited to the member's organization at countsAt."
    )
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="The organization that receives the points."
    )
    amount: int = strawberry.field(description="Within ±1,000,000 and not 0.")
    reason: str = strawberry.field(description="1 to 500 characters, shown with the entry.")
    counts_at: datetime = strawberry.field(description="On a day that is FINAL, at most five years back.")
    idempotency_key: str = strawberry.field(
        description="1 to 200 characters, new for each correction. Same key and input: same answer, and one entry."
    )


# ---------------------------------------------------------------- refusals


@strawberry.type(description="The entry was taken back before.")
class AlreadyReversed(UserError):
    by: PointsEntry = strawberry.field(description="The reversal.")


errors.answers(
    refusals.AlreadyReversed,
    lambda refusal: AlreadyReversed(message=refusal.message, by=PointsEntry.of(refusal.subject)),
)

# ---------------------------------------------------------------- results


@strawberry.type(description="Awarded.")
class AwardPointsSuccess:
    points_entry: PointsEntry = strawberry.field(description="The new entry, or the one that this key created before.")


@strawberry.type(description="Taken back.")
class ReversePointsSuccess:
    points_entry: PointsEntry = strawberry.field(description="The reversal, not the original.")


@strawberry.type(description="Corrected.")
class CorrectPointsSuccess:
    points_entry: PointsEntry = strawberry.field(description="The new entry, or the one that this key created before.")


CorrectPointsResult: TypeAlias = Annotated[
    CorrectPointsSuccess | NotAllowed | NotFound | InvalidInput, strawberry.union("CorrectPointsResult")
]
AwardPointsResult: TypeAlias = Annotated[
    AwardPointsSuccess | NotAllowed | NotFound | InvalidInput, strawberry.union("AwardPointsResult")
]
ReversePointsResult: TypeAlias = Annotated[
    ReversePointsSuccess | NotAllowed | NotFound | InvalidInput | AlreadyReversed,
    strawberry.union("ReversePointsResult"),
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class PointMutations:
    @strawberry.mutation(
        description="Gives or deducts points by hand. Needs ADMIN or SECRETARY at the organization or above."
    )
    async def award_points(self, info: Info, input: AwardPointsInput) -> AwardPointsResult:
        async def act() -> AwardPointsSuccess:
            made = await ledger.award(
                info.context.session,
                member_id=ids.optional(input.member_id, "Member"),
                organization_id=ids.optional(input.organization_id, "Organization"),
                amount=input.amount,
                reason=input.reason,
                occurred_at=input.occurred_at,
                key=input.idempotency_key,
            )
            return AwardPointsSuccess(points_entry=PointsEntry.of(made))

        return await answer(act)

    @strawberry.mutation(
        description="Reverses an entry, once. Needs ADMIN or SECRETARY where it was credited or above; as a "
        "correction ADMIN."
    )
    async def reverse_points(self, info: Info, input: ReversePointsInput) -> ReversePointsResult:
        async def act() -> ReversePointsSuccess:
            made = await ledger.reverse(
                info.context.session,
                ids.read(input.points_entry_id, "PointsEntry"),
                input.reason,
                input.idempotency_key,
                as_correction=bool(input.as_correction),
            )
            return ReversePointsSuccess(points_entry=PointsEntry.of(made))

        return await answer(act)

    @strawberry.mutation(
        description="Corrects a FINAL day, with a reason; its boards stay FINAL and show `correctedAt`. Needs "
        "ADMIN where it is credited or above."
    )
    async def correct_points(self, info: Info, input: CorrectPointsInput) -> CorrectPointsResult:
        async def act() -> CorrectPointsSuccess:
            made = await corrections.correct(
                info.context.session,
                member_id=ids.optional(input.member_id, "Member"),
                organization_id=ids.optional(input.organization_id, "Organization"),
                amount=input.amount,
                reason=input.reason,
                counts_at=input.counts_at,
                key=input.idempotency_key,
            )
            return CorrectPointsSuccess(points_entry=PointsEntry.of(made))

        return await answer(act)
