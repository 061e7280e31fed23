"""Why a member has its score: the entries behind it, the way to the next ranks, the order among equals."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.merges import person
from models.points import RuleSum
from models.points_lists import COUNTED, OF_RULE, SHOWN
from resolvers.boards import BoardKey, BoardView
from resolvers.leaderboards import board as leaderboards_board
from resolvers.leaderboards import explanations
from resolvers.leaderboards.board import Board
from resolvers.leaderboards.explanations import Explanation as Explained
from rules import explanations as rules
from rules.explanations import Neighbour, Placed, TieRule
from rules.periods import BoardState
from rules.refusals import Checks, NotFound
from schema import ids
from schema.context import Info
from schema.directory.members import Member
from schema.leaderboards.board import LeaderboardInput, LeaderboardRow, loaded, row_of
from schema.pages import Connection, page_of
from schema.points.entries import PointsEntry
from schema.scalars import Long

strawberry.enum(
    TieRule,
    name="TieRule",
    description="The tie-break among equals. REACHED_EARLIER: the score was recorded earlier, in whole "
    "seconds. SMALLER_ID: in the same second, by id.",
)

# ---------------------------------------------------------------- types


@strawberry.type(description="Points that a rule cut, and the reason.")
class ExplainedCut:
    cut: str = strawberry.field(
        description="Why, in a code: CAP_DAY, CAP_WEEK, CAP_MONTH, CAP_QUARTER, CAP_YEAR: a cap was reached; FLOOR, "
        "BELOW_UNIT, ONCE_A_DAY, NOT_IN_FORCE."
    )
    entries: int = strawberry.field(description="How many entries it cut, in part or to 0.")
    points: Long = strawberry.field(description="How many points it cut off.")


@strawberry.type(description="The sum that one rule gave.")
class ExplainedRule:
    rule: str = strawberry.field(description="As `PointsEntry.rule` names it.")
    points: Long = strawberry.field(description="Sum of its entries, reversals among them.")
    entries: int = strawberry.field(description="How many entries, also those that give nothing.")
    reversals: int = strawberry.field(description="The number of reversals among them.")
    cuts: list[ExplainedCut] = strawberry.field(
        description="Points cut by caps and other limits; empty if nothing was cut."
    )


@strawberry.type(description="The nearest better or worse rank.")
class RankDistance:
    rank: int = strawberry.field(description="That rank.")
    points: Long = strawberry.field(description="The score at that rank.")
    distance: Long = strawberry.field(description="The difference in points.")


@strawberry.type(description="The order among equals, and its reason.")
class TieOrder:
    size: int = strawberry.field(description="How many share the rank; 1: nobody else.")
    place: int = strawberry.field(description="Among them, from 1.")
    reached_at: datetime = strawberry.field(description="When this score was reached (recorded), in whole seconds.")
    before: TieRule | None = strawberry.field(
        description="The reason for the equal just before this one; null for the first."
    )
    after: TieRule | None = strawberry.field(
        description="The reason that this one precedes the equal just after it; null for the last."
    )
    sentence: str = strawberry.field(description="The same for people.")


@strawberry.type(
    description="The explanation of a member's score on a board. Viewers who may only see the board see its "
    "row, the distances and the order among equals. The member and those who may read its ledger "
    "also see the entries."
)
class Explanation:
    explained: strawberry.Private[Explained]

    member: Member = strawberry.field(description="The member whose score is explained.")
    points: Long = strawberry.field(description="The score, and the sum of `rules`.")
    rank: int | None = strawberry.field(
        description="Null without a score. Also null for the viewer itself on a frozen board, which shows its "
        "points and no rank."
    )
    row: LeaderboardRow | None = strawberry.field(description="The board's; null where rank is.")
    state: BoardState = strawberry.field(description="The board's.")
    view: BoardView = strawberry.field(description="The board's.")
    version: str = strawberry.field(description="The board's; compare as integers.")
    as_of: datetime = strawberry.field(description="The board's.")
    rules: list[ExplainedRule] | None = strawberry.field(
        description="Sums by rule, most points first; null to those who may not see the entries."
    )
    above: RankDistance | None = strawberry.field(description="The nearest better rank; null at the top.")
    below: RankDistance | None = strawberry.field(description="The nearest worse rank; null at the bottom.")
    ties: TieOrder | None = strawberry.field(description="The order among equals; null where rank is.")

    @strawberry.field(
        description="The entries behind the score, newest first; of one rule, if it is named. Null to those who may "
        "not see them."
    )
    async def entries(
        self, info: Info, first: int | None = 20, after: str | None = None, rule: str | None = None
    ) -> Connection[PointsEntry] | None:
        if self.explained.rules is None:
            return None
        of = self.explained.counted
        values: dict[str, Any] = {
            "organization": of.organization_id,
            "starts": of.starts,
            "ends": of.ends,
            "last": of.last,
            "yes": True,
        }
        listing = SHOWN if of.frozen else COUNTED
        if rule is not None:
            checks = Checks()
            values["rule"] = checks.line(rule, "rule", most=64)
            checks.done()
            listing = OF_RULE[of.frozen]
        if of.merged is not None:
            joined, who = person("t", of.merged)
            listing = replace(listing, table=f"{listing.table} {joined}", parent=who)
            values |= of.merged.values
        return await page_of(
            info.context,
            listing,
            of.member_id,
            PointsEntry.of,
            first=20 if first is None else first,
            after=after,
            **values,
        )


def _rule(one: RuleSum) -> ExplainedRule:
    cuts = [ExplainedCut(cut=cut.cut, entries=cut.entries, points=Long(cut.points)) for cut in one.cuts]
    return ExplainedRule(
        rule=one.rule, points=Long(one.points), entries=one.entries, reversals=one.reversals, cuts=cuts
    )


def _distance(found: Neighbour | None) -> RankDistance | None:
    return found and RankDistance(rank=found.rank, points=Long(found.points), distance=Long(found.distance))


def _ties(ranking: Any, index: int) -> TieOrder:
    own: Placed = ranking[index]
    found = rules.ties(ranking, index)
    return TieOrder(
        size=found.size,
        place=found.place,
        reached_at=leaderboards_board.epoch(own.reached),
        before=found.before,
        after=found.after,
        sentence=rules.sentence(own, found),
    )


async def _of(info: Info, found: Explained) -> Explanation:
    board, ranked = found.board, found.ranked
    index = board.place[found.member_id] if ranked else None
    return Explanation(
        explained=found,
        member=await Member.load(info, found.member_id),
        points=Long(found.points),
        rank=ranked.rank if ranked else None,
        row=row_of(board, ranked, own=True) if ranked else None,
        state=board.state,
        view=board.key.view,
        version=str(board.version + found.hidden),
        as_of=board.as_of,
        rules=None if found.rules is None else [_rule(one) for one in found.rules],
        above=None if index is None else _distance(rules.above(board.ranking, index)),
        below=None if index is None else _distance(rules.below(board.ranking, index)),
        ties=None if index is None else _ties(board.ranking, index),
    )


# ---------------------------------------------------------------- queries


@strawberry.type
class ExplanationQueries:
    @strawberry.field(
        description="Explains a member's score on a board, now or as of an instant. Null if the board does not "
        "show the member to the viewer."
    )
    async def explain(
        self,
        info: Info,
        member_id: strawberry.ID,
        input: LeaderboardInput,
        at: Annotated[datetime | None, strawberry.argument(description="As in `leaderboard`.")] = None,
    ) -> Explanation | None:
        session = info.context.session

        async def load(key: BoardKey) -> Board | None:
            found = await loaded(info.context, key)
            return found and found.board

        try:
            key = await input.key_in(info.context, at)
            found = await explanations.explain(session, key, ids.read(member_id, "Member"), load)
        except NotFound:
            return None
        return await _of(info, found) if found else None
