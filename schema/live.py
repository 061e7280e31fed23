"""What subscriptions watch, and which fields their shared frames may hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry

import models
from models import OrganizationKind, TaskStatus
from realtime.boards import Source, State
from realtime.logs import LogPage, LogSource
from resolvers import boards
from resolvers.arena import board as arena_board
from resolvers.blocks import board as blocks_board
from resolvers.boards import BoardView, OwnKey, Subject
from resolvers.displays import displays
from resolvers.displays.displays import DisplayKey
from resolvers.leaderboards import board as leaderboards_board
from resolvers.learning import board as learning_board
from resolvers.points import log as points_log
from resolvers.session import Session
from rules.periods import PeriodKind
from rules.ranking import OrganizationScoring
from rules.refusals import InvalidInput
from schema import ids
from schema.arena.board import find as find_arena
from schema.blocks.board import find as find_block_board
from schema.displays.displays import Display
from schema.leaderboards.board import Leaderboard, LeaderboardInput, Standing
from schema.leaderboards.board import find as find_leaderboard
from schema.learning.board import find as find_course_board
from schema.points.log import PointsLog

# ---------------------------------------------------------------- sharing


def _always(_: Mapping[str, Any]) -> bool:
    return True


def _all(*names: str) -> dict[str, Callable[[Mapping[str, Any]], bool]]:
    return dict.fromkeys(names, _always)


_PAGE = _all("edges", "pageInfo", "totalCount")
_CARD = _all("id", "code", "name", "kind")
# Shared frames may hold only what is declared here: it depends on board and view alone, and needs no statement.
SHAREABLE: Mapping[str, Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "Node": _all("id"),
    "Leaderboard": _all(
        *("id", "organization", "subject", "scoring", "period", "state", "frozenAt", "finalAt", "view", "version"),
        *("asOf", "size", "rows", "around", "corrections", "correctedAt"),
    )
    | {"standing": lambda arguments: arguments.get("subjectId") is not None},
    "LeaderboardRow": _all(
        *("id", "rank", "previousRank", "score", "points", "memberCount", "reachedAt", "subject", "hiddenFromPublic")
    ),
    "Standing": _all("id", "version", "view", "state", "asOf", "size", "points", "rank", "row"),
    "Period": _all("kind", "startsAt", "endsAt"),
    "Member": _all("id", "displayName", "organization"),
    "Organization": _CARD,
    "TaskArena": _all(
        "id", "organization", "version", "view", "openCount", "claimedCount", "approvedCount", "recentApprovals"
    )
    | {"tasks": lambda arguments: _value(arguments.get("status")) in (TaskStatus.OPEN, TaskStatus.SCHEDULED, None)},
    "TaskConnection": _PAGE,
    "TaskEdge": _all("node", "cursor"),
    "CourseBoard": _all("id", "organization", "version", "view", "courses"),
    "CourseConnection": _PAGE,
    "CourseEdge": _all("node", "cursor"),
    "Course": _all(
        *("id", "organization", "lecturer", "title", "summary", "mediaUrl", "durationSeconds", "status", "publishedAt"),
        *("scanUrl", "completionCount"),
    ),
    "PageInfo": _all("hasNextPage", "hasPreviousPage", "startCursor", "endCursor"),
    "Task": _all(
        *("id", "organization", "title", "description", "points", "status", "review", "capacity", "claimedCount"),
        *("approvedCount", "opensAt", "dueAt"),
    ),
    "BlockBoard": _all("id", "organization", "version", "view", "blockCount", "pairedCount", "blocks"),
    "BlockConnection": _PAGE,
    "BlockEdge": _all("node", "cursor"),
    "Block": _all("id", "organization", "current", "retiredAt", "chain", "lastInspection"),
    "BlockRevision": _all(
        *("id", "sequence", "name", "extent", "responsible", "pairedWith", "reason", "recordedAt", "recordedBy"),
        *("hash", "previousHash", "canonical", "openings"),
    ),
    "Opening": _all("path", "value", "salt"),
    "PairedPerson": _all("id", "displayName", "member"),
    "ChainProof": _all(
        *("length", "head", "intact", "brokenAt", "statement", "signature", "keyId", "publicKey", "signedAt")
    ),
    "BlockInspection": _all(
        *("id", "sort", "setInOrder", "shine", "standardize", "sustain", "note", "inspectedAt", "inspectedBy", "total")
    ),
    "PointsLog": _all("cursor", "edges"),
    "PointsEntryEdge": _all("node", "cursor"),
    "PointsEntry": _all(
        *("id", "member", "organization", "kind", "amount", "rule", "reason", "occurredAt", "countsAt", "recordedAt"),
        "correction",
        *("quantity", "cutReason", "cutPoints"),
    ),
    "Claim": _all("id", "task", "member", "status", "claimedAt", "submittedAt", "decidedAt"),
}


def _value(given: Any) -> Any:
    return getattr(given, "value", given)


# ---------------------------------------------------------------- sources


async def leaderboard_source(session: Session, input: LeaderboardInput, *, own: bool = False) -> Source:
    """own: for someone's own place, which moves also with what a freeze hides from the others."""
    key = await input.key(session)
    root_id = (await session.lineage(key.organization_id))[0].id
    topics = boards.topics(key.view, key.organization_id, root_id)
    viewer = session.viewer
    if not own or key.view is BoardView.FULL or viewer is None or viewer.member_id is None:

        async def load() -> State | None:
            found = await find_leaderboard(session, key)
            return found and State(found.board.version, topics, found)

        return Source(key, topics, load)
    own_key = OwnKey(key)
    all_topics = topics | boards.topics(BoardView.FULL, key.organization_id, root_id)

    async def load_own() -> State | None:
        version = (await leaderboards_board.versions([own_key])).get(
            own_key, -1
        )  # first: what comes after is loaded again
        found = await find_leaderboard(session, key)
        return found and State(version, all_topics, found)

    return Source(own_key, all_topics, load_own)


async def arena_source(session: Session, organization_id: str) -> Source:
    key = await arena_board.key(session, ids.read(organization_id, "Organization"))
    topics = arena_board.topics(key, await session.lineage(key.organization_id))

    async def load() -> State | None:
        found = await find_arena(session, key)
        return found and State(found.arena.version, arena_board.topics(key, found.arena.lineage), found)

    return Source(key, topics, load)


async def display_source(session: Session) -> Source:
    """The display that asks, itself."""
    own = await displays.own(session)
    key = DisplayKey(own.id, own.organization_id)

    async def load() -> State | None:
        found = (await models.displays.by_ids([own.id])).get(own.id)
        return found and State(found.version, displays.topics(key), Display.of(found))

    return Source(key, displays.topics(key), load)


async def block_board_source(session: Session, organization_id: str) -> Source:
    key = await blocks_board.key(session, ids.read(organization_id, "Organization"))
    topics = blocks_board.topics(key, (await session.lineage(key.organization_id))[0].root_id)

    async def load() -> State | None:
        found = await find_block_board(session, key)
        return found and State(found.board.version, topics, found)

    return Source(key, topics, load)


async def course_board_source(session: Session, organization_id: str) -> Source:
    key = await learning_board.key(session, ids.read(organization_id, "Organization"))
    topics = learning_board.topics(key, await session.lineage(key.organization_id))

    async def load() -> State | None:
        found = await find_course_board(session, key)
        return found and State(found.board.version, learning_board.topics(key, found.board.lineage), found)

    return Source(key, topics, load)


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


@dataclass(frozen=True, slots=True)
class Opening:
    """variant: tells apart what shares a board but not a frame. select: the root value of a frame, from the board's."""

    source: Source | LogSource
    variant: str = ""
    select: Callable[[Any], Any] = lambda value: value


async def log_source(session: Session, organization_id: str, after: str | None) -> LogSource:
    key = await points_log.key(session, ids.read(organization_id, "Organization"))
    topics = boards.topics(key.view, key.organization_id, (await session.lineage(key.organization_id))[0].id)
    points_log.place(after)

    async def load(cursor: str | None) -> LogPage:
        found = await points_log.load(key, cursor)
        return LogPage(found.cursor, PointsLog.of(found), len(found.entries), found.more)

    return LogSource(key, topics, load, after)


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


async def open_source(session: Session, field: str, arguments: Mapping[str, Any], *, shared: bool) -> Opening:
    """What a subscription field watches, for this viewer. shared: its frames say nothing of the viewer.
    NotFound, InvalidInput: it can't."""
    match field:
        case "leaderboardUpdated":
            return Opening(await leaderboard_source(session, _input(arguments["input"]), own=not shared))
        case "standingUpdated":
            return await standing_opening(session, _input(arguments["input"]), arguments.get("subjectId"))
        case "taskArenaUpdated":
            return Opening(await arena_source(session, arguments["organizationId"]))
        case "blockBoardUpdated":
            return Opening(await block_board_source(session, arguments["organizationId"]))
        case "courseBoardUpdated":
            return Opening(await course_board_source(session, arguments["organizationId"]))
        case "pointsAwarded":
            return Opening(await log_source(session, arguments["organizationId"], arguments.get("after")))
        case "displayUpdated":
            return Opening(await display_source(session))
        case _:
            raise KeyError(field)
