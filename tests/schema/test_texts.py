"""Where text enters: what is kept, what is refused, and what living scripts keep of their own."""

from __future__ import annotations

import ast
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import texts
from rules.refusals import Checks

INVISIBLE = (
    "\u3164 \u200b \u2800 \u00ad \u115f \u1160 \uffa0 \u2060 \ufe0f \ufe00 \U000e0041 \U000e0100 \u034f \u180e \ufeff"
)
DIRECTION = "\u202e \u202a \u2066 \u2069 \u200e \u200f \u061c"
CONTROLS = "\x00 \x07 \x1b \x7f \x85 \x9f"
STACKED = ["a" + "\u0301" * 40, "张" + "\u0e49" * 6, "ཀ" + "\u0fb5" * 9, "q\u0301\u0302\u0303\u0304"]
BAD = [*INVISIBLE.split(" "), *DIRECTION.split(), *CONTROLS.split(" "), "\ue000", "\ud800", "\ufdd0", "\U0001ffff"]
LIVING = {
    "Chinese": "张三",
    "a rare Han letter, newer than this Python": "\U000323af\U0002ebf0",
    "Uyghur": "ئابدۇرېھىم ئۆتكۈر",
    "Arabic with vowels": "مُحَمَّدٌ",
    "Persian, a joiner that keeps apart": "می‌خواهم",
    "Tibetan": "བསྟན་འཛིན་རྒྱ་མཚོ",
    "Tibetan, stacked as Sanskrit is": "ཀྵྨླྺྱྃ",
    "Mongolian with its own space and selectors": "ᠮᠣᠩᠭᠣᠯ\u202fᠤᠨ ᠠ\u180b",
    "Zhuang": "Vangz Gyazswngh, ƨeƽ",
    "Vietnamese": "Nguyễn Thị Ngọc Ánh",
    "Burmese": "မြှွို့",
    "Hindi with a joiner": "क्‍ष",
    "Yi": "ꆈꌠ ꉙ",
    "Korean": "김철수",
    "Hebrew with points": "שָׁלוֹם",
    "an emoji of four people": "👨‍👩‍👧‍👦 家",
    "an emoji in its style": "❤️ 1️⃣ ✊🏽",
}


def said(value: str, *, one_line: bool = True) -> tuple[str, list[str]]:
    checks = Checks()
    kept = (checks.line if one_line else checks.text)(value, "name", most=100)
    return kept, [one.message for one in checks.faults]


@pytest.mark.parametrize("bad", [ascii(one) for one in [*BAD, *STACKED]])
def test_what_nobody_can_read_is_refused(bad: str) -> None:
    letters = ast.literal_eval(bad)
    for value in (letters, f"张{letters}三"):
        for one_line in (True, False):
            _, faults = said(value, one_line=one_line)
            assert len(faults) == 1
            assert faults[0].startswith(("name holds U+", "name has "))
            assert "U+" in faults[0]
            assert faults[0].endswith(".")


@pytest.mark.parametrize("value", LIVING.values(), ids=LIVING)
def test_what_a_living_script_needs_passes(value: str) -> None:
    for form in ("NFC", "NFD"):
        kept, faults = said(unicodedata.normalize(form, value))
        assert faults == []
        assert kept == unicodedata.normalize("NFC", value)


def test_a_fault_names_the_letter_and_what_would_be_right() -> None:
    assert said("a\u202eb")[1] == [
        "name holds U+202E RIGHT-TO-LEFT OVERRIDE, which turns the direction of writing; leave it out."
    ]
    assert said("\x7f")[1] == ["name holds U+007F DELETE, a control character; leave it out."]
    assert said("\ue863")[1] == [
        "name holds U+E863, which each computer shows as something else; write the letter of the standard instead."
    ]
    assert said(" \u0301")[1] == [
        "name has the mark U+0301 COMBINING ACUTE ACCENT without a letter below it; write the letter, or leave it out."
    ]


def test_blanks_of_every_kind_are_one_space_in_a_line() -> None:
    spaces = [chr(code) for code in range(0x3001) if unicodedata.category(chr(code)) == "Zs"]
    assert len(spaces) == 17
    for space in (*spaces, "\t", "\r\n", "\u2028"):
        assert said(f"{space}张{space} {space}三{space}") == ("张 三", [])


def test_a_text_keeps_its_lines_and_tabs() -> None:
    assert said(" \u3000一\t二\r\n\u3000\u3000三\r\n ", one_line=False) == ("一\t二\n\u3000\u3000三", [])


def test_what_was_stored_before_is_read_as_it_is() -> None:
    checks = Checks(stored=True)
    assert checks.line("a\u200bb\u202e", "title", most=10) == "a\u200bb\u202e"
    assert checks.faults == []


def test_nothing_is_kept_as_a_name_that_shows_nothing() -> None:
    assert all(map(texts.nameless, ["·", "—", "...", "（）"]))
    assert not any(map(texts.nameless, ["张", "7", "🌸", "J."]))


def test_marks_without_end_take_no_time() -> None:
    """NFC sorts marks in quadratic time: so many of them took 9 s."""
    begun = time.process_time()
    said("a" + "\u0301\u0323" * 50_000)
    assert time.process_time() - begun < 1


@given(st.text(max_size=30))
def test_what_is_kept_is_kept_again(value: str) -> None:
    for tidied in (texts.line, texts.text):
        assert tidied(tidied(value)) == tidied(value)
