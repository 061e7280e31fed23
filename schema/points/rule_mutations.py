"""Setting points rules: a rule is written, changed by its next version, ended, or adopted with a set."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, TypeAlias

import strawberry

from resolvers.points import rules
from rules.periods import PeriodKind
from rules.points.rule_sets import RULE_SETS
from rules.points.specs import Earner, Unit
from schema import ids
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, NotFound, answer
from schema.points.rules import PointRule

# ---------------------------------------------------------------- inputs


@strawberry.input(description="The amount for one result, in place of the rule's amount.")
class PointResultInput:
    result: str = strawberry.field(description="1 to 64 characters, such as `perfect`; each result once.")
    amount: int = strawberry.field(description="For each unit; with the same sign as amount, or 0.")


@strawberry.input(description="At most so many points in a period.")
class PointCapInput:
    period: PeriodKind = strawberry.field(description="DAY, WEEK, MONTH, QUARTER or YEAR.")
    points: int = strawberry.field(description="0 to 1,000,000.")
    shared: bool = strawberry.field(default=False, description="By all rules of the group together.")


@strawberry.input(description="A part of each day in which the amount counts several times.")
class PointWindowInput:
    from_: str = strawberry.field(name="from", description="A time of the root's wall clock, such as `06:00`.")
    to: str = strawberry.field(description="Exclusive; at most `24:00`.")
    factor: int = strawberry.field(description="1 to 100.")


@strawberry.input(description="A whole rule. It gives (amounts of 0 or more) or takes (of 0 or less), never both.")
class PointRuleInput:
    title: str = strawberry.field(description="1 to 100 characters; shown as the reason of its entries.")
    amount: int = strawberry.field(description="For each unit, within ±1,000,000.")
    results: list[PointResultInput] | None = strawberry.field(default=None, description="At most 50.")
    unit: Unit = strawberry.field(default=Unit.PER_ITEM, description="The unit of counting.")
    minutes: int | None = strawberry.field(default=None, description="For PER_FULL_MINUTES: 1 to 1,440.")
    caps: list[PointCapInput] | None = strawberry.field(
        default=None, description="At most one for each period, alone and shared."
    )
    group: str | None = strawberry.field(
        default=None, description="A name for the rules that share caps and the floor's year."
    )
    base: int | None = strawberry.field(
        default=None, description="Given to each active member once a year, at New Year's midnight; 0 to 1,000,000."
    )
    floor: int | None = strawberry.field(
        default=None, description="For a rule that deducts: the lower limit of the year's sum."
    )
    windows: list[PointWindowInput] | None = strawberry.field(
        default=None, description="At most 24, which do not overlap."
    )
    earner: Earner = strawberry.field(default=Earner.MEMBER, description="The kind of earner.")
    ranks: bool = strawberry.field(default=True, description="Whether boards count the points.")


def written(given: PointRuleInput) -> dict[str, Any]:
    """As rules.points.specs reads it."""
    return {
        "title": given.title,
        "amount": given.amount,
        "results": None if given.results is None else {one.result: one.amount for one in given.results},
        "unit": given.unit.value,
        "minutes": given.minutes,
        "caps": [{"period": one.period.value, "points": one.points, "shared": one.shared} for one in given.caps or ()],
        "group": given.group,
        "base": given.base,
        "floor": given.floor,
        "windows": [{"from": one.from_, "to": one.to, "factor": one.factor} for one in given.windows or ()],
        "earner": given.earner.value,
        "ranks": given.ranks,
    }


@strawberry.input(description="A new rule for an organization and everything below it.")
class CreatePointRuleInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization of the rule.")
    code: str = strawberry.field(
        description="Small letters and digits, joined by . - or _, at most 64; it overrides the same code set above."
    )
    rule: PointRuleInput = strawberry.field(description="The content of the rule.")
    valid_from: datetime | None = strawberry.field(default=None, description="When it begins; left out: now.")
    valid_until: datetime | None = strawberry.field(default=None, description="When it ends; left out: no end.")


@strawberry.input(description="A rule's next version.")
class ChangePointRuleInput:
    rule_id: strawberry.ID = strawberry.field(description="The rule.")
    rule: PointRuleInput = strawberry.field(description="The complete new content.")
    valid_from: datetime | None = strawberry.field(default=None, description="When it begins; left out: now.")
    valid_until: datetime | None = strawberry.field(default=None, description="When it ends; left out: no end.")


@strawberry.input(description="The rule to end.")
class EndPointRuleInput:
    rule_id: strawberry.ID = strawberry.field(description="The rule.")
    at: datetime | None = strawberry.field(default=None, description="When it ends; left out: now.")


class RuleSet(Enum):
    """Codes of rules.points.rule_sets."""

    STUDY_APP = "STUDY_APP"
    BRANCH_YEAR = "BRANCH_YEAR"
    CITY_BUREAU = "CITY_BUREAU"
    COURSES = "COURSES"


strawberry.enum(
    RuleSet,
    name="RuleSet",
    description="Sets of rules to begin with, as they are used in public. "
    + " ".join(f"{name}: {one.about}" for name, one in RULE_SETS.items()),
)


@strawberry.input(description="A set of rules for an organization and everything below it.")
class AdoptRuleSetInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization of the rules.")
    set: RuleSet = strawberry.field(description="The rule set.")


# ---------------------------------------------------------------- results


@strawberry.type(description="The new rule.")
class CreatePointRuleSuccess:
    rule: PointRule = strawberry.field(description="The current state.")


@strawberry.type(description="The next version is set.")
class ChangePointRuleSuccess:
    rule: PointRule = strawberry.field(description="With the new version, also where that is yet to begin.")


@strawberry.type(description="The rule has ended, or ends at the given time.")
class EndPointRuleSuccess:
    rule: PointRule = strawberry.field(description="With the version that ends it.")


@strawberry.type(description="The set is adopted.")
class AdoptRuleSetSuccess:
    rules: list[PointRule] = strawberry.field(
        description="The new rules; existing rules with the same codes stay unchanged."
    )


CreatePointRuleResult: TypeAlias = Annotated[
    CreatePointRuleSuccess | NotAllowed | NotFound | InvalidInput, strawberry.union("CreatePointRuleResult")
]
ChangePointRuleResult: TypeAlias = Annotated[
    ChangePointRuleSuccess | NotAllowed | NotFound | InvalidInput, strawberry.union("ChangePointRuleResult")
]
EndPointRuleResult: TypeAlias = Annotated[
    EndPointRuleSuccess | NotAllowed | NotFound | InvalidInput, strawberry.union("EndPointRuleResult")
]
AdoptRuleSetResult: TypeAlias = Annotated[
    AdoptRuleSetSuccess | NotAllowed | NotFound | InvalidInput, strawberry.union("AdoptRuleSetResult")
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class RuleMutations:
    @strawberry.mutation(description="Sets a rule. Needs ADMIN or SECRETARY at the organization or above.")
    async def create_point_rule(self, info: Info, input: CreatePointRuleInput) -> CreatePointRuleResult:
        async def act() -> CreatePointRuleSuccess:
            made = await rules.create(
                info.context.session,
                organization_id=ids.read(input.organization_id, "Organization"),
                code=input.code,
                rule=written(input.rule),
                valid_from=input.valid_from,
                valid_until=input.valid_until,
            )
            return CreatePointRuleSuccess(rule=PointRule.of(made))

        return await answer(act)

    @strawberry.mutation(
        description="Creates a rule's next version. Existing entries stay unchanged, and name the version that "
        "gave them."
    )
    async def change_point_rule(self, info: Info, input: ChangePointRuleInput) -> ChangePointRuleResult:
        async def act() -> ChangePointRuleSuccess:
            made = await rules.change(
                info.context.session,
                ids.read(input.rule_id, "PointRule"),
                written(input.rule),
                input.valid_from,
                input.valid_until,
            )
            return ChangePointRuleSuccess(rule=PointRule.of(made))

        return await answer(act)

    @strawberry.mutation(description="Ends a rule; the rule above it, or the built-in one, is in force again.")
    async def end_point_rule(self, info: Info, input: EndPointRuleInput) -> EndPointRuleResult:
        async def act() -> EndPointRuleSuccess:
            made = await rules.end(info.context.session, ids.read(input.rule_id, "PointRule"), input.at)
            return EndPointRuleSuccess(rule=PointRule.of(made))

        return await answer(act)

    @strawberry.mutation(description="Sets the rules of a set. Needs ADMIN or SECRETARY at the organization or above.")
    async def adopt_rule_set(self, info: Info, input: AdoptRuleSetInput) -> AdoptRuleSetResult:
        async def act() -> AdoptRuleSetSuccess:
            place = ids.read(input.organization_id, "Organization")
            made = await rules.adopt(info.context.session, place, input.set.value)
            return AdoptRuleSetSuccess(rules=[PointRule.of(one) for one in made])

        return await answer(act)
