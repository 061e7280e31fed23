"""Ranking in SQL: the fast twin of rules/ranking.py, held equal to it by a property test.

Scores are whole thousandths. The one total order: score descending, reached earlier first, then id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models import sql
from models.bulk import unhurried
from models.freezes import HIDDEN
from models.merges import Merged, person
from models.ranking_sql import MEMBERS, organizations_ranked
from models.rankings import Ranking, Row

FOR_EVER = 2**62
AT_ONCE = 1_000  # rows between two turns of the loop: some 5 ms
BEGINNING = datetime.fromisoformat("0001-01-02T00:00:00+00:00")
APART = 60  # seconds
END = datetime.fromisoformat("9999-12-30T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a board's frame depends on besides its rows, all of one moment. frozen: how many freezes the root has."""

    version: int
    changed_at: datetime
    time: datetime
    position: int
    day_position: int
    tree: int
    frozen: int
    merges: int  # how often members were merged in the root
    means_as_before: datetime | None  # means of periods that ended by then divide by who belonged at the end


async def _ranked(found: Sequence[dict[str, Any]], members: bool) -> Ranking:
    rows: list[Row] = [
        (
            sql.number(one["subject"]),
            int(one["rank"]),
            int(one["score"]),
            int(one["points"]),
            int(one["reached"]),
            int(one["members"]) if members else None,
        )
        async for some in unhurried(found, AT_ONCE)
        for one in some
    ]
    return Ranking(rows)


def _visible(frozen: bool) -> str:
    return f"NOT {HIDDEN}" if frozen else "1 = 1"


async def rank_members(
    organization_id: UUID,
    starts: datetime | None,
    ends: datetime | None,
    last: int | None = None,
    *,
    frozen: bool = False,
    merged: Merged | None = None,
) -> Ranking:
    """Every member with a score, in order. `last`: as it stood at that position. frozen: without what freezes hide.
    merged: by which merges; None: nobody was merged."""
    joined, who = person("e", merged)
    found = await sql.rows(
        MEMBERS.format(visible=_visible(frozen), joined=joined, who=who),
        organization=organization_id,
        yes=True,
        starts=starts or BEGINNING,
        ends=ends or END,
        last=FOR_EVER if last is None else last,
        **(merged.values if merged else {}),
    )
    return await _ranked(found, members=False)


async def rank_organizations(
    organization_id: UUID,
    kind: str,
    children_only: bool,
    mean: bool,
    starts: datetime | None,
    ends: datetime | None,
    members_at: datetime | None,
    last: int | None = None,
    *,
    frozen: bool = False,
    earners: bool = True,
    merged: Merged | None = None,
) -> Ranking:
    """Every organization of a kind strictly below with a score, in order; without those that were closed before the
    period began. members_at None: members as they are now. earners: a mean divides by no fewer than earned."""
    found = await sql.rows(
        organizations_ranked(_visible(frozen), merged, earners=mean and earners),
        organization=organization_id,
        kind=kind,
        children=int(children_only),
        mean=int(mean),
        yes=True,
        starts=starts or BEGINNING,
        ends=ends or END,
        at=members_at or END,
        last=FOR_EVER if last is None else last,
        **(merged.values if merged else {}),
    )
    return await _ranked(found, members=True)


async def corrections(
    organization_id: UUID,
    starts: datetime | None,
    ends: datetime | None,
    last: int,
    *,
    members: bool,
    frozen: bool = False,
) -> tuple[int, datetime | None]:
    """How many corrections a board shows, and when the newest was made. members: of members only."""
    found = await sql.row(
        f"""SELECT COUNT(*) AS made, MAX(e.recorded_at) AS newest FROM points_entries e
            JOIN organization_paths p ON p.descendant_id = e.organization_id AND p.ancestor_id = :organization
            WHERE e.correction AND e.ranks = :yes AND (e.member_id IS NOT NULL OR :members = 0)
              AND e.counts_at >= :starts AND e.counts_at < :ends AND e.position <= :last AND {_visible(frozen)}""",
        organization=organization_id,
        yes=True,
        members=int(members),
        starts=starts or BEGINNING,
        ends=ends or END,
        last=last,
    )
    assert found is not None
    return found["made"], None if found["newest"] is None else sql.instant(found["newest"])


def _prefix(public: bool) -> str:
    return "public_" if public else ""


async def facts(organization_id: UUID, public: bool) -> Facts | None:
    """Version, times and positions that a board of this organization depends on."""
    prefix = _prefix(public)
    found = await sql.row(
        f"""SELECT v.{prefix}changed AS changed, v.{prefix}changed_at AS changed_at,
              c.time, c.position, c.day_position, c.tree, c.frozen, c.merges, c.means_as_before
            FROM board_versions v JOIN clocks c ON c.root_id = v.root_id WHERE v.organization_id = :organization""",
        organization=organization_id,
    )
    if found is None:
        return None
    return Facts(
        found["changed"],
        sql.instant(found["changed_at"]),
        sql.instant(found["time"]),
        found["position"],
        found["day_position"],
        found["tree"],
        found["frozen"],
        found["merges"],
        sql.instant(found["means_as_before"]) if found["means_as_before"] else None,
    )


async def moment(root_id: UUID, at: datetime) -> tuple[int, int]:
    """As of an instant: the position of the newest entry recorded by then, and that of its day's start; 0: none was.

    Entries stand by position, not by the clocks of those who recorded them, which may be APART.
    """
    last = await sql.value(
        """SELECT MAX(position) FROM points_entries
           WHERE root_id = :root AND recorded_at <= :at AND reached <= :second AND reached >=
             (SELECT MAX(reached) FROM points_entries WHERE root_id = :root AND reached <= :second) - :apart""",
        root=root_id,
        at=at,
        second=int(at.timestamp() // 1),
        apart=APART,
    )
    day = await sql.value(
        """SELECT position FROM instants WHERE root_id = :root AND kind = 'MIDNIGHT' AND at <= :at
             AND position IS NOT NULL ORDER BY at DESC LIMIT 1""",
        root=root_id,
        at=at,
    )
    return last or 0, day or 0


async def arena_facts(organization_id: UUID, public: bool) -> tuple[int, datetime] | None:
    """An arena's version and its time: the largest of its own and of the tasks set above it."""
    prefix = _prefix(public)
    found = await sql.row(
        f"""SELECT version, at FROM (
              SELECT {prefix}changed AS version, {prefix}changed_at AS at FROM board_versions
              WHERE organization_id = :organization
              UNION ALL
              SELECT v.{prefix}tasks_changed, v.{prefix}tasks_changed_at FROM board_versions v
              JOIN organization_paths p ON p.ancestor_id = v.organization_id
              WHERE p.descendant_id = :organization) AS dependencies
            ORDER BY version DESC LIMIT 1""",
        organization=organization_id,
    )
    return None if found is None else (found["version"], sql.instant(found["at"]))


Versions = dict[UUID, tuple[int, int]]  # the true one, the public one


async def versions(organization_ids: Sequence[UUID]) -> Versions:
    """Of leaderboards and logs."""
    return await _own("changed", organization_ids)


async def block_board_versions(organization_ids: Sequence[UUID]) -> Versions:
    return await _own("blocks_changed", organization_ids)


async def arena_versions(organization_ids: Sequence[UUID]) -> Versions:
    """The largest of an organization's own and of the tasks set above it."""
    return await _with_what_is_above("changed", "tasks_changed", organization_ids)


async def course_board_versions(organization_ids: Sequence[UUID]) -> Versions:
    """The largest of an organization's own and of the courses set above it."""
    return await _with_what_is_above("courses_below_changed", "courses_changed", organization_ids)


async def _own(column: str, organization_ids: Sequence[UUID]) -> Versions:
    found = await sql.rows(
        f"""SELECT organization_id AS id, {column} AS version, public_{column} AS public_version
            FROM board_versions WHERE organization_id IN :ids""",
        ids=list(organization_ids),
    )
    return _by_id(found)


async def _with_what_is_above(own: str, above: str, organization_ids: Sequence[UUID]) -> Versions:
    columns = ", ".join(
        f"""MAX(CASE WHEN p.depth = 0 AND v.{prefix}{own} > v.{prefix}{above}
              THEN v.{prefix}{own} ELSE v.{prefix}{above} END) AS {prefix}version"""
        for prefix in ("", "public_")
    )
    found = await sql.rows(
        f"""SELECT p.descendant_id AS id, {columns}
            FROM organization_paths p JOIN board_versions v ON v.organization_id = p.ancestor_id
            WHERE p.descendant_id IN :ids GROUP BY p.descendant_id""",
        ids=list(organization_ids),
    )
    return _by_id(found)


def _by_id(found: Sequence[dict[str, Any]]) -> Versions:
    return {sql.uid(one["id"]): (one["version"], one["public_version"]) for one in found}
