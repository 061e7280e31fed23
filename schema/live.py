"""Which fields shared frames of subscriptions may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from models import TaskStatus

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
