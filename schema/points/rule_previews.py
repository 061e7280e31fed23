"""Trying a rule before it is set: what it would have given to the acts of a month that is over."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from resolvers.points import rule_previews
from resolvers.points.rule_previews import Preview
from schema import ids
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, NotFound, answer
from schema.leaderboards.board import Period
from schema.points.rule_mutations import PointRuleInput, written

if TYPE_CHECKING:
    from schema.directory.members import Member
    from schema.directory.organizations import Organization

# ---------------------------------------------------------------- types


@strawberry.type(description="The sum of one rule's acts in the month, before and after the change.")
class PreviewedRule:
    code: str = strawberry.field(description="The rule that is tried, or one that shares its group.")
    acts: int = strawberry.field(description="How many, also those that gave nothing; without those taken back.")
    given: int = strawberry.field(description="The points as recorded.")
    would: int = strawberry.field(description="Points, as they would be.")


@strawberry.type(description="The member or organization whose points would differ.")
class PreviewedDifference:
    row: strawberry.Private[rule_previews.Difference]
    given: int = strawberry.field(description="The points of the month as recorded.")
    would: int = strawberry.field(description="Points of the month, as they would be.")

    @strawberry.field(description="Null: an organization's own points.")
    async def member(self, info: Info) -> Annotated["Member", strawberry.lazy("schema.directory.members")] | None:
        from schema.directory.members import Member

        return await Member.load(info, self.row.member_id) if self.row.member_id else None

    @strawberry.field(description="The member or organization credited.")
    async def organization(
        self, info: Info
    ) -> Annotated["Organization", strawberry.lazy("schema.directory.organizations")]:
        from schema.directory.organizations import Organization

        return await Organization.load(info, self.row.organization_id)  # type: ignore[return-value]


@strawberry.type(
    description="A month's acts again, in the order in which they were recorded, by the rule that is tried."
)
class PointRulePreview:
    period: Period = strawberry.field(description="The month.")
    rules: list[PreviewedRule] = strawberry.field(description="By code; empty where there were no such acts.")
    affected_count: int = strawberry.field(description="How many would have other points.")
    differences: list[PreviewedDifference] = strawberry.field(description="The 20 largest.")

    @classmethod
    def of(cls, found: Preview) -> "PointRulePreview":
        return cls(
            period=Period(kind=found.period.kind, starts_at=found.period.starts_at, ends_at=found.period.ends_at),
            rules=[
                PreviewedRule(code=one.code, acts=one.acts, given=one.given, would=one.would) for one in found.totals
            ],
            affected_count=found.affected,
            differences=[PreviewedDifference(row=one, given=one.given, would=one.would) for one in found.differences],
        )


# ---------------------------------------------------------------- inputs and results


@strawberry.input(description="A rule to be tried; nothing is set.")
class PreviewPointRuleInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization of the rule.")
    code: str = strawberry.field(description="The code of the acts to replay.")
    rule: PointRuleInput = strawberry.field(description="The content of the rule.")
    on: date | None = strawberry.field(default=None, description="A day of the month; left out: the month before this.")


PreviewPointRuleResult: TypeAlias = Annotated[
    PointRulePreview | NotAllowed | NotFound | InvalidInput, strawberry.union("PreviewPointRuleResult")
]

# ---------------------------------------------------------------- queries


@strawberry.type
class RulePreviewQueries:
    @strawberry.field(
        description="Replays last month's acts with a proposed rule. Needs ADMIN or SECRETARY at the organization"
        " or above. Caps of a quarter or a year include what was given before the month. At most "
        "20,000 acts are replayed."
    )
    async def preview_point_rule(self, info: Info, input: PreviewPointRuleInput) -> PreviewPointRuleResult:
        async def act() -> PointRulePreview:
            found = await rule_previews.preview(
                info.context.session,
                organization_id=ids.read(input.organization_id, "Organization"),
                code=input.code,
                rule=written(input.rule),
                on=input.on,
            )
            return PointRulePreview.of(found)

        return await answer(act)
