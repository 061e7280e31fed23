"""Ranking in SQL: the fast twin of rules/ranking.py, held equal to it by a property test.

Scores are whole thousandths. The one total order: score descending, reached earlier first, then id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models import sql

FOR_EVER = 2**62
BEGINNING = datetime.fromisoformat("0001-01-02T00:00:00+00:00")
END = datetime.fromisoformat("9999-12-30T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Ranked:
    """score in thousandths; reached in Unix seconds; members of an organization, None for a member."""

    subject_id: UUID
    rank: int
    score: int
    points: int
    reached: int
    members: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a board's frame depends on besides its rows, all of one moment."""

    version: int
    changed_at: datetime
    time: datetime
    day_position: int
    tree: int


MEMBERS = """
WITH scores AS (
  SELECT e.member_id AS subject, SUM(e.amount) AS points, MAX(e.reached) AS reached
  FROM points_entries e
  JOIN organization_paths p ON p.descendant_id = e.organization_id AND p.ancestor_id = :organization
  WHERE e.member_id IS NOT NULL AND e.ranks = :yes AND e.amount <> 0
    AND e.counts_at >= :starts AND e.counts_at < :ends AND e.position <= :last
  GROUP BY e.member_id)
SELECT subject, points, points * 1000 AS score, reached, RANK() OVER (ORDER BY points DESC) AS rank
FROM scores ORDER BY points DESC, reached, subject
"""

# Integer division goes toward zero on both engines; a mean is rounded down, so below zero it is corrected.
ORGANIZATIONS = """
WITH subjects AS (
  SELECT o.id FROM organizations o
  JOIN organization_paths p ON p.descendant_id = o.id AND p.ancestor_id = :organization
  WHERE o.kind = :kind AND p.depth > 0 AND (p.depth = 1 OR :children = 0)),
sums AS (
  SELECT s.id AS subject, SUM(e.amount) AS points, MAX(e.reached) AS reached
  FROM subjects s
  JOIN organization_paths p ON p.ancestor_id = s.id
  JOIN points_entries e ON e.organization_id = p.descendant_id
  WHERE e.ranks = :yes AND e.amount <> 0
    AND e.counts_at >= :starts AND e.counts_at < :ends AND e.position <= :last
  GROUP BY s.id),
sizes AS (
  SELECT s.id AS subject, COUNT(*) AS members
  FROM subjects s
  JOIN organization_paths p ON p.ancestor_id = s.id
  JOIN memberships m ON m.organization_id = p.descendant_id
  WHERE m.from_at <= :at AND (m.to_at IS NULL OR m.to_at > :at)
  GROUP BY s.id),
scores AS (
  SELECT sums.subject, sums.points, sums.reached, sizes.members,
    CASE WHEN :mean = 0 THEN sums.points * 1000
         ELSE (sums.points * 1000 - ((sums.points * 1000 % sizes.members) + sizes.members) % sizes.members)
              / sizes.members END AS score
  FROM sums LEFT JOIN sizes ON sizes.subject = sums.subject
  WHERE :mean = 0 OR sizes.members IS NOT NULL)
SELECT subject, points, score, reached, COALESCE(members, 0) AS members, RANK() OVER (ORDER BY score DESC) AS rank
FROM scores ORDER BY score DESC, reached, subject
"""


def _ranked(found: Sequence[dict[str, Any]], members: bool) -> list[Ranked]:
    return [
        Ranked(
            sql.uid(one["subject"]),
            int(one["rank"]),
            int(one["score"]),
            int(one["points"]),
            int(one["reached"]),
            int(one["members"]) if members else None,
        )
        for one in found
    ]


async def rank_members(
    organization_id: UUID, starts: datetime | None, ends: datetime | None, last: int | None = None
) -> list[Ranked]:
    """Every member with a score, in order. `last`: as it stood at that position."""
    found = await sql.rows(
        MEMBERS,
        organization=organization_id,
        yes=True,
        starts=starts or BEGINNING,
        ends=ends or END,
        last=FOR_EVER if last is None else last,
    )
    return _ranked(found, members=False)


async def rank_organizations(
    organization_id: UUID,
    kind: str,
    children_only: bool,
    mean: bool,
    starts: datetime | None,
    ends: datetime | None,
    members_at: datetime | None,
    last: int | None = None,
) -> list[Ranked]:
    """Every organization of a kind strictly below with a score, in order. members_at None: members as they are now."""
    found = await sql.rows(
        ORGANIZATIONS,
        organization=organization_id,
        kind=kind,
        children=int(children_only),
        mean=int(mean),
        yes=True,
        starts=starts or BEGINNING,
        ends=ends or END,
        at=members_at or END,
        last=FOR_EVER if last is None else last,
    )
    return _ranked(found, members=True)


async def facts(organization_id: UUID) -> Facts | None:
    """Version, times and positions that a board of this organization depends on."""
    found = await sql.row(
        """SELECT v.changed, v.changed_at, c.time, c.day_position, c.tree
           FROM board_versions v JOIN clocks c ON c.root_id = v.root_id WHERE v.organization_id = :organization""",
        organization=organization_id,
    )
    if found is None:
        return None
    return Facts(
        found["changed"],
        sql.instant(found["changed_at"]),
        sql.instant(found["time"]),
        found["day_position"],
        found["tree"],
    )


async def arena_facts(organization_id: UUID) -> tuple[int, datetime] | None:
    """An arena's version and its time: the largest of its own and of the tasks set above it."""
    found = await sql.row(
        """SELECT version, at FROM (
             SELECT changed AS version, changed_at AS at FROM board_versions WHERE organization_id = :organization
             UNION ALL
             SELECT v.tasks_changed, v.tasks_changed_at FROM board_versions v
             JOIN organization_paths p ON p.ancestor_id = v.organization_id
             WHERE p.descendant_id = :organization) AS dependencies
           ORDER BY version DESC LIMIT 1""",
        organization=organization_id,
    )
    return None if found is None else (found["version"], sql.instant(found["at"]))


async def versions(organization_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Of leaderboards."""
    found = await sql.rows(
        "SELECT organization_id, changed FROM board_versions WHERE organization_id IN :ids", ids=list(organization_ids)
    )
    return {sql.uid(one["organization_id"]): one["changed"] for one in found}


async def arena_versions(organization_ids: Sequence[UUID]) -> dict[UUID, int]:
    found = await sql.rows(
        """SELECT p.descendant_id AS id, MAX(CASE WHEN p.depth = 0 AND v.changed > v.tasks_changed
             THEN v.changed ELSE v.tasks_changed END) AS version
           FROM organization_paths p JOIN board_versions v ON v.organization_id = p.ancestor_id
           WHERE p.descendant_id IN :ids GROUP BY p.descendant_id""",
        ids=list(organization_ids),
    )
    return {sql.uid(one["id"]): one["version"] for one in found}
