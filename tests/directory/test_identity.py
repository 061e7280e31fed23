"""Which spellings are one name, and docs/identity.md, whose tables are held to the code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import identity, phones, texts
from rules.identity import Marks, folded, look, told_apart

PAGE = (Path(__file__).parents[2] / "docs" / "identity.md").read_text("utf-8")
PAIR = re.compile(r"\|[^|]*?`([^`]+)` \| `([^`]+)` \|")


def pairs(heading: str) -> list[tuple[str, str]]:
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = [(one[1], one[2]) for line in part.splitlines() if (one := PAIR.search(line))]
    assert len(found) > 3
    return found


@pytest.mark.parametrize(("one", "other"), pairs("One name: what is folded"))
def test_the_page_says_what_is_folded(one: str, other: str) -> None:
    assert one != other
    assert folded(one) == folded(other)
    assert look(one) == look(other)
    for written in (one, other):
        assert texts.fault(texts.line(written), one_line=True) is None


@pytest.mark.parametrize(("one", "other"), pairs("Two names: what is not folded, and why"))
def test_the_page_says_what_is_not_folded(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(("one", "other"), pairs("Aliases that look like a name"))
def test_the_page_says_what_looks_alike(one: str, other: str) -> None:
    assert folded(one) != folded(other)
    assert look(one) == look(other)


@pytest.mark.parametrize(("one", "other"), pairs("One phone"))
def test_the_page_says_which_phones_are_one(one: str, other: str) -> None:
    assert phones.normal(one) == phones.normal(other)


def test_what_looks_different_stays_different() -> None:
    names = ["张三", "张二", "Anna0", "AnnaO", "Petra", "Retra", "吕三", "吴三", "己三", "已三", "·", "-", "👩", "👨"]
    assert len({look(one) for one in names}) == len(names)
    assert all(look(one) and folded(one) for one in names)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (("1", None), ("2", None), True),
        (("1", "a"), ("1", "b"), True),
        ((None, "a"), (None, "b"), True),
        ((None, "a"), ("1", None), False),
        ((None, None), (None, None), False),
        (("1", None), ("1", "a"), False),
    ],
)
def test_what_tells_two_of_one_name_apart(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None], apart: bool
) -> None:
    assert told_apart(Marks(*one), Marks(*other)) is apart
    assert told_apart(Marks(*other), Marks(*one)) is apart


def spellings(name: str) -> Iterator[str]:
    """As other keyboards and programs write it."""
    yield unicodedata.normalize("NFD", name)
    yield name.upper()
    yield "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in name)
    yield from (name.replace("·", f"{blank}{dot}") for dot in "•・‧．∙⋅" for blank in ("", " "))
    yield f"\u3000{name.replace(' ', chr(0x2003) * 2)} "


HAN = st.text("张王李阿依古丽买提明强", min_size=1, max_size=4)
LATIN = st.text("abcdeéüñxyz", min_size=1, max_size=6)
NAMES = st.one_of(
    st.lists(HAN, min_size=1, max_size=3).map("·".join), st.lists(LATIN, min_size=1, max_size=3).map(" ".join)
)


@given(NAMES)
def test_every_spelling_of_a_name_has_its_key(name: str) -> None:
    for written in spellings(name):
        assert identity.name_key(written) == identity.name_key(name), written
        assert identity.shown_key(written) == identity.shown_key(name), written


@given(NAMES, NAMES)
def test_two_names_have_two_keys(one: str, other: str) -> None:
    assert (folded(one) == folded(other)) == (one == other)


@given(st.text(max_size=12))
def test_folding_is_done_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)
