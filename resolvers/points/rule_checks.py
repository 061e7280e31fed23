"""Every entry against the version of the rule that gave it, replayed in the order of recording: amounts, caps, floors
and bases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import models
from models import PointRuleVersion, sql, verifying
from resolvers.snapshot import Snapshot
from rules import periods
from rules.merging import Merge, survivors
from rules.points import evaluation as points_evaluation
from rules.points.evaluation import CutReason, Entry


@dataclass(frozen=True, slots=True)
class Kept:
    """What an entry says of itself."""

    kind: str
    cut: str | None
    cut_points: int | None
    base_year: int | None
    version: PointRuleVersion
    code: str

    @property
    def named(self) -> str:
        return f"{self.code}, version {self.version.number}"


async def differences(read: Snapshot) -> list[str]:
    """Inside a snapshot."""
    versions = {one.id: one for one in await PointRuleVersion.all()}
    codes = {one.id: one.code for one in await models.PointRule.all()}
    rows = await verifying.entries_by_rules()
    merges = {root: read.merged(root) for root in read.dials}
    kept: dict[UUID, Kept] = {}
    entries: list[Entry] = []
    for row in rows:
        version = versions[sql.uid(row["rule_version_id"])]
        entry = _entry(row, version, read.nodes[sql.uid(row["root_id"])].zone, merges[sql.uid(row["root_id"])])
        entries.append(entry)
        kept[sql.uid(row["id"])] = Kept(
            row["kind"], row["cut"], row["cut_points"], row["base_year"], version, codes[version.rule_id]
        )
    return [*_given(entries, kept), *_plain(entries, kept)]


def _entry(row: dict[str, Any], version: PointRuleVersion, zone: str, merges: Sequence[Merge]) -> Entry:
    """What no version in force gave has no rule to be replayed by."""
    reckoned = row["base_year"] is None and row["cut"] != CutReason.NOT_IN_FORCE and row["quantity"] is not None
    member, reverses = row["member_id"], row["reverses_id"]
    earner = sql.uid(member or row["organization_id"])
    then = survivors(merges, row["position"], None)
    occurred: datetime = sql.instant(row["occurred_at"])
    return Entry(
        id=sql.uid(row["id"]),
        earner=earner,
        code=row["rule"],
        group=version.cap_group,
        spec=version.rule() if reckoned else None,
        quantity=row["quantity"] or 0,
        result=row["result"],
        occurred_at=occurred,
        counts_at=sql.instant(row["counts_at"]),
        amount=row["amount"],
        zone=zone,
        reverses=sql.uid(reverses) if reverses else None,
        others=[one for one, survivor in then.items() if survivor == earner],
    )


def _given(entries: list[Entry], kept: dict[UUID, Kept]) -> Iterator[str]:
    for entry, given in points_evaluation.replay(entries):
        assert isinstance(entry.id, UUID)
        one = kept[entry.id]
        said = entry.amount, one.cut, one.cut_points or 0
        right = given.amount, given.cut, given.cut_points
        if said != right:
            yield f"Entry {entry.id} gives {_told(*said)}; by {one.named}, after all before it, it is {_told(*right)}."
        if entry.spec and one.kind != ("DEDUCTED" if entry.spec.takes else "EARNED"):
            yield f"Entry {entry.id} is {one.kind}, which {one.named} does not give."


def _told(amount: int, cut: str | None, cut_points: int) -> str:
    return f"{amount} ({cut} cut {cut_points})" if cut else str(amount)


def _plain(entries: list[Entry], kept: dict[UUID, Kept]) -> Iterator[str]:
    """What an entry says alone: its rule's code, whether that held, and of a base its year and its amount."""
    for entry in entries:
        assert isinstance(entry.id, UUID)
        one = kept[entry.id]
        if entry.code != one.code:
            yield f"Entry {entry.id} is of the rule {entry.code}; its version is of {one.code}."
        if entry.reverses is not None:
            continue
        held, ended = one.version.holds(entry.counts_at), one.cut == CutReason.NOT_IN_FORCE
        if held == ended or (ended and entry.amount):
            state = "held" if held else "did not hold"
            yield f"Entry {entry.id} gives {_told(entry.amount, one.cut, 0)}; {one.named} {state} at {entry.counts_at}."
        year = periods.local_day(entry.counts_at, entry.zone).year
        if one.base_year is not None and (one.base_year, entry.amount) != (year, one.version.base):
            right = f"{one.version.base} for {year}"
            yield f"Entry {entry.id} is a base of {entry.amount} for {one.base_year}; by {one.named} it is {right}."
