"""What one act gives: the published rules, read as data, against their published figures."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.periods import PeriodKind
from rules.points import evaluation as points_evaluation
from rules.points import specs as points_specs
from rules.points.evaluation import CutReason, Entry, Given, TooManyPoints, Used, evaluate
from rules.points.rule_sets import RULE_SETS
from rules.points.specs import Cap, parse
from rules.refusals import InvalidInput

ZONE = "Asia/Shanghai"
MORNING = datetime(2026, 3, 10, 2, tzinfo=UTC)  # 10:00 in Shanghai
EARLY = datetime(2026, 3, 9, 23, tzinfo=UTC)  # 07:00 in Shanghai
QUARTERS = [datetime(2026, month, 15, 2, tzinfo=UTC) for month in (2, 5, 8, 11)]


def spec_of(rule_set: str, code: str) -> points_specs.Spec:
    return parse(RULE_SETS[rule_set].rules[code])


def given_for(acts: list[tuple[str, str, int, str | None, datetime]]) -> int:
    """Acts of one person, (set, code, quantity, result, when), one after the other; what they give together."""
    before: list[Entry] = []
    for number, (rule_set, code, quantity, result, at) in enumerate(acts):
        spec = spec_of(rule_set, code)

        def earlier(kind: PeriodKind, _: bool, code: str = code, at: datetime = at) -> list[Entry]:
            period = points_evaluation.period_of(kind, at, ZONE)
            return [one for one in before if one.code == code and period.contains(one.counts_at)]

        found = evaluate(spec, quantity, result, at, ZONE, points_evaluation.used_by(spec, earlier))
        before.append(Entry(number, "李强", code, spec.group, spec, quantity, result, at, at, found.amount, ZONE))
    assert all(given.amount == entry.amount for entry, given in points_evaluation.replay(before))
    return sum(one.amount for one in before)


def test_the_published_year_of_a_branch_gives_twenty() -> None:
    """15 group studies, 4 notes, 4 reflections: 12 + 4 + 4."""
    acts: list[Any] = [
        ("BRANCH_YEAR", "branch.group_study", 1, None, MORNING + timedelta(days=9 * n)) for n in range(15)
    ]
    acts += [
        ("BRANCH_YEAR", code, 1, None, day) for code in ("branch.study_notes", "branch.reflection") for day in QUARTERS
    ]
    assert given_for(acts) == 20


def full_day(at: datetime) -> list[tuple[str, str, int, str | None, datetime]]:
    acts: list[tuple[str, str, int, str | None, datetime]] = [("STUDY_APP", "study.sign_in", 1, None, at)] * 2
    for code in ("study.article", "study.video"):
        acts += [("STUDY_APP", code, 1, None, at)] * 9
    acts += [("STUDY_APP", "study.reading_time", 10, None, at)] * 9
    acts += [("STUDY_APP", "study.watching_time", 60, None, at)] * 2
    return acts + [("STUDY_APP", "study.quiz", 1, result, at) for result in ("perfect", "good", "perfect", "perfect")]


@pytest.mark.parametrize("at", [MORNING, EARLY], ids=["plain", "double"])
def test_a_day_that_reaches_every_cap_gives_thirty_seven(at: datetime) -> None:
    """1 + 6 + 6 + 8 + 10 + 6, inside the double windows too."""
    assert given_for(full_day(at)) == 37


@pytest.mark.parametrize(
    ("wall", "factor"),
    [("05:59", 1), ("06:00", 2), ("08:29", 2), ("08:30", 1), ("12:00", 2), ("14:00", 1), ("22:29", 2), ("22:30", 1)],
)
def test_windows_are_half_open_and_by_the_clock_of_the_place(wall: str, factor: int) -> None:
    hour, minute = map(int, wall.split(":"))
    at = datetime(2026, 3, 10, hour, minute, 59, tzinfo=UTC) - timedelta(hours=8)
    assert evaluate(spec_of("STUDY_APP", "study.article"), 1, None, at, ZONE).amount == factor
    assert evaluate(spec_of("STUDY_APP", "study.sign_in"), 1, None, at, ZONE).amount == 1


def test_what_is_left_of_a_cap_is_given_in_part_and_the_rest_is_told() -> None:
    article = spec_of("STUDY_APP", "study.article")
    [cap] = article.caps
    assert evaluate(article, 1, None, EARLY, ZONE, Used({cap: 5})) == Given(1, CutReason.CAP_DAY, 1)
    assert evaluate(article, 1, None, EARLY, ZONE, Used({cap: 6})) == Given(0, CutReason.CAP_DAY, 2)
    assert evaluate(article, 1, None, EARLY, ZONE, Used({cap: 9})) == Given(0, CutReason.CAP_DAY, 2)
    reading = spec_of("STUDY_APP", "study.reading_time")
    assert evaluate(reading, 3, None, MORNING, ZONE) == Given(0, CutReason.BELOW_UNIT)
    assert evaluate(reading, 11, None, MORNING, ZONE) == Given(2)
    assert evaluate(spec_of("STUDY_APP", "study.sign_in"), 1, None, MORNING, ZONE, Used(today=1)) == Given(
        0, CutReason.ONCE_A_DAY, 1
    )


def test_the_tightest_limit_gives_its_name() -> None:
    notes = spec_of("BRANCH_YEAR", "branch.study_notes")
    quarter, year = notes.caps
    assert evaluate(notes, 3, None, MORNING, ZONE, Used({year: 1})) == Given(1, CutReason.CAP_QUARTER, 2)
    assert evaluate(notes, 3, None, MORNING, ZONE, Used({quarter: 0, year: 4})) == Given(0, CutReason.CAP_YEAR, 3)


def test_a_deduction_goes_down_to_the_floor() -> None:
    deduction = spec_of("CITY_BUREAU", "bureau.deduction")
    assert evaluate(deduction, 25, None, MORNING, ZONE, Used(year=60)) == Given(-25)
    assert evaluate(deduction, 75, None, MORNING, ZONE, Used(year=60)) == Given(-60, CutReason.FLOOR, 15)
    assert evaluate(deduction, 5, None, MORNING, ZONE, Used(year=-3)) == Given(0, CutReason.FLOOR, 5)


def test_one_act_gives_no_more_than_an_entry_holds() -> None:
    with pytest.raises(TooManyPoints):
        evaluate(parse({"title": "多", "amount": 1000}), 1001, None, MORNING, ZONE)


@given(
    st.integers(0, 50), st.integers(0, 60), st.integers(0, 60), st.integers(1, 80), st.sampled_from([MORNING, EARLY])
)
def test_no_cap_is_ever_broken_and_nothing_is_lost(
    cap: int, month: int, used: int, quantity: int, at: datetime
) -> None:
    caps = [{"period": "DAY", "points": cap}, {"period": "MONTH", "points": month, "shared": True}]
    spec = parse(
        {
            "title": "加分",
            "amount": 3,
            "group": "g",
            "caps": caps,
            "windows": [{"from": "06:00", "to": "08:30", "factor": 2}],
        }
    )
    day, shared = spec.caps
    found = evaluate(spec, quantity, None, at, ZONE, Used({day: used, shared: used}))
    assert 0 <= found.amount <= max(0, min(cap, month) - used)
    assert found.amount + found.cut_points == quantity * 3 * (2 if at is EARLY else 1)
    assert (found.cut is None) == (found.cut_points == 0)


@given(st.integers(0, 380 * 86400), st.sampled_from([one for one in PeriodKind if one is not PeriodKind.ALL_TIME]))
def test_a_period_is_the_one_that_holds_the_moment(seconds: int, kind: PeriodKind) -> None:
    at = datetime(2024, 12, 25, tzinfo=UTC) + timedelta(seconds=seconds)
    for zone in (ZONE, "America/New_York", "Australia/Lord_Howe"):
        found = points_evaluation.period_of(kind, at, zone)
        assert found.contains(at)
        assert found == points_evaluation.periods.period(kind, points_evaluation.periods.local_day(at, zone), zone)


# ---------------------------------------------------------------- rules as data


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_rule_of_a_set_can_be_read_and_written_again(name: str) -> None:
    for code, rule in RULE_SETS[name].rules.items():
        spec = parse(rule)
        assert parse(json.loads(json.dumps(points_specs.written(spec)))) == spec
        assert points_specs.CODE.fullmatch(code)


USUAL: dict[str, Any] = {"title": "学习", "amount": 1}


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ([], "rule"),
        ({"amount": 1}, "rule.title"),
        (USUAL | {"title": 3}, "rule.title"),
        ({"title": "学习"}, "rule.amount"),
        (USUAL | {"amount": 1.5}, "rule.amount"),
        (USUAL | {"amount": True}, "rule.amount"),
        (USUAL | {"amount": 1_000_001}, "rule.amount"),
        (USUAL | {"colour": "red"}, "rule.colour"),
        (USUAL | {"results": {"perfect": "2"}}, "rule.results.perfect"),
        (USUAL | {"results": {"bad": -2}}, "rule.results"),
        (USUAL | {"unit": "PER_PAGE"}, "rule.unit"),
        (USUAL | {"unit": "PER_FULL_MINUTES"}, "rule.minutes"),
        (USUAL | {"minutes": 4}, "rule.minutes"),
        (USUAL | {"caps": "many"}, "rule.caps"),
        (USUAL | {"caps": [3]}, "rule.caps.0"),
        (USUAL | {"caps": [{"period": "ALL_TIME", "points": 3}]}, "rule.caps.0.period"),
        (USUAL | {"caps": [{"period": "DAY", "points": -1}]}, "rule.caps.0.points"),
        (USUAL | {"caps": [{"period": "DAY", "points": 1}] * 2}, "rule.caps"),
        (USUAL | {"caps": [{"period": "DAY", "points": 1, "shared": True}]}, "rule.group"),
        (USUAL | {"group": "Große"}, "rule.group"),
        (USUAL | {"floor": 0}, "rule.floor"),
        (USUAL | {"base": 60, "earner": "ORGANIZATION"}, "rule.base"),
        (USUAL | {"windows": [{"from": "08:30", "to": "06:00", "factor": 2}]}, "rule.windows.0.to"),
        (USUAL | {"windows": [{"from": "6:00", "to": "08:30", "factor": 2}]}, "rule.windows.0.from"),
        (USUAL | {"windows": [{"from": "06:00", "to": "08:30", "factor": 0}]}, "rule.windows.0.factor"),
        (
            USUAL
            | {
                "windows": [
                    {"from": "06:00", "to": "08:30", "factor": 2},
                    {"from": "08:29", "to": "24:00", "factor": 3},
                ]
            },
            "rule.windows",
        ),
        (USUAL | {"earner": "GROUP"}, "rule.earner"),
        (USUAL | {"ranks": "yes"}, "rule.ranks"),
    ],
)
def test_a_fault_is_named_where_it_is(rule: Any, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(rule, "rule")
    assert [".".join(one.path) for one in refused.value.fields] == [path]


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse({"title": "", "amount": "x", "caps": [{"period": "DAY"}]})
    assert [one.path for one in refused.value.fields] == [("title",), ("amount",), ("caps", "0", "points")]


def test_a_cap_is_what_it_says() -> None:
    assert parse(USUAL | {"caps": [{"period": "WEEK", "points": 3}]}).caps == (Cap(PeriodKind.WEEK, 3),)
