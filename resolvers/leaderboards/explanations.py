"""Why somebody has that many points on a board, and stands there: as much of it as the viewer may see."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import models
from models.leaderboards import BEGINNING, END
from models.points import Counted, RuleSum
from models.rankings import Ranked
from resolvers import visibility
from resolvers.boards import BoardKey, BoardView, Subject
from resolvers.directory import members
from resolvers.leaderboards.board import Board
from resolvers.session import Session
from rules.refusals import InvalidInput

Load = Callable[[BoardKey], Awaitable[Board | None]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """ranked: the row that this view shows; None: there is none. rules: None where the viewer may not see entries.
    counted: which entries they sum. hidden: how many, in any period, the board's public does not see."""

    board: Board
    member_id: UUID
    points: int
    ranked: Ranked | None
    counted: Counted
    rules: Sequence[RuleSum] | None
    hidden: int = 0


async def explain(session: Session, key: BoardKey, member_id: UUID, load: Load) -> Explanation | None:
    """load: gives the board as it stands. None: it shows no such member to this viewer. NotFound: the viewer may not
    know of the member.

    In a frozen board a member sees its own entries as they are, and no rank; everybody else what the board sums.
    """
    if key.subject is not Subject.MEMBER:
        raise InvalidInput.at("input.subject", "explain is for boards of members; leave subject out.")
    member = await members.get_visible(session, member_id)
    session.signed_in()
    await session.know(member.organization_id, key.organization_id)
    own, readable = visibility.oneself(session, member_id), visibility.personal(session, member, key.organization_id)
    board = await load(key)
    if board is None:
        return None
    ranked = board.ranking[board.place[member_id]] if member_id in board.place else None
    if not readable and (ranked is None or not board.shown(member_id)):
        return None
    personal = own and board.own_points is not None
    if personal or not (own or board.shown(member_id)):
        ranked = None  # its rank, or which row is its, this view does not say
    counted = Counted(
        member_id,
        key.organization_id,
        board.period.starts_at or BEGINNING,
        board.period.ends_at or END,
        board.position,
        frozen=key.view is not BoardView.FULL and not personal,
        merged=board.merged and (replace(board.merged, by=board.position) if personal else board.merged),
    )
    rules = await models.points.by_rule(counted) if readable else None
    shown = ranked.points if ranked else 0
    points = shown if rules is None else sum(one.points for one in rules)
    hidden = (board.own_hidden or {}).get(member_id, 0) if personal else 0
    return Explanation(board, member_id, points, ranked, counted, rules, hidden)
