"""What a password must not be: what somebody would try first. No rule asks for signs, digits or capitals.

A password is compared folded: width and case, letters for the signs that stand for them, and without signs, or up to
four digits, at its ends.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from rules.guessed_passwords import COMMON, COMMON_WHOLE

AMONG_COMMON = (
    "This password is among those that are tried first, also with digits or signs added. Take several words that do "
    "not belong together."
)
KNOWN_WORD = (
    "This password is little more than the login, a name or an organization, which others know. Take several words "
    "that do not belong together."
)
ONE_RUN = (
    "This password is one run or repetition, such as 12345678, qwertyui or abcabcabc. Take several words that do not "
    "belong together."
)
A_NUMBER = "This password is a date or a phone number, which others may know. Take several words instead."
LEET = str.maketrans("0134578@$!", "oieastbasi")
ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "qaz", "wsx", "edc", "rfv", "tgb", "yhn", "ujm")
RUNS = tuple(run for row in (*ROWS, *COLUMNS) for run in (row, row[::-1]))
LEAST_RUN = 3  # characters
LEAST_BESIDE = 4  # characters that are left beside a known word
SIGNS = "!?.,;:*#-_+=~ "
OURS = ("leitai", "擂台")
PHONE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
DATE = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")


def why_weak(password: str, known: Iterable[str] = ()) -> str | None:
    """What is wrong with it, as a sentence; None: nothing. known: words that others know, such as login and name."""
    text = unicodedata.normalize("NFKC", password).casefold()
    plain = _letters_and_digits(text)
    if _repeats(text) or _repeats(plain) or _only_runs(plain):
        return ONE_RUN
    if PHONE.fullmatch(plain) or _is_date(plain):
        return A_NUMBER
    # Signs stand for letters before they go: p@$$w0rd.
    forms = {plain, _letters_and_digits(text.translate(LEET))}
    cores = {_core(form) for form in forms} | {_letters_and_digits(_core(text.rstrip(SIGNS)).translate(LEET))}
    if plain in COMMON_WHOLE or (forms | cores) & COMMON:
        return AMONG_COMMON
    beside = (form.replace(word, "") for form in forms for word in _words(known) if word in form)
    if any(len(_core(one)) < LEAST_BESIDE for one in beside):
        return KNOWN_WORD
    return None


def _letters_and_digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def _core(text: str) -> str:
    """Without digits at its ends: up to four, or any that are a run, a date or common."""
    before, digits_before = _split(text[::-1])
    text = before[::-1] if _says_little(digits_before[::-1]) else text
    before, digits = _split(text)
    return before if _says_little(digits) else text


def _split(text: str) -> tuple[str, str]:
    """What comes before its last digits, and these."""
    kept = text.rstrip("0123456789")
    return kept, text[len(kept) :]


def _says_little(digits: str) -> bool:
    return len(digits) <= 4 or digits in COMMON_WHOLE or _only_runs(digits) or _repeats(digits) or _is_date(digits)


def _words(known: Iterable[str]) -> set[str]:
    """Each whole, and its parts where signs or blanks stand between."""
    found: set[str] = set()
    for one in (*OURS, *known):
        text = unicodedata.normalize("NFKC", one).casefold()
        parts = ["".join(part) for part in re.findall(r"[^\W_]+", text)]
        found |= {part for part in (*parts, "".join(parts)) if len(part) >= _least(part)}
    return found


def _least(word: str) -> int:
    """Two Han letters are a name; two Latin ones stand in many words."""
    return 3 if word.isascii() else 2


def _repeats(text: str) -> bool:
    """Whether it is one part said again and again, the last time perhaps not to its end."""
    return any(text == (text[:size] * (len(text) // size + 1))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _only_runs(text: str) -> bool:
    """Whether nothing is left beside runs of neighbours and of equals."""
    at = 0
    while at < len(text):
        size = next((size for size in range(len(text) - at, LEAST_RUN - 1, -1) if _is_run(text[at : at + size])), 0)
        if not size:
            return False
        at += size
    return bool(text)


def _is_run(text: str) -> bool:
    return len(set(text)) == 1 or any(text in run for run in RUNS)


def _is_date(text: str) -> bool:
    found = DATE.fullmatch(text)
    try:
        return found is not None and bool(date(*map(int, found.groups())))
    except ValueError:
        return False
