"""What an import of organizations would change, and what is wrong with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.imports.organizations import DEEPEST, OrganizationsPlan, Place, check_organizations
from rules.imports.spreadsheets import ImportRefused, Row, shown

HEADING = ("code", "parent_code", "name", "kind")
KNOWN = {
    "1": Place("1", None, "公司党委", "COMMITTEE"),
    "11": Place("11", "1", "机关党总支", "GENERAL_BRANCH"),
    "111": Place("111", "11", "第一党支部", "BRANCH"),
    "12": Place("12", "1", "第二党支部", "BRANCH"),
    "2": Place("2", None, "另一党委", "COMMITTEE"),
}


def file(*lines: str) -> list[Row]:
    return [Row(number, dict(zip(HEADING, line.split(","), strict=True))) for number, line in enumerate(lines, 2)]


def check(*lines: str, known: dict[str, Place] | None = None) -> OrganizationsPlan:
    return check_organizations(file(*lines), KNOWN if known is None else known)


def faults(*lines: str, known: dict[str, Place] | None = None) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        check(*lines, known=known)
    return caught.value.printed()


# ---------------------------------------------------------------- plans


def test_parents_are_made_first_wherever_they_stand_in_the_file() -> None:
    plan = check("c,b,C,GROUP", "b,a,B,BRANCH", "a,,A,COMMITTEE", known={})

    assert [place.code for place in plan.created] == ["a", "b", "c"]
    assert plan.roots == {"a": "a", "b": "a", "c": "a"}


def test_a_parent_may_be_known_already_and_a_file_may_bring_another_root() -> None:
    plan = check("112,11,新支部,BRANCH", "3,,第三党委,COMMITTEE", "31,3,支部,BRANCH")

    assert [place.code for place in plan.created] == ["3", "31", "112"]
    assert (plan.roots["112"], plan.roots["31"]) == ("1", "3")


def test_a_new_name_kind_or_parent_is_an_update_and_the_same_again_is_nothing() -> None:
    plan = check("111,12,第一党支部,BRANCH", "12,1,第二支部,党总支", "11,1,机关党总支,GENERAL_BRANCH")

    assert [(old.code, new) for old, new in plan.updated] == [
        ("111", Place("111", "12", "第一党支部", "BRANCH")),
        ("12", Place("12", "1", "第二支部", "GENERAL_BRANCH")),
    ]
    assert (plan.created, plan.unchanged) == ([], 1)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("党委", "COMMITTEE"),
        ("党总支", "GENERAL_BRANCH"),
        ("党支部", "BRANCH"),
        ("党小组", "GROUP"),
        ("branch", "BRANCH"),
    ],
)
def test_kinds_may_be_chinese_or_in_small_letters(written: str, kind: str) -> None:
    assert check(f"x,1,X,{written}").created[0].kind == kind


def test_two_may_change_places() -> None:
    plan = check("111,1,第一党支部,BRANCH", "11,111,机关党总支,GENERAL_BRANCH")

    assert len(plan.updated) == 2


def test_what_hangs_below_may_come_below_what_is_new() -> None:
    plan = check("12,13,第二党支部,BRANCH", "13,1,新总支,党总支")

    assert [place.code for place in plan.created] == ["13"]
    assert plan.updated[0][1].parent_code == "13"


def test_white_space_inside_a_name_is_one_space() -> None:
    assert check("x,1,第三 \u3000 支部,BRANCH").created[0].name == "第三 支部"


# ---------------------------------------------------------------- faults


def test_an_unknown_parent_is_named() -> None:
    assert faults("x,nope,X,BRANCH") == ['line 2: The parent_code "nope" is neither in this file nor in the database.']


def test_a_parent_with_a_fault_of_its_own_is_no_unknown_parent() -> None:
    assert faults("x,y,X,BRANCH", "y,1,,BRANCH") == ["line 3: name is missing."]


def test_a_duplicate_code_names_both_lines() -> None:
    assert faults("x,1,X,BRANCH", "y,1,Y,BRANCH", "x,1,X,BRANCH") == ['line 4: The code "x" is on line 2 already.']


def test_an_unknown_kind_is_named() -> None:
    right = "it may be COMMITTEE (党委), GENERAL_BRANCH (党总支), BRANCH (党支部), GROUP (党小组)."
    assert faults("x,1,X,PARTY", "y,1,Y,") == [
        f'line 2: The kind "PARTY" is unknown; {right}',
        f"line 3: kind is missing; {right}",
    ]


def test_missing_names_and_codes_are_named() -> None:
    assert faults("x,1,,BRANCH", ",1,Y,BRANCH") == ["line 2: name is missing.", "line 3: code is missing."]


def test_what_is_too_long_or_holds_control_characters_is_named() -> None:
    assert faults("x" * 65 + ",1,X,BRANCH", "y,1," + "Y" * 201 + ",BRANCH", "z,1,Z\x07,BRANCH") == [
        f"line 2: code has 65 characters; at most 64 are allowed. The cell says {shown('x' * 65)}.",
        f"line 3: name has 201 characters; at most 200 are allowed. The cell says {shown('Y' * 201)}.",
        'line 4: name holds U+0007 BELL, a control character; leave it out. The cell says "Z\ufffd".',
    ]


@pytest.mark.parametrize("code", ["3.30102E+11", "3E+05", "3.3e+11"])
def test_a_code_that_a_spreadsheet_shortened_is_named(code: str) -> None:
    assert "was shortened by a spreadsheet" in faults(f"{code},1,X,BRANCH")[0]


def test_a_cycle_is_named_on_each_of_its_lines() -> None:
    assert faults("a,b,A,BRANCH", "b,c,B,BRANCH", "c,a,C,BRANCH", "d,a,D,BRANCH", "e,e,E,BRANCH") == [
        'line 2: A cycle of parents: "a" → "b" → "c" → "a".',
        'line 3: A cycle of parents: "b" → "c" → "a" → "b".',
        'line 4: A cycle of parents: "c" → "a" → "b" → "c".',
        'line 6: "e" is its own parent.',
    ]


def test_a_cycle_through_the_database_is_named() -> None:
    assert faults("11,111,机关党总支,GENERAL_BRANCH") == ['line 2: A cycle of parents: "11" → "111" → "11".']


def test_a_long_cycle_is_named_in_short() -> None:
    assert faults(*(f"a{number},a{(number + 1) % 5000},A,BRANCH" for number in range(5000)))[0] == (
        'line 2: A cycle of parents: "a0" → "a1" → "a2" → "a3" → "a4" → … 4,995 more … → "a0".'
    )


def test_nothing_changes_over_to_another_root() -> None:
    assert faults(
        "111,2,第一党支部,BRANCH", "12,,第二党支部,BRANCH", "2,1,另一党委,COMMITTEE", "11,3,机关,党总支", "3,,新,党委"
    ) == [
        'line 3: "12" lies below "1" and cannot become a root.',
        'line 4: "2" is a root and stays one; leave its parent_code empty.',
        'line 5: "11" belongs to the root "1", "3" to another.',
    ]
    assert faults("111,2,第一党支部,BRANCH") == ['line 2: "111" belongs to the root "1", "2" to another.']


def test_a_tree_has_a_deepest_level() -> None:
    lines = [f"a{number},{f'a{number - 1}' if number else ''},A,GROUP" for number in range(DEEPEST + 1)]

    assert check(*lines[:DEEPEST], known={}).created
    assert faults(*lines, known={}) == [f'line {DEEPEST + 2}: "a32" would stand on level 33; 32 are allowed.']


# ---------------------------------------------------------------- whatever comes

code = st.sampled_from(["", "1", "11", "111", "12", "2", "x", "y", "z"])
line = st.tuples(code, code, st.sampled_from(["", "甲", "乙"]), st.sampled_from(["BRANCH", "党委", "?"]))


@given(st.lists(line, max_size=8))
def test_a_plan_is_a_tree_and_keeps_every_root(lines: list[tuple[str, str, str, str]]) -> None:
    try:
        plan = check(*map(",".join, lines))
    except ImportRefused:
        return
    after = {**KNOWN, **{place.code: place for place in (*plan.created, *(new for _, new in plan.updated))}}
    for start in after:
        way = [start]
        while (parent := after[way[-1]].parent_code) is not None:
            assert parent not in way
            way.append(parent)
        assert plan.roots[start] == way[-1]
        assert start not in KNOWN or way[-1] == start[0]
    assert plan.unchanged + len(plan.created) + len(plan.updated) == len(lines)
    again = check_organizations(file(*map(",".join, lines)), after)
    assert (again.created, again.updated, again.unchanged) == ([], [], len(lines))
