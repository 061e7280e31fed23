"""Points rules as clients see them: what holds where, and every version that ever did."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

import models
from models.rules import VERSIONS
from resolvers.points import rules
from resolvers.points.rules import InForce
from rules.periods import PeriodKind
from rules.points.specs import Earner, Spec, Unit, clock
from rules.refusals import NotFound
from schema import ids
from schema.context import Info
from schema.node import Node, fetched_by
from schema.pages import Connection, page_of

if TYPE_CHECKING:
    from schema.directory.organizations import Organization


strawberry.enum(
    Unit,
    name="PointUnit",
    description="The unit of counting. Items; full stretches of `minutes` (quantity is minutes, and a "
    "remainder is dropped); or days on which it happened at all.",
)
strawberry.enum(
    Earner,
    name="PointEarner",
    description="MEMBER: who did it. ORGANIZATION: the one to which they belonged then, as points of its own.",
)

# ---------------------------------------------------------------- types


@strawberry.type(description="The amount for one result, in place of the rule's amount.")
class PointResult:
    result: str = strawberry.field(description="The result that an act names, such as `perfect`.")
    amount: int = strawberry.field(description="For each unit.")


@strawberry.type(description="At most so many points in a period, which begins at the root's midnight.")
class PointCap:
    period: PeriodKind = strawberry.field(description="DAY, WEEK, MONTH, QUARTER or YEAR.")
    points: int = strawberry.field(description="If the cap leaves a part, that part is given.")
    shared: bool = strawberry.field(description="By all rules of the group together.")


@strawberry.type(description="A part of each day in which the amount counts several times; caps stay as they are.")
class PointWindow:
    from_: str = strawberry.field(name="from", description="A time of the root's wall clock, such as `06:00`.")
    to: str = strawberry.field(description="The first minute that is no longer inside; at most `24:00`.")
    factor: int = strawberry.field(description="How many times.")


@strawberry.type(description="One version of a rule. It never changes: a change creates the next version.")
class PointRuleVersion(Node):
    row: strawberry.Private[models.PointRuleVersion]
    spec: strawberry.Private[Spec]

    @classmethod
    def of(cls, row: models.PointRuleVersion) -> "PointRuleVersion":
        spec = row.rule()
        return cls(
            id=strawberry.ID(ids.encode("PointRuleVersion", row.id)),
            row=row,
            spec=spec,
            number=row.number,
            title=spec.title,
            amount=spec.amount,
            results=[PointResult(result=name, amount=amount) for name, amount in spec.results],
            unit=spec.unit,
            minutes=spec.minutes,
            caps=[PointCap(period=one.period, points=one.points, shared=one.shared) for one in spec.caps],
            group=spec.group,
            base=spec.base,
            floor=spec.floor,
            windows=[
                PointWindow(from_=clock(one.begins), to=clock(one.ends), factor=one.factor) for one in spec.windows
            ],
            earner=spec.earner,
            ranks=spec.ranks,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            created_at=row.created_at,
        )

    number: int = strawberry.field(description="Of this rule, from 1 on.")
    title: str = strawberry.field(description="The purpose in words; the reason of its entries.")
    amount: int = strawberry.field(description="The points for each unit; negative if the rule deducts points.")
    results: list[PointResult] = strawberry.field(description="Other amounts by result; any other result: amount.")
    unit: Unit = strawberry.field(description="The unit of counting.")
    minutes: int | None = strawberry.field(description="The minutes of one unit of PER_FULL_MINUTES.")
    caps: list[PointCap] = strawberry.field(description="At most one for each period, alone and shared.")
    group: str | None = strawberry.field(description="The rules that share caps and the floor's year.")
    base: int | None = strawberry.field(
        description="Given to each active member once a year, at New Year's midnight. Members who join later, and"
        " everyone under a new rule, receive it at the next midnight."
    )
    floor: int | None = strawberry.field(
        description="The lower limit for deductions: the sum of the year, of the group if there is one."
    )
    windows: list[PointWindow] = strawberry.field(description="They do not overlap.")
    earner: Earner = strawberry.field(description="The kind of earner.")
    ranks: bool = strawberry.field(description="Whether boards count the points.")
    valid_from: datetime = strawberry.field(
        description="When it begins, for acts that count from then. The newest version that has begun is in force."
    )
    valid_until: datetime | None = strawberry.field(description="When it ends; null: no end.")
    created_at: datetime = strawberry.field(description="When it was created.")

    @strawberry.field(description="The rule of which it is a version.")
    async def rule(self, info: Info) -> "PointRule":
        found = await info.context.by_key("rules", _rules_by_ids).load(self.row.rule_id)
        assert found
        return PointRule.of(InForce(found, self.row), current=False)


@strawberry.type(
    description="A rule for acts of one code, at an organization and all below, unless a nearer rule overrides it."
)
class PointRule(Node):
    row: strawberry.Private[models.PointRule]
    held: strawberry.Private[models.PointRuleVersion | None]

    @classmethod
    def of(cls, found: InForce, *, current: bool = True) -> "PointRule":
        """current: the version that comes along is the one that holds now."""
        row = found.rule
        return cls(
            id=strawberry.ID(ids.encode("PointRule", row.id)),
            row=row,
            held=found.version if current else None,
            code=row.code,
        )

    code: str = strawberry.field(description="The code that acts and entries name, such as `course.heard`.")

    @strawberry.field(description="The organization of the rule; null: built in, and overridden by any other.")
    async def organization(
        self, info: Info
    ) -> Annotated["Organization", strawberry.lazy("schema.directory.organizations")] | None:
        from schema.directory.organizations import Organization

        return await Organization.load(info, self.row.organization_id) if self.row.organization_id else None

    @strawberry.field(description="The one that began last; of a rule that is yet to begin its first.")
    async def version(self, info: Info) -> PointRuleVersion:
        if self.held is not None:
            return PointRuleVersion.of(self.held)
        now = info.context.now
        found = await info.context.by_key("current_rules", lambda keys: rules.current(list(keys), now)).load(
            self.row.id
        )
        assert found
        return PointRuleVersion.of(found)

    @strawberry.field(description="Every version, newest first.")
    async def versions(
        self, info: Info, first: int | None = 20, after: str | None = None
    ) -> Connection[PointRuleVersion]:
        return await page_of(info.context, VERSIONS, self.row.id, PointRuleVersion.of, first=first, after=after)


PointRuleVersionConnection: TypeAlias = Connection[PointRuleVersion]


async def _rules_by_ids(keys: Any) -> dict[UUID, models.PointRule]:
    return {one.id: one for one in await models.PointRule.filter(id__in=list(set(keys)))}


async def version_of(info: Info, version_id: UUID) -> PointRuleVersion:
    """Of an entry that the viewer sees."""
    found = await info.context.by_key("rule_versions", models.rules.versions_by_ids).load(version_id)
    assert found
    return PointRuleVersion.of(found)


@fetched_by("PointRule")
async def _rule(info: Info, key: list[str]) -> PointRule:
    found = await rules.visible_rule(info.context.session, UUID(key[0]))
    current = await rules.current([found.id], info.context.now)
    return PointRule.of(InForce(found, current[found.id]))


@fetched_by("PointRuleVersion")
async def _version(info: Info, key: list[str]) -> PointRuleVersion:
    return PointRuleVersion.of(await rules.visible_version(info.context.session, UUID(key[0])))


# ---------------------------------------------------------------- queries


@strawberry.type
class RuleQueries:
    @strawberry.field(
        description="The rules in force at an organization, by code: the nearest upwards, then the built-in one. "
        "Null if the viewer may not see the organization."
    )
    async def point_rules(self, info: Info, organization_id: strawberry.ID) -> list[PointRule] | None:
        try:
            found = await rules.in_force(info.context.session, ids.read(organization_id, "Organization"))
        except NotFound:
            return None
        return [PointRule.of(one) for one in found]
