"""Why somebody stands where it stands: how far the next ranks are, and what orders those who are equal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol


class Placed(Protocol):
    """A row of a ranking that is in the one total order."""

    @property
    def rank(self) -> int: ...
    @property
    def points(self) -> int: ...
    @property
    def reached(self) -> int: ...


class TieRule(StrEnum):
    """What puts one of two equals first."""

    REACHED_EARLIER = "REACHED_EARLIER"
    SMALLER_ID = "SMALLER_ID"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The nearest other rank. distance: points between, above zero."""

    rank: int
    points: int
    distance: int


@dataclass(frozen=True, slots=True)
class Ties:
    """size: how many share the rank. place: among them, from 1. before, after: why the equal named just before this one
    stands there, and why the one just after does; None where there is none."""

    size: int
    place: int
    before: TieRule | None
    after: TieRule | None


def above(ranking: Sequence[Placed], index: int) -> Neighbour | None:
    """The nearest better rank; None at the top."""
    own = ranking[index]
    better = next((one for one in reversed(ranking[:index]) if one.rank < own.rank), None)
    return None if better is None else Neighbour(better.rank, better.points, better.points - own.points)


def below(ranking: Sequence[Placed], index: int) -> Neighbour | None:
    """The nearest worse rank; None at the bottom."""
    own = ranking[index]
    worse = next((one for one in ranking[index + 1 :] if one.rank > own.rank), None)
    return None if worse is None else Neighbour(worse.rank, worse.points, own.points - worse.points)


def ties(ranking: Sequence[Placed], index: int) -> Ties:
    own = ranking[index]
    first = own.rank - 1  # of a standard competition ranking
    after = index + 1
    while after < len(ranking) and ranking[after].rank == own.rank:
        after += 1
    return Ties(
        size=after - first,
        place=index - first + 1,
        before=_rule(ranking[index - 1], own) if index > first else None,
        after=_rule(own, ranking[index + 1]) if index + 1 < after else None,
    )


def sentence(own: Placed, found: Ties) -> str:
    """The order among equals, for people."""
    if found.size == 1:
        return f"Nobody else has {own.points} points."
    reached = datetime.fromtimestamp(own.reached, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    text = (
        f"{found.size} have {own.points} points and share rank {own.rank}; this one, who reached them at {reached}, "
        f"is named at place {found.place} of them"
    )
    reasons: list[str] = []
    if found.before:
        earlier = found.before is TieRule.REACHED_EARLIER
        reasons.append(f"the one before {'reached them earlier' if earlier else 'has the smaller id'}")
    if found.after:
        later = found.after is TieRule.REACHED_EARLIER
        reasons.append(f"the one after {'reached them later' if later else 'has the larger id'}")
    return f"{text}: {', '.join(reasons)}."


def _rule(first: Placed, second: Placed) -> TieRule:
    return TieRule.REACHED_EARLIER if first.reached < second.reached else TieRule.SMALLER_ID
