"""What the ledger has given by a rule, or by a group of rules, in a period: what is left of a cap follows from it.

An entry that was taken back within the period does not count; a reversal frees room for what comes later only, since
this is read when the later act is recorded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import sql


@dataclass(frozen=True, slots=True)
class Account:
    """Of a member, or of an organization's own points; by one rule, or by all that share caps under a group's name;
    half-open [starts, ends)."""

    member_id: UUID | None
    organization_id: UUID | None
    rule: str | None
    group: str | None
    starts: datetime
    ends: datetime


@dataclass(slots=True)
class Sums:
    """given and taken: numbers ≥ 0, of what stands, without bases; total: all that counts there, bases too."""

    given: int = 0
    taken: int = 0
    total: int = 0


NOBODY: Mapping[UUID, Sequence[UUID]] = {}
_COLUMNS = {
    "place": "int",
    "earner": "uuid",
    "rule": "text",
    "cap_group": "text",
    "starts": "timestamptz",
    "ends": "timestamptz",
}
_STANDS = """e.kind <> 'REVERSAL' AND e.base_year IS NULL AND NOT EXISTS (SELECT 1 FROM points_entries r
  WHERE r.reverses_id = e.id AND r.counts_at >= w.starts AND r.counts_at < w.ends)"""


async def sums(
    accounts: Iterable[Account],
    codes_of_groups: dict[str, list[str]],
    duplicates: Mapping[UUID, Sequence[UUID]] = NOBODY,
) -> dict[Account, Sums]:
    """One statement for members, one for organizations. Read them under the lock of the member who earns. duplicates:
    of a member, whose entries are its own too."""
    wanted = list(accounts)
    found = {one: Sums() for one in wanted}
    for column in ("member_id", "organization_id"):
        rows = [
            {
                "place": place,
                "earner": earner,
                "rule": code,
                "cap_group": one.group,
                "starts": one.starts,
                "ends": one.ends,
            }
            for place, one in enumerate(wanted)
            if getattr(one, column)
            for earner in (getattr(one, column), *duplicates.get(getattr(one, column), ()))
            for code in ([one.rule] if one.rule else codes_of_groups.get(one.group or "", []))
        ]
        if rows:
            await _add(found, wanted, rows, column)
    return found


async def _add(found: dict[Account, Sums], wanted: list[Account], rows: list[dict[str, object]], column: str) -> None:
    own = "" if column == "member_id" else "AND e.member_id IS NULL"
    w = sql.table("w", _COLUMNS)
    for one in await sql.rows(
        f"""SELECT w.place,
              SUM(CASE WHEN e.amount > 0 AND {_STANDS} THEN e.amount ELSE 0 END) AS given,
              SUM(CASE WHEN e.amount < 0 AND {_STANDS} THEN -e.amount ELSE 0 END) AS taken,
              SUM(e.amount) AS total
            FROM {w} CROSS JOIN points_entries e
            WHERE e.{column} = w.earner {own} AND e.rule = w.rule AND e.amount <> 0
              AND e.counts_at >= w.starts AND e.counts_at < w.ends
              AND (w.cap_group IS NULL OR EXISTS (SELECT 1 FROM point_rule_versions v
                WHERE v.id = e.rule_version_id AND v.cap_group = w.cap_group))
            GROUP BY w.place""",
        w=sql.packed(rows),
    ):
        sums = found[wanted[one["place"]]]
        sums.given += int(one["given"])
        sums.taken += int(one["taken"])
        sums.total += int(one["total"])
