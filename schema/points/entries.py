"""The ledger as clients see it: every point with its rule, its reason, its source and its times."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

import models
from models import PointsKind
from models.points_lists import ENTRIES_OF_MEMBER
from resolvers import visibility
from resolvers.points import ledger
from rules.points.evaluation import CutReason
from schema import ids
from schema.arena.tasks import Claim
from schema.context import Info
from schema.learning.courses import Study, study_seen
from schema.node import Node, fetched_by
from schema.pages import Connection, page_of
from schema.rewards.rewards import Redemption, redemption_of

if TYPE_CHECKING:
    from schema.directory.members import Member
    from schema.directory.organizations import Organization
    from schema.points.rules import PointRuleVersion


strawberry.enum(
    PointsKind,
    name="PointsKind",
    description="EARNED and DEDUCTED rank; SPENT does not. REVERSAL takes another entry back.",
)
strawberry.enum(
    CutReason,
    name="CutReason",
    description="CAP_…: a cap of the rule or its group was reached in that period. BELOW_UNIT: fewer minutes than one"
    " unit needs. ONCE_A_DAY: it was given that day before. FLOOR: a deduction goes no lower. NOT_IN_FORCE: the rule"
    " did not hold then.",
)
PointsSource: TypeAlias = Annotated[
    Claim | Study | Redemption,
    strawberry.union("PointsSource", description="The things that points are given for, or spent on."),
]


# ---------------------------------------------------------------- types


@strawberry.type(description="One row of the ledger. It never changes: a correction is another that reverses it.")
class PointsEntry(Node):
    row: strawberry.Private[models.PointsEntry]
    loaded: strawberry.Private[tuple[Any, Any, str | None] | None]

    @classmethod
    def of(cls, row: models.PointsEntry, loaded: tuple[Any, Any, str | None] | None = None) -> "PointsEntry":
        """loaded: its Member (None: where it stands it names nobody), its Organization and its reason, where they are
        loaded already."""
        return cls(
            id=strawberry.ID(ids.encode("PointsEntry", row.id)),
            row=row,
            loaded=loaded,
            kind=row.kind,
            amount=row.amount,
            rule=row.rule,
            occurred_at=row.occurred_at,
            counts_at=row.counts_at,
            correction=row.correction,
            recorded_at=row.recorded_at,
            quantity=row.quantity,
            cut_reason=CutReason(row.cut) if row.cut else None,
            cut_points=row.cut_points,
        )

    kind: PointsKind = strawberry.field(description="The kind of entry.")
    amount: int = strawberry.field(description="Below zero where points are taken.")
    rule: str = strawberry.field(
        description="The code of the rule that gave it, such as `task.completed`; a reversal has that of its original."
    )
    occurred_at: datetime = strawberry.field(description="When the rewarded act happened.")
    counts_at: datetime = strawberry.field(
        description="When it counts on boards: occurredAt, or recordedAt for an act whose day was already final."
    )
    recorded_at: datetime = strawberry.field(description="When it entered the ledger.")
    correction: bool = strawberry.field(
        description="Whether it corrects a day that was FINAL, and counts on that day nevertheless."
    )
    quantity: int | None = strawberry.field(
        description="The quantity in the rule's unit: items or minutes; null if no rule was applied."
    )
    cut_reason: CutReason | None = strawberry.field(
        description="Why it is less than the act is worth; null: it is all that it is worth."
    )
    cut_points: int | None = strawberry.field(description="How many points less; null where nothing was cut.")

    @strawberry.field(description="The rule version that gave this; null if no rule of an organization gave it.")
    async def rule_version(
        self, info: Info
    ) -> Annotated["PointRuleVersion", strawberry.lazy("schema.points.rules")] | None:
        from schema.points.rules import version_of

        return await version_of(info, self.row.rule_version_id) if self.row.rule_version_id else None

    @strawberry.field(description="The member; null: the organization's own entry.")
    def member(self, info: Info) -> Annotated["Member", strawberry.lazy("schema.directory.members")] | None:
        from schema.directory.members import Member

        if self.loaded:
            return self.loaded[0]
        return Member.load(info, self.row.member_id) if self.row.member_id else None  # type: ignore[return-value]

    @strawberry.field(description="The credited organization: the member's organization at countsAt. It never changes.")
    def organization(self, info: Info) -> Annotated["Organization", strawberry.lazy("schema.directory.organizations")]:
        from schema.directory.organizations import Organization

        if self.loaded:
            return self.loaded[1]
        return Organization.load(info, self.row.organization_id)  # type: ignore[return-value]

    @strawberry.field(description="In words, for people. Empty where the words were erased.")
    async def reason(self, info: Info) -> str:
        if self.loaded and self.loaded[2] is not None:
            return self.loaded[2]
        return await info.context.reasons.load(self.row.id) or ""

    @strawberry.field(
        description="The claim, study or redemption behind the entry. Null for an award by hand, and for viewers "
        "who may not see it."
    )
    async def source(self, info: Info) -> PointsSource | None:
        if self.row.study_id is not None:
            return await study_seen(info, self.row.study_id)
        if self.row.redemption_id:
            return await redemption_of(info, self.row.redemption_id)
        if self.row.claim_id is None:
            return None
        context = info.context
        claim = await context.by_key("claims", models.tasks.claims_by_ids).load(self.row.claim_id)
        assert claim
        if visibility.oneself(context.session, claim.member_id):
            return Claim.of(claim)
        task, member = await context.tasks.load(claim.task_id), await context.members.load(claim.member_id)
        assert task
        assert member
        await context.lineages.load_many([task.organization_id, member.organization_id])
        return Claim.of(claim) if visibility.claim(context.session, claim, task, member) else None

    @strawberry.field(description="The entry that this one reverses. The same viewers see both.")
    async def reverses(self, info: Info) -> "PointsEntry | None":
        if self.row.reverses_id is None:
            return None
        found = await info.context.entries.load(self.row.reverses_id)
        assert found
        return PointsEntry.of(found, self.loaded and (self.loaded[0], self.loaded[1], None))


def entries_of(info: Info, member_id: UUID, *, first: int, after: str | None) -> Any:
    """A page of a member's ledger, newest first, for who may read it."""
    return page_of(info.context, ENTRIES_OF_MEMBER, member_id, PointsEntry.of, first=first, after=after)


PointsEntryConnection: TypeAlias = Connection[PointsEntry]


@fetched_by("PointsEntry")
async def _entry(info: Info, key: list[str]) -> PointsEntry:
    return PointsEntry.of(await ledger.visible_entry(info.context.session, UUID(key[0])))
