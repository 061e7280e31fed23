"""Sets of points rules to begin with, as they are used in public; who adopts one changes it as they like.

Each rule is a code with what `point_specs.parse` reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DOUBLE = [
    {"from": "06:00", "to": "08:30", "factor": 2},
    {"from": "12:00", "to": "14:00", "factor": 2},
    {"from": "20:00", "to": "22:30", "factor": 2},
]


def _a_day(points: int) -> list[dict[str, Any]]:
    return [{"period": "DAY", "points": points}]


def _a_year(points: int) -> dict[str, Any]:
    return {"period": "YEAR", "points": points}


@dataclass(frozen=True, slots=True)
class RuleSet:
    title: str
    about: str
    rules: Mapping[str, Mapping[str, Any]]


RULE_SETS: Mapping[str, RuleSet] = {
    "STUDY_APP": RuleSet(
        "学习积分",
        "A study app's rules of 2019: sign-in, articles, videos and time, each capped by the day. "
        "Articles, videos and time count double in three windows of the day.",
        {
            "study.sign_in": {"title": "登录", "amount": 1, "unit": "ONCE_A_DAY"},
            "study.article": {"title": "阅读文章", "amount": 1, "caps": _a_day(6), "windows": DOUBLE},
            "study.video": {"title": "观看视频", "amount": 1, "caps": _a_day(6), "windows": DOUBLE},
            "study.reading_time": {
                "title": "文章学习时长",
                "amount": 1,
                "unit": "PER_FULL_MINUTES",
                "minutes": 4,
                "caps": _a_day(8),
                "windows": DOUBLE,
            },
            "study.watching_time": {
                "title": "视频学习时长",
                "amount": 1,
                "unit": "PER_FULL_MINUTES",
                "minutes": 5,
                "caps": _a_day(10),
                "windows": DOUBLE,
            },
            "study.quiz": {"title": "答题", "amount": 1, "results": {"perfect": 2}, "caps": _a_day(6)},
        },
    ),
    "BRANCH_YEAR": RuleSet(
        "党员年度积分",
        "A branch's rules for a year: group study, notes, reflections, meetings and theme days, each capped by the "
        "year. Notes and reflections count once a quarter.",
        {
            "branch.group_study": {"title": "集中学习", "amount": 2, "caps": [_a_year(12)]},
            "branch.study_notes": {
                "title": "学习笔记",
                "amount": 1,
                "caps": [{"period": "QUARTER", "points": 1}, _a_year(4)],
            },
            "branch.reflection": {
                "title": "心得体会",
                "amount": 1,
                "caps": [{"period": "QUARTER", "points": 1}, _a_year(4)],
            },
            "branch.meeting": {"title": "三会一课", "amount": 3, "caps": [_a_year(12)]},
            "branch.theme_day": {"title": "主题党日", "amount": 2, "caps": [_a_year(8)]},
        },
    ),
    "CITY_BUREAU": RuleSet(
        "年度基础分加减分",
        "A city bureau's rules: a base of 60 at New Year's midnight, additions without a limit, deductions down to 0. "
        "Each year starts again from the base.",
        {
            "bureau.base": {"title": "年度基础分", "amount": 0, "base": 60, "group": "bureau"},
            "bureau.addition": {"title": "加分", "amount": 1, "group": "bureau"},
            "bureau.deduction": {"title": "减分", "amount": -1, "floor": 0, "group": "bureau"},
        },
    ),
    "COURSES": RuleSet(
        "共享党课",
        "The default rules for courses: 5 points for hearing a course. Lecturers get 1 for each listener, at most "
        "20 a day.",
        {
            "course.heard": {"title": "听党课", "amount": 5},
            "course.lectured": {"title": "讲党课", "amount": 1, "caps": _a_day(20)},
        },
    ),
}
