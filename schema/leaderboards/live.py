"""Leaderboards and standings, as subscriptions watch them."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import strawberry

from models import OrganizationKind
from realtime.boards import Source, State
from resolvers import boards
from resolvers.boards import BoardView, OwnKey, Subject
from resolvers.leaderboards import board as leaderboards_board
from resolvers.session import Session
from rules.periods import PeriodKind
from rules.ranking import OrganizationScoring
from rules.refusals import InvalidInput
from schema import ids
from schema.context import Info
from schema.leaderboards.board import Leaderboard, LeaderboardInput, Standing, find
from schema.live_boards import PACE, Open, Opening, states


async def leaderboard_source(session: Session, input: LeaderboardInput, *, own: bool = False) -> Source:
    """own: for someone's own place, which moves also with what a freeze hides from the others."""
    key = await input.key(session)
    root_id = (await session.lineage(key.organization_id))[0].id
    topics = boards.topics(key.view, key.organization_id, root_id)
    viewer = session.viewer
    if not own or key.view is BoardView.FULL or viewer is None or viewer.member_id is None:

        async def load() -> State | None:
            found = await find(session, key)
            return found and State(found.board.version, topics, found)

        return Source(key, topics, load)
    own_key = OwnKey(key)
    all_topics = topics | boards.topics(BoardView.FULL, key.organization_id, root_id)

    async def load_own() -> State | None:
        # The version first: what changes afterwards is loaded again.
        version = (await leaderboards_board.versions([own_key])).get(own_key, -1)
        found = await find(session, key)
        return found and State(version, all_topics, found)

    return Source(own_key, all_topics, load_own)


async def standing_opening(session: Session, input: LeaderboardInput, subject_id: str | None) -> Opening:
    """Everybody's standing on a board comes from the one load of that board."""
    viewer = session.reader()
    source = await leaderboard_source(session, input, own=subject_id is None)
    kind = "Member" if input.subject is Subject.MEMBER else "Organization"
    subject = ids.optional(subject_id, kind)
    if subject is not None:
        return Opening(source, f"of {subject}", lambda board: board.standing_of(subject))
    if viewer.member_id is None:
        raise InvalidInput.at("subjectId", "This account is no member: say whose standing to follow.")
    if input.subject is Subject.MEMBER:
        own = viewer.member_id
        return Opening(source, f"own {own}", lambda board: board.standing_of(own, own=True))

    def nearest(board: Leaderboard) -> Standing:
        found = leaderboards_board.own_subject(session, board.board)
        return board.standing_of(found or viewer.place[-1], own=found is not None)

    return Opening(source, f"of the place {viewer.place}", nearest)


def _value(given: Any) -> Any:
    return getattr(given, "value", given)


def _input(given: Mapping[str, Any]) -> LeaderboardInput:
    """From the coerced argument, by GraphQL name."""
    kind = _value(given.get("organizationKind"))
    return LeaderboardInput(
        organization_id=strawberry.ID(given["organizationId"]),
        subject=Subject(_value(given["subject"])),
        period=PeriodKind(_value(given["period"])),
        on=given.get("on"),
        organization_kind=None if kind is None else OrganizationKind(kind),
        children_only=given["childrenOnly"],
        scoring=OrganizationScoring(_value(given["scoring"])),
    )


async def _board(session: Session, arguments: Mapping[str, Any], shared: bool) -> Opening:
    return Opening(await leaderboard_source(session, _input(arguments["input"]), own=not shared))


async def _standing(session: Session, arguments: Mapping[str, Any], shared: bool) -> Opening:
    return await standing_opening(session, _input(arguments["input"]), arguments.get("subjectId"))


OPEN: Mapping[str, Open] = {"leaderboardUpdated": _board, "standingUpdated": _standing}


@strawberry.type
class LeaderboardSubscriptions:
    @strawberry.subscription(description=f"A leaderboard, whenever it changes. {PACE}")
    async def leaderboard_updated(
        self, info: Info, input: LeaderboardInput, max_per_second: float | None = 5
    ) -> AsyncGenerator[Leaderboard]:
        async for board in states(Opening(await leaderboard_source(info.context.session, input))):
            yield board

    @strawberry.subscription(
        description=f"One member or organization, wherever it stands; by default the viewer. {PACE}"
    )
    async def standing_updated(
        self,
        info: Info,
        input: LeaderboardInput,
        subject_id: strawberry.ID | None = None,
        max_per_second: float | None = 1,
    ) -> AsyncGenerator[Standing]:
        async for standing in states(await standing_opening(info.context.session, input, subject_id)):
            yield standing
