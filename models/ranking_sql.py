"""The statements that rank, one text for both engines: parts that depend on the board are put in by
`str.format`."""

from models.closings import SHUT
from models.merges import ALONE, Merged, person

MEMBERS = """
WITH scores AS (
  SELECT {who} AS subject, SUM(e.amount) AS points, MAX(e.reached) AS reached
  FROM points_entries e
  JOIN organization_paths p ON p.descendant_id = e.organization_id AND p.ancestor_id = :organization {joined}
  WHERE e.member_id IS NOT NULL AND e.ranks = :yes AND e.amount <> 0
    AND e.counts_at >= :starts AND e.counts_at < :ends AND e.position <= :last AND {visible}
  GROUP BY {who})
SELECT subject, points, points * 1000 AS score, reached, RANK() OVER (ORDER BY points DESC) AS rank
FROM scores ORDER BY points DESC, reached, subject
"""

# Integer division goes toward zero on both engines; a mean is rounded down, so below zero it is corrected.
ORGANIZATIONS = """
WITH subjects AS (
  SELECT o.id FROM organizations o
  JOIN organization_paths p ON p.descendant_id = o.id AND p.ancestor_id = :organization
  WHERE o.kind = :kind AND p.depth > 0 AND (p.depth = 1 OR :children = 0) AND NOT {shut}),
sums AS ({sums}),
sizes AS (
  SELECT s.id AS subject, COUNT(*) AS members
  FROM subjects s
  JOIN organization_paths p ON p.ancestor_id = s.id
  JOIN memberships m ON m.organization_id = p.descendant_id
  WHERE m.from_at <= :at AND (m.to_at IS NULL OR m.to_at > :at) AND {alone}
  GROUP BY s.id),
counted AS (
  SELECT sums.subject, sums.points, sums.reached,
    CASE WHEN COALESCE(sizes.members, 0) < sums.earners THEN sums.earners ELSE COALESCE(sizes.members, 0) END AS members
  FROM sums LEFT JOIN sizes ON sizes.subject = sums.subject),
scores AS (
  SELECT subject, points, reached, members,
    CASE WHEN :mean = 0 THEN points * 1000
         ELSE (points * 1000 - ((points * 1000 % members) + members) % members) / members END AS score
  FROM counted WHERE :mean = 0 OR members > 0)
SELECT subject, points, score, reached, members, RANK() OVER (ORDER BY score DESC) AS rank
FROM scores ORDER BY score DESC, reached, subject
"""
COUNTING = """
  FROM subjects s
  JOIN organization_paths p ON p.ancestor_id = s.id
  JOIN points_entries e ON e.organization_id = p.descendant_id {joined}
  WHERE e.ranks = :yes AND e.amount <> 0
    AND e.counts_at >= :starts AND e.counts_at < :ends AND e.position <= :last AND {visible}"""
SUMS = f"""
  SELECT s.id AS subject, SUM(e.amount) AS points, MAX(e.reached) AS reached, 0 AS earners
  {COUNTING}
  GROUP BY s.id"""
SUMS_WITH_EARNERS = f"""
  SELECT subject, CAST(SUM(points) AS BIGINT) AS points, MAX(reached) AS reached, COUNT(member) AS earners
  FROM (SELECT s.id AS subject, {{who}} AS member, SUM(e.amount) AS points, MAX(e.reached) AS reached
    {COUNTING}
    GROUP BY s.id, {{who}}) AS earned
  GROUP BY subject"""


def organizations_ranked(visible: str, merged: Merged | None, *, earners: bool) -> str:
    """visible: which entries count, in SQL. earners: whether a mean divides by no fewer than earned."""
    joined, who = person("e", merged) if earners else ("", "e.member_id")
    sums = (SUMS_WITH_EARNERS if earners else SUMS).format(visible=visible, joined=joined, who=who)
    return ORGANIZATIONS.format(sums=sums, shut=SHUT, alone=ALONE if merged else "1 = 1")
