"""What the ledger should hold, kept in dictionaries: the rules of points said once more, without the product."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

SHANGHAI = timedelta(hours=8)  # no summer time since 1991
SETTLING = timedelta(hours=72)
SHARED_CAP = 11  # of left and right together, in a month
SHARED = {"left": 2, "right": 5}  # points of one


def day(moment: datetime) -> Any:
    return (moment + SHANGHAI).date()


def month(moment: datetime) -> Any:
    return day(moment).replace(day=1)


def is_final(moment: datetime, now: datetime) -> bool:
    begun = datetime.combine(day(moment), datetime.min.time(), moment.tzinfo) - SHANGHAI
    return now >= begun + timedelta(days=1) + SETTLING


@dataclass
class Line:
    """An entry. taken_back_at: where its reversal counts."""

    member: int
    amount: int
    rule: str
    counts_at: datetime
    ranks: bool = True
    taken_back_at: datetime | None = None


@dataclass
class Model:
    """versions: of the rule `day`: since when, points of one, cap of a day; newest last."""

    versions: list[tuple[datetime, int, int]]
    stock: int
    price: int
    lines: list[Line] = field(default_factory=list[Line])

    def balance(self, member: int) -> int:
        """Below zero: a debt."""
        return sum(line.amount for line in self.lines if line.member == member)

    def board(self, now: datetime) -> dict[int, int]:
        """Points of the month, of those who have a row."""
        counted = [
            one for one in self.lines if one.ranks and one.amount and month(one.counts_at) == month(now)
        ]  # fmt: skip
        sums: Counter[int] = Counter()
        for one in counted:
            sums[one.member] += one.amount
        return dict(sums)

    def act(self, member: int, rule: str, quantity: int, occurred: datetime, now: datetime) -> Line:
        counts = now if is_final(occurred, now) else occurred
        if rule == "day":
            _, worth, cap = next(one for one in reversed(self.versions) if one[0] <= counts)
            room = cap - self._given(member, {"day"}, counts, day)
        else:
            worth = SHARED[rule]
            room = SHARED_CAP - self._given(member, set(SHARED), counts, month)
        return self._enter(Line(member, max(0, min(worth * quantity, room)), rule, counts))

    def _given(self, member: int, rules: set[str], at: datetime, period: Any) -> int:
        """What stands of it in the period: what was taken back there does not."""
        return sum(
            one.amount
            for one in self.lines
            if one.member == member and one.rule in rules and one.amount > 0 and period(one.counts_at) == period(at)
            if one.taken_back_at is None or period(one.taken_back_at) != period(at)
        )

    def award(self, member: int, amount: int, occurred: datetime, now: datetime) -> Line:
        return self._enter(Line(member, amount, "award", now if is_final(occurred, now) else occurred))

    def correct(self, member: int, amount: int, counts: datetime) -> Line:
        return self._enter(Line(member, amount, "correction", counts))

    def reverse(self, line: Line, now: datetime, *, corrects: bool = False) -> Line:
        counts = now if is_final(line.counts_at, now) and not corrects else line.counts_at
        line.taken_back_at = counts
        return self._enter(Line(line.member, -line.amount, "reversal", counts, line.ranks))

    def redeem(self, member: int, now: datetime) -> Line | None:
        """None: sold out, or too dear."""
        if self.stock == 0 or self.balance(member) < self.price:
            return None
        self.stock -= 1
        return self._enter(Line(member, -self.price, "spent", now, ranks=False))

    def cancel(self, line: Line, now: datetime) -> Line:
        self.stock += 1
        return self.reverse(line, now)

    def _enter(self, line: Line) -> Line:
        self.lines.append(line)
        return line
