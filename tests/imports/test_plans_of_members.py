"""What an import of members would change: who is who, and what is wrong with a line."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import texts
from rules.identity import look
from rules.imports.columns import MEMBERS
from rules.imports.matching_members import KnownMember, Namesakes, Person, Shown
from rules.imports.members import MembersPlan, check_members, read_date
from rules.imports.spreadsheets import ImportRefused, Row

ROOTS = {"1": UUID(int=1), "11": UUID(int=1), "12": UUID(int=1), "2": UUID(int=2)}
TODAY = date(2026, 3, 10)
PHONE, OTHER = "13800138000", "13900139000"


def member(
    number: int, name: str = "张伟", code: str = "11", phone: str | None = None, login: str | None = None
) -> KnownMember:
    return KnownMember(UUID(int=number), Person(code, name, None, phone, None, login))


def file(*lines: str) -> list[Row]:
    return [Row(number, dict(zip(MEMBERS, line.split(","), strict=True))) for number, line in enumerate(lines, 2)]


def check(
    *lines: str,
    known: Sequence[KnownMember] = (),
    taken: Sequence[str] = (),
    shown: Shown | None = None,
    namesakes: Namesakes = Namesakes.ASK,
) -> MembersPlan:
    return check_members(file(*lines), ROOTS, known, taken, TODAY, shown_before=shown, namesakes=namesakes)


def faults(*lines: str, **given: Any) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        check(*lines, **given)
    return caught.value.printed()


# ---------------------------------------------------------------- cells


def test_a_line_is_read_as_people_write_it() -> None:
    [person] = check("11,张  伟,老张, +86 138-0013-8000 ,2021/7/1,ZhangWei").created

    assert person == Person("11", "张 伟", "老张", "+8613800138000", date(2021, 7, 1), "zhangwei")
    assert check("11,张伟,,,,").created == [Person("11", "张伟", None, None, None, None)]


@pytest.mark.parametrize(
    "written",
    ["2021-07-01", "2021/7/1", "2021.7.1", "20210701", "2021年7月1日", "2021-07-01 00:00:00", "２０２１-7-1", "44378"],
)
def test_a_date_may_be_written_in_many_ways(written: str) -> None:
    assert read_date(written) == date(2021, 7, 1)


@pytest.mark.parametrize(
    "written", ["2021-02-30", "2021-7/1", "2021071", "21-7-1", "1.7.2021", "1899-12-31", "2026-03-11", "x"]
)
def test_a_bad_date_is_named(written: str) -> None:
    assert faults(f"11,张伟,,,{written},") == [
        f'line 2: The date "{written}" is none between 1900-01-01 and today; write it as 2021-07-01.'
    ]


@pytest.mark.parametrize("written", ["1234", "123456789012345678901", "138x0013800", "++8613800138000", "1.38E+10"])
def test_a_bad_phone_is_named(written: str) -> None:
    assert faults(f"11,张伟,,{written},,") == [
        f'line 2: The phone "{written}" is none: 5 to 20 digits, with + before them or not.'
    ]


def test_an_unknown_organization_is_named() -> None:
    assert faults("99,张伟,,,,", ",李娜,,,,") == [
        'line 2: There is no organization with the code "99".',
        "line 3: organization_code is missing.",
    ]


def test_a_missing_name_and_a_login_with_a_space_are_named() -> None:
    assert faults("11,,,,,", "11,张伟,,,,a b") == [
        "line 2: name is missing.",
        'line 3: The login "a b" holds white space.',
    ]


# ---------------------------------------------------------------- logins


def test_a_login_twice_in_the_file_names_both_lines() -> None:
    assert faults("11,张伟,,,,zw", "12,李娜,,,,ZW") == ['line 3: The login "zw" is on line 2 already.']


def test_a_login_of_an_account_that_is_no_member_is_taken() -> None:
    assert faults("11,张伟,,,,admin", taken=["admin"]) == [
        'line 2: The login "admin" belongs to an account that is no member\'s.'
    ]


def test_a_login_held_by_somebody_elsewhere_is_taken() -> None:
    assert faults("12,李娜,,,,zw", known=[member(1, login="zw")]) == [
        'line 2: The login "zw" is taken: it is "张伟"\'s in "11".'
    ]
    assert faults("2,张伟,,,,zw", known=[member(1, login="zw")]) == [
        'line 2: The login "zw" is taken: it is "张伟"\'s in "11", under another root.'
    ]


def test_a_login_is_who_one_is() -> None:
    known = member(1, phone=PHONE, login="zw")
    renamed = check(f"11,张玮,,{OTHER},,zw", known=[known])
    moved = check("12,张伟,,,,zw", known=[known])

    assert renamed.updated == [(known, Person("11", "张玮", None, OTHER, None, "zw"))]
    assert moved.updated == [(known, Person("12", "张伟", None, PHONE, None, "zw"))]


def test_a_first_login_comes_to_whom_it_belongs() -> None:
    known = member(1, phone=PHONE)

    assert check(f"11,张伟,,{PHONE},,zw", known=[known]).updated == [
        (known, Person("11", "张伟", None, PHONE, None, "zw"))
    ]
    assert faults(f"11,张伟,,{PHONE},,zw", known=[member(1, phone=PHONE, login="other")]) == [
        'line 2: "张伟" with this phone is known in "11", and signs in as "other"; write that login.'
    ]


# ---------------------------------------------------------------- who is who


def test_name_and_phone_are_who_one_is_within_the_root() -> None:
    known = member(1, phone=PHONE)
    here = check(f"11,张伟,老张,{PHONE},,", f"11,张伟,,{OTHER},,", f"2,张伟,,{PHONE},,", known=[known])

    assert [one.id for one, _ in here.updated] == [UUID(int=1)]
    assert [person.organization_code + str(person.phone) for person in here.created] == ["11" + OTHER, "2" + PHONE]
    moved = check(f"12,张　伟,,+86 {PHONE},,", known=[known])
    assert moved.updated == [(known, Person("12", "张 伟", None, f"+86{PHONE}", None, None))]
    left = KnownMember(UUID(int=1), known.person, active=False)
    assert check(f"12,张伟,,{PHONE},,", known=[left]).created  # as createMember has it: who left is nobody's twin


@pytest.mark.parametrize("phone", [PHONE, f"+86 {PHONE}", "１３８００１３８０００", "0086-138-0013-8000", f"86{PHONE}"])
@pytest.mark.parametrize("name", ["阿依·古丽", "阿依•古丽", "阿依．古丽", "阿依 ∙ 古丽", "阿依・古丽"])
def test_one_file_brings_one_person_once_in_whatever_spelling(name: str, phone: str) -> None:
    assert faults(f"11,阿依·古丽,,{PHONE},,a", f"12,{name},,{phone},,b") == [
        f'line 3: "{texts.line(name)}" with this phone is on line 2 already; keep one of the two.'
    ]


def test_a_login_makes_nobody_a_twin() -> None:
    known = [member(1, name="张玮", login="zw"), member(2, phone=PHONE)]
    assert faults(f"11,张伟,,{PHONE},,zw", known=known) == [
        'line 2: Another member of this name, in "11", has this phone already.'
    ]


def test_an_empty_cell_leaves_what_is_kept() -> None:
    known = KnownMember(UUID(int=1), Person("11", "张伟", "老张", PHONE, date(2021, 7, 1), "zw"))

    assert check("11,张伟,,,,", known=[known]) == MembersPlan([], [], 1)


def test_a_name_that_is_known_is_asked_about_where_nothing_tells() -> None:
    known, line = member(1), f"11,张　伟,,{PHONE},,"

    assert faults(line, known=[known]) == [
        'line 2: Is this "张 伟" the one whom "11" has already? Neither phones nor logins tell. If it is, import with '
        "--namesakes same; if not, give both a phone, or import with --namesakes other."
    ]
    same = check(line, known=[known], namesakes=Namesakes.SAME)
    assert same.updated == [(known, Person("11", "张 伟", None, PHONE, None, None))]
    other = check(line, known=[known], namesakes=Namesakes.OTHER)
    assert other.created == [Person("11", "张 伟", None, PHONE, None, None)]
    assert check("12,张伟,,,,", known=[known]).created  # in another branch a name alone is nobody's
    assert check("11,张伟,,,,", known=[known]) == MembersPlan([], [], 1)  # nothing that is not known


def test_who_has_neither_phone_nor_login_is_no_other_person() -> None:
    """The next import of the file would bring them once more."""
    assert faults("11,张伟,,,20210701,", known=[member(1)], namesakes=Namesakes.OTHER)


def test_of_two_with_one_name_each_is_found() -> None:
    known = [member(1, phone=PHONE), member(2, login="zw2"), member(3)]
    plan = check("11,张伟,,,,", f"11,张伟,,{PHONE},,", "11,张伟,,,,zw2", known=known)

    assert plan == MembersPlan([], [], 3)


def test_who_could_be_two_is_asked_for() -> None:
    known = [member(1, phone=PHONE), member(2, phone=OTHER)]

    assert faults("11,张伟,,,,", known=known) == [
        'line 2: 2 known members of "11" could be this "张伟"; a phone and a login tell who.'
    ]


def test_one_name_on_two_lines_is_asked_about_where_nothing_tells() -> None:
    said = (
        '"张伟" is on line 2 too, and neither phones nor logins tell the two apart. Keep one line, or give each a '
        "phone or each a login."
    )
    for other in ("11,张伟,老张,,,", "11,张伟,,,,zw", f"11,张伟,,{PHONE},,"):
        assert faults("11,张　伟,,,,", other) == [f"line 3: {said}"]
    assert len(check(f"11,张伟,,{OTHER},,", f"11,张伟,,{PHONE},,", "11,李娜,,,,a", "11,李娜,,,,b").created) == 4


# ---------------------------------------------------------------- aliases


def test_an_alias_that_looks_like_a_shown_name_is_refused() -> None:
    root = ROOTS["11"]
    assert faults("11,张伟,李 娜,,,", "12,李娜,,,,") == [
        'line 2: The alias "李 娜" looks like the name on line 3; choose another.'
    ]
    assert faults("11,张伟,李娜,,,", shown={(root, look("李娜")): {UUID(int=9)}}) == [
        'line 2: The alias "李娜" looks like a name that another member shows; choose another.'
    ]
    assert check("11,张伟,李娜,,,", "12,李娜,小李,,,").created  # whose name an alias hides
    assert check("11,张伟,张 伟,,,", shown={(root, look("张伟")): {UUID(int=9)}}).created  # one's own name
    kept = KnownMember(UUID(int=1), Person("11", "张伟", "李娜", None, None, None))
    assert (
        check("11,张伟,李娜,,,", "12,李娜,,,,", known=[kept]).unchanged == 1
    )  # what came later wins when it is written


# ---------------------------------------------------------------- whatever comes

line = st.tuples(
    st.sampled_from(["11", "12"]),
    st.sampled_from(["张伟", "张　伟", "李娜"]),
    st.just(""),
    st.sampled_from(["", PHONE, OTHER]),
    st.sampled_from(["", "20210701"]),
    st.sampled_from(["", "a", "b", "c"]),
)


@given(st.lists(line, max_size=6), st.lists(line, max_size=6))
def test_the_same_file_again_changes_nothing(first: list[tuple[str, ...]], second: list[tuple[str, ...]]) -> None:
    known: list[KnownMember] = []
    for lines in (first, second):
        try:
            plan = check(*map(",".join, lines), known=known)
        except ImportRefused:
            continue
        updated = {member.id: person for member, person in plan.updated}
        known = [KnownMember(one.id, updated.get(one.id, one.person)) for one in known]
        known += [KnownMember(UUID(int=len(known) + extra), one) for extra, one in enumerate(plan.created)]
        assert check(*map(",".join, lines), known=known) == MembersPlan([], [], len(lines))
