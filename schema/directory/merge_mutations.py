"""Joining two members that are one person, and taking them apart, and how each may be refused."""

from typing import Annotated, TypeAlias

import strawberry

from resolvers.directory import merges
from schema import ids
from schema.closed import OrganizationIsClosed
from schema.context import Info
from schema.directory.members import Member
from schema.errors import InvalidInput, NotAllowed, NotFound, answer
from schema.points.entries import PointsEntry

# ---------------------------------------------------------------- inputs


@strawberry.input(description="Two members of one root that are the same person.")
class MergeMembersInput:
    survivor_id: strawberry.ID = strawberry.field(description="The member that remains.")
    duplicate_id: strawberry.ID = strawberry.field(
        description="The duplicate. It has no merged members and is not merged into another."
    )
    reason: str | None = strawberry.field(default=None, description="A reason for later readers; up to 500 characters.")


@strawberry.input(description="The merge to end.")
class UndoMergeInput:
    duplicate_id: strawberry.ID = strawberry.field(description="The member that was merged into another.")


# ---------------------------------------------------------------- results


@strawberry.type(description="Two entries that one person was paid for the same: a task, a course, a year's base.")
class PaidTwice:
    entries: list[PointsEntry] = strawberry.field(description="Both, the earlier first; neither was taken back.")


@strawberry.type(description="The two are one person.")
class MergeMembersSuccess:
    member: Member = strawberry.field(description="The survivor.")
    duplicate: Member = strawberry.field(description="The other member.")
    paid_twice: list[PaidTwice] = strawberry.field(
        description="Pairs of entries that paid both members for the same thing. They are unchanged; "
        "`reversePoints` reverses one."
    )


@strawberry.type(description="The two are two again.")
class UndoMergeSuccess:
    member: Member = strawberry.field(description="The member that the other had been merged into.")
    duplicate: Member = strawberry.field(description="The other member.")


MergeMembersResult: TypeAlias = Annotated[
    MergeMembersSuccess | NotAllowed | NotFound | InvalidInput | OrganizationIsClosed,
    strawberry.union("MergeMembersResult"),
]
UndoMergeResult: TypeAlias = Annotated[
    UndoMergeSuccess | NotAllowed | NotFound | InvalidInput | OrganizationIsClosed, strawberry.union("UndoMergeResult")
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class MergeMutations:
    @strawberry.mutation(
        description="Merges two members that are one person. The ledger stays. From now on boards, caps, balance "
        "and lists use the survivor. Boards that are FINAL or as of an earlier instant still show two"
        " members. The duplicate can no longer sign in, and its roles end. A hidden name stays "
        "hidden. Merging the same two again changes nothing. Needs ADMIN or SECRETARY at or above "
        "both organizations, and the right to end the duplicate's roles."
    )
    async def merge_members(self, info: Info, input: MergeMembersInput) -> MergeMembersResult:
        async def act() -> MergeMembersSuccess:
            found = await merges.merge(
                info.context.session,
                ids.read(input.survivor_id, "Member"),
                ids.read(input.duplicate_id, "Member"),
                input.reason,
            )
            info.context.forget()
            return MergeMembersSuccess(
                member=Member.of(found.survivor),
                duplicate=Member.of(found.duplicate),
                paid_twice=[PaidTwice(entries=[PointsEntry.of(one) for one in pair]) for pair in found.paid_twice],
            )

        return await answer(act)

    @strawberry.mutation(
        description="Separates two merged members: each counts by its own entries, and the duplicate is active if"
        " it was before. Sessions, roles and claims that the merge ended stay ended, and hidden names"
        " stay hidden. If they are separate already, nothing changes. Needs ADMIN or SECRETARY at or "
        "above both organizations."
    )
    async def undo_merge(self, info: Info, input: UndoMergeInput) -> UndoMergeResult:
        async def act() -> UndoMergeSuccess:
            survivor, duplicate = await merges.undo(info.context.session, ids.read(input.duplicate_id, "Member"))
            info.context.forget()
            return UndoMergeSuccess(member=Member.of(survivor), duplicate=Member.of(duplicate))

        return await answer(act)
