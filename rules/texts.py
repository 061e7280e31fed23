"""The one place where text enters: what is kept of it, and what is refused.

A *line* is a name, a title, a code: what stands in one row of a board. A *text* may have several lines: evidence, a
reason, a description. Both are kept in NFC. A line has no blank around it and one space between its words; a text keeps
its tabs, its line ends (as \\n) and the blanks inside.

Refused is what nobody can see, what turns or piles up other letters, and what another computer shows as something
else. Whatever a living script needs passes: joiners inside Arabic, Indic and Mongolian words, emoji sequences, the
stacks of Tibetan. A letter that this Python's Unicode does not know yet passes too: it may be a rare Han letter of a
name. Nothing here is applied to what is read from the database.
"""

import re
import unicodedata

HAN_AND_SIGNS = r"·\u3001-\u3029\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e"
PLAIN_LINE = re.compile(rf"[\x21-\x7e{HAN_AND_SIGNS}]+(?: [\x21-\x7e{HAN_AND_SIGNS}]+)*")  # NFC, nothing to refuse
PLAIN_TEXT = re.compile(rf"[\x21-\x7e{HAN_AND_SIGNS}](?:[\x20-\x7e\n{HAN_AND_SIGNS}]*[\x21-\x7e{HAN_AND_SIGNS}])?")
SPACES = r" \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"  # all of Unicode's Zs
MONGOLIAN = r"\u1800-\u18af"
# Mongolian writes a narrow no-break space before a suffix, which shapes it: that one stays.
BLANKS = re.compile(rf"(?<=[{MONGOLIAN}])\u202f(?=[{MONGOLIAN}])|([{SPACES}\t\n\r\u2028\u2029]+)")
LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
AROUND = re.compile(rf"\A[{SPACES}\t\n\r\u2028\u2029]+|[{SPACES}\t\n\r\u2028\u2029]+\Z")

Ranges = tuple[tuple[int, int], ...]
DIRECTIONS: Ranges = ((0x061C, 0x061C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069))
JOINERS = "\u200c\u200d"
EMOJI_STYLES = "\ufe0e\ufe0f"
# Default_Ignorable_Code_Point of Unicode 15.1, and signs that are drawn as nothing: the blank of Braille, fillers of
# Hangul, Khitan and hieroglyphs, a null note.
INVISIBLE: Ranges = (
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200D)),
    *((0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0)),
    *((0xFFF0, 0xFFFC), (0x13430, 0x1345F), (0x16FE4, 0x16FE4), (0x1BCA0, 0x1BCA3), (0x1D159, 0x1D159)),
    *((0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
# Scripts whose letters take another shape, or break, by a joiner between them.
JOINED: Ranges = (
    *((0x0600, 0x074F), (0x0750, 0x077F), (0x07C0, 0x07FF), (0x0840, 0x08FF), (0x0900, 0x0DFF), (0x1000, 0x109F)),
    *((0x1780, 0x18AF), (0x1B00, 0x1C4F), (0xA840, 0xA87F), (0xA8E0, 0xA8FF), (0xAA60, 0xAA7F), (0xFB50, 0xFDFF)),
    *((0xFE70, 0xFEFC), (0x10D00, 0x10D3F), (0x11000, 0x11FFF), (0x1E900, 0x1E95F)),
)
PICTURES: Ranges = (
    *((0x00A9, 0x00A9), (0x00AE, 0x00AE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122), (0x2139, 0x2139)),
    *((0x2194, 0x21AA), (0x231A, 0x23FF), (0x24C2, 0x24C2), (0x25AA, 0x25FE), (0x2600, 0x27BF), (0x2934, 0x2935)),
    *((0x2B05, 0x2B55), (0x3030, 0x3030), (0x303D, 0x303D), (0x3297, 0x3297), (0x3299, 0x3299), (0x1F000, 0x1FAFF)),
)
# How many marks one letter may carry. Vietnamese needs 2 where it is not composed, Hebrew and Arabic 3, Burmese 4;
# a Tibetan letter carries others below it, up to 7 in Sanskrit words.
COMMON_MARKS: Ranges = (
    *((0x0300, 0x036F), (0x0483, 0x0489), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0x302A, 0x302F)),
    *((0x3099, 0x309A), (0xFE20, 0xFE2F)),
)
TIBETAN: Ranges = ((0x0F00, 0x0FFF),)
MOST_COMMON, MOST_TIBETAN, MOST_OTHER = 3, 8, 5
MOST_UNCOMPOSED = 16  # marks in a row before NFC, which sorts them in quadratic time
CONTROLS = {
    0x00: "NULL",
    0x07: "BELL",
    0x08: "BACKSPACE",
    0x0B: "LINE TABULATION",
    0x0C: "FORM FEED",
    0x1B: "ESCAPE",
    0x7F: "DELETE",
    0x85: "NEXT LINE",
}


def sayable(text: str) -> bool:
    """Neither a lone surrogate nor a NUL, which JSON can carry and no database or hash takes."""
    return "\0" not in text and not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)


def line(text: str) -> str:
    """As it is kept where one line is meant. What is to be refused is still in it."""
    if PLAIN_LINE.fullmatch(text):
        return text
    return BLANKS.sub(lambda found: " " if found[1] else found[0], _composed(text)).strip(" ")


def text(text: str) -> str:
    """As it is kept where several lines are allowed. What is to be refused is still in it."""
    if PLAIN_TEXT.fullmatch(text):
        return text
    return AROUND.sub("", LINE_ENDS.sub("\n", _composed(text)))


def _composed(text: str) -> str:
    return text if _piled_up(text) else unicodedata.normalize("NFC", text)


def _piled_up(text: str) -> bool:
    run = 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run > MOST_UNCOMPOSED:
            return True
    return False


def fault(kept: str, *, one_line: bool) -> str | None:
    """What is wrong with a line or a text that was tidied: the end of a sentence that begins with the field's name."""
    if (PLAIN_LINE if one_line else PLAIN_TEXT).fullmatch(kept):
        return None
    marks = 0
    for place, letter in enumerate(kept):
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind in ("Mn", "Me") and letter not in EMOJI_STYLES else 0
        if marks > most_marks(letter):
            return (
                f"has {marks} marks or more on one letter, such as {named(letter)}; {most_marks(letter)} are allowed."
            )
        if letter == " " or (kind[0] in "LNPS" and ord(letter) < 0x115F):
            continue
        if one_line and kind[0] == "M" and (place == 0 or kept[place - 1] == " ") and letter not in EMOJI_STYLES:
            return f"has the mark {named(letter)} without a letter below it; write the letter, or leave it out."
        if wrong := _wrong(kept, place, kind, one_line):
            return f"holds {named(letter)}, {wrong}"
    return None


def _wrong(kept: str, place: int, kind: str, one_line: bool) -> str | None:
    letter = kept[place]
    code = ord(letter)
    before, after = kept[place - 1 : place], kept[place + 1 : place + 2]
    if kind == "Cc":
        return None if letter in "\t\n" and not one_line else "a control character; leave it out."
    if kind == "Cs":
        return "half of a letter; it is not valid Unicode text. Send it again as UTF-8."
    if kind == "Co":
        return "which each computer shows as something else; write the letter of the standard instead."
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return "which is no letter; leave it out."
    if letter == "\ufffd" and one_line:
        return "which stands where a letter was lost; write that letter again."
    if within(DIRECTIONS, letter):
        return "which turns the direction of writing; leave it out."
    if within(INVISIBLE, letter) and not _needed(letter, before, after):
        return "which nobody can see; leave it out."
    return None


def _needed(letter: str, before: str, after: str) -> bool:
    """Whether a sign that is not seen itself shapes what stands beside it."""
    if letter in JOINERS:
        words = within(JOINED, before) and within(JOINED, after)
        return words or (letter == "\u200d" and _pictured(before) and within(PICTURES, after))
    if letter in EMOJI_STYLES:
        return within(PICTURES, before) or (before != "" and before in "0123456789#*")
    return 0x180B <= ord(letter) <= 0x180F and re.match(f"[{MONGOLIAN}]", before) is not None


def _pictured(before: str) -> bool:
    return before == "\ufe0f" or within(PICTURES, before)


def most_marks(letter: str) -> int:
    if within(COMMON_MARKS, letter):
        return MOST_COMMON
    return MOST_TIBETAN if within(TIBETAN, letter) else MOST_OTHER


def within(ranges: Ranges, letter: str) -> bool:
    return letter != "" and any(first <= ord(letter) <= last for first, last in ranges)


def named(letter: str) -> str:
    """U+202E RIGHT-TO-LEFT OVERRIDE"""
    name = unicodedata.name(letter, CONTROLS.get(ord(letter), ""))
    return f"U+{ord(letter):04X} {name}".rstrip()


def nameless(kept: str) -> bool:
    """Whether a row with this name would stand without one: no letter, no digit, no picture."""
    return not any(unicodedata.category(letter)[0] in "LN" or unicodedata.category(letter) == "So" for letter in kept)
