"""Recording acts by rules, one or many at once, and how each may be refused."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from models import PointsEntry as Row
from resolvers.points import acts
from resolvers.points.acts import Report
from schema import errors, ids
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, NotFound, answer
from schema.points.entries import PointsEntry

# ---------------------------------------------------------------- inputs


@strawberry.input(description="That somebody did something for which a rule gives points.")
class RecordActInput:
    rule: str = strawberry.field(description="The rule's code, such as `study.article`.")
    member_id: strawberry.ID = strawberry.field(description="The member who acted.")
    quantity: int = strawberry.field(default=1, description="In the rule's unit: items, or minutes; 1 to 1,000,000.")
    result: str | None = strawberry.field(
        default=None, description="Selects one of the rule's amounts, such as `perfect`."
    )
    occurred_at: datetime | None = strawberry.field(
        default=None, description="When it was done, at most five years back; left out: now."
    )
    idempotency_key: str = strawberry.field(
        description="1 to 200 characters, new for each act. Same key and input: same answer, and one entry."
    )


# ---------------------------------------------------------------- results


@strawberry.type(description="Recorded.")
class RecordActSuccess:
    points_entry: PointsEntry = strawberry.field(
        description="The entry, or the entry that this key created before. Points cut by a cap count 0, with cutReason."
    )


RecordActResult: TypeAlias = Annotated[
    RecordActSuccess | NotAllowed | NotFound | InvalidInput, strawberry.union("RecordActResult")
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class ActMutations:
    @strawberry.mutation(
        description="Records an act; its rule decides the points. Needs ADMIN or SECRETARY at the member's "
        "organization or above, or a service's token."
    )
    async def record_act(self, info: Info, input: RecordActInput) -> RecordActResult:
        async def act() -> RecordActSuccess:
            made = await acts.record(info.context.session, _report(input))
            return RecordActSuccess(points_entry=PointsEntry.of(made))

        return await answer(act)

    @strawberry.mutation(
        description="Records up to 500 acts, each answered separately and in order; one refusal does not affect "
        "the others. More than 500 are refused as a whole, with an error. After a lost answer, send "
        "it again: recorded acts return the same answer."
    )
    async def record_acts(self, info: Info, inputs: list[RecordActInput]) -> list[RecordActResult]:
        async def act() -> list[RecordActResult]:
            outcomes = await acts.record_each(info.context.session, [_report(one) for one in inputs])
            return [
                RecordActSuccess(points_entry=PointsEntry.of(one)) if isinstance(one, Row) else errors.made_of(one)
                for one in outcomes
            ]

        return await errors.retried(act)


def _report(given: RecordActInput) -> Report:
    return Report(
        given.rule,
        ids.read(given.member_id, "Member"),
        given.quantity,
        given.result,
        given.occurred_at,
        given.idempotency_key,
    )
