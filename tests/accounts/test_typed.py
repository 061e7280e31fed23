"""Logins, pairing codes and phone numbers are read as they are meant."""

from __future__ import annotations

import pytest

from resolvers.displays.pairings import ALPHABET
from rules import phones, typed


@pytest.mark.parametrize(
    "written",
    [
        "BC3479",
        "bc3479",
        "ＢＣ３４７９",
        "ｂｃ３４７９",
        "BC 3479",
        "BC\u30003479",
        "bc-34-79",
        "BC－3479",
        "BC–34—79",
        "\u202dBC3479\u202c",
        "ВС3479",
    ],
)
def test_a_pairing_code_is_read_as_it_is_meant(written: str) -> None:
    assert typed.code(written, ALPHABET) == "BC3479"


def test_look_alikes_are_read_where_the_alphabet_allows() -> None:
    assert typed.code("0I1o", "OI") == "OIIO"
    assert typed.code("BC347", ALPHABET) == "BC347"
    assert typed.code("BC347O", ALPHABET) == "BC347O"  # no code: neither O nor 0 is ever shown


@pytest.mark.parametrize("written", ["wang-fang", "Wang-Fang", "ｗａｎｇ－ｆａｎｇ", " WANG–FANG "])
def test_a_login_is_read_as_it_is_meant(written: str) -> None:
    assert typed.login(written) == "wang-fang"
    assert typed.login_typed(f"\u200b{written[:3]} {written[3:]}") == "wang-fang"


def test_a_new_login_keeps_its_blank_so_that_it_is_refused() -> None:
    assert typed.login("wang fang") == "wang fang"


CHINESE = [
    "13800138000",
    "+86 138 0013 8000",
    "0086-138-0013-8000",
    "86 13800138000",
    "１３８００１３８０００",
    "＋86 138－0013－8000",
    "\u202d+8613800138000\u202c",
    "138\u00a00013\u20118000",
    "138–0013—8000",
]


@pytest.mark.parametrize("written", CHINESE)
def test_one_number_has_one_form(written: str) -> None:
    assert phones.normal(phones.kept(written)) == "13800138000"
    assert phones.PHONE.fullmatch(phones.kept(written))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0571-87654321", "+86 571 87654321"),
        ("010 62345678", "0086 10 62345678"),
        ("+44 20 7946 0000", "0044 2079460000"),
    ],
)
def test_landlines_and_numbers_from_abroad_too(one: str, other: str) -> None:
    assert phones.normal(one) == phones.normal(other)
    assert phones.normal(one) in phones.earlier(other)


def test_two_numbers_stay_two() -> None:
    several = [
        "13800138000",
        "13800138001",
        "+1 380 013 8000",
        "380 0138000",
        "0380 0138000",
        "8613800",
        "+49 30 901820",
    ]
    assert len({phones.normal(one) for one in several}) == len(several)
