"""What an import of members would change: who is who, and what is wrong with a line."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.importing_members import KnownMember, MembersPlan, Person, check_members, read_date
from rules.spreadsheets import MEMBERS, ImportRefused, Row

ROOTS = {"1": UUID(int=1), "11": UUID(int=1), "12": UUID(int=1), "2": UUID(int=2)}
TODAY = date(2026, 3, 10)
PHONE, OTHER = "13800138000", "13900139000"


def member(
    number: int, name: str = "张伟", code: str = "11", phone: str | None = None, login: str | None = None
) -> KnownMember:
    return KnownMember(UUID(int=number), Person(code, name, None, phone, None, login))


def file(*lines: str) -> list[Row]:
    return [Row(number, dict(zip(MEMBERS, line.split(","), strict=True))) for number, line in enumerate(lines, 2)]


def check(*lines: str, known: Sequence[KnownMember] = (), taken: Sequence[str] = ()) -> MembersPlan:
    return check_members(file(*lines), ROOTS, known, taken, TODAY)


def faults(*lines: str, known: Sequence[KnownMember] = (), taken: Sequence[str] = ()) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        check(*lines, known=known, taken=taken)
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
    assert check(f"11,张伟,,{PHONE},,zw", known=[member(1, phone=PHONE, login="other")]).created


# ---------------------------------------------------------------- who is who


def test_organization_name_and_phone_are_who_one_is() -> None:
    plan = check(
        f"11,张伟,老张,{PHONE},,", f"12,张伟,,{PHONE},,", f"11,张伟,,{OTHER},,", known=[member(1, phone=PHONE)]
    )

    assert [known.id for known, _ in plan.updated] == [UUID(int=1)]
    assert [person.organization_code + str(person.phone) for person in plan.created] == ["12" + PHONE, "11" + OTHER]


def test_an_empty_cell_leaves_what_is_kept() -> None:
    known = KnownMember(UUID(int=1), Person("11", "张伟", "老张", PHONE, date(2021, 7, 1), "zw"))

    assert check("11,张伟,,,,", known=[known]) == MembersPlan([], [], 1)


def test_a_phone_that_was_missing_is_no_second_person() -> None:
    known = member(1)

    assert check(f"11,张伟,,{PHONE},,", known=[known]).updated == [
        (known, Person("11", "张伟", None, PHONE, None, None))
    ]


def test_of_two_with_one_name_each_is_found() -> None:
    known = [member(1, phone=PHONE), member(2, login="zw2"), member(3)]
    plan = check("11,张伟,,,,", f"11,张伟,,{PHONE},,", "11,张伟,,,,zw2", known=known)

    assert plan == MembersPlan([], [], 3)


def test_who_could_be_two_is_asked_for() -> None:
    known = [member(1, phone=PHONE), member(2, phone=OTHER)]

    assert faults("11,张伟,,,,", known=known) == [
        'line 2: 2 known members of "11" could be this "张伟"; a phone and a login tell who.'
    ]


def test_one_person_on_two_lines_is_named() -> None:
    assert faults("11,张伟,,,,", "11,张伟,老张,,,") == [
        'line 3: "张伟" is on line 2 already; tell them apart by login.'
    ]
    assert len(check("11,张伟,,,,", "11,张伟,,,,zw").created) == 2


# ---------------------------------------------------------------- whatever comes

line = st.tuples(
    st.sampled_from(["11", "12"]),
    st.sampled_from(["张伟", "李娜"]),
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
