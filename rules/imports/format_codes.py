"""Number formats of spreadsheets, cut into their parts (ECMA-376, part 1, 18.8.30 and 18.8.31)."""

import re
from dataclasses import dataclass

GENERAL = "General"
WORDS = re.compile(r"General|G/通用格式|AM/PM|A/P|上午/下午|[eE][+-]", re.IGNORECASE)
CURRENCY = re.compile(r"\[\$([^\-\]]*)(?:-([^\]]*))?\]")
COLOUR = re.compile(r"\[(?:black|blue|cyan|green|magenta|red|white|yellow|colou?r ?\d{1,2})\]", re.IGNORECASE)

# The formats that a file names by number alone. From 27 on they are those of Chinese programs.
BUILT_IN = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    48: "##0.0E+0",
    49: "@",
    **dict.fromkeys((5, 6, 7, 8, 37, 38, 39, 40, 41, 42, 43, 44), "#,##0.00"),
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    34: '上午/下午h"时"mm"分"',
    35: '上午/下午h"时"mm"分"ss"秒"',
    55: '上午/下午h"时"mm"分"',
    56: '上午/下午h"时"mm"分"ss"秒"',
}


@dataclass(frozen=True, slots=True)
class Token:
    """literal: shown as it stands. Else a sign of the format: a letter or digit, a word, something in brackets.
    harmless: it changes nothing of the text, as a colour."""

    text: str
    literal: bool = False
    harmless: bool = False


def literal(text: str) -> Token:
    return Token(text, literal=True)


def sections(code: str) -> list[str]:
    """For positive numbers, negative ones, zero, and text."""
    parts, start, at, quoted = list[str](), 0, 0, False
    while at < len(code):
        if code[at] == '"':
            quoted = not quoted
        elif not quoted and code[at] in "\\_*":
            at += 1
        elif not quoted and code[at] == ";":
            parts.append(code[start:at])
            start = at + 1
        at += 1
    return [*parts, code[start:]]


def tokens(section: str) -> list[Token]:
    found, at = list[Token](), 0
    while at < len(section):
        sign = section[at]
        if sign == '"':
            end = section.find('"', at + 1)
            end = len(section) if end < 0 else end
            found.append(literal(section[at + 1 : end]))
            at = end + 1
        elif sign == "\\":
            found.append(literal(section[at + 1 : at + 2]))
            at += 2
        elif sign == "_":
            found.append(literal(" "))
            at += 2
        elif sign == "*":
            found.append(Token("*"))
            at += 2
        elif sign == "[":
            end = section.find("]", at)
            end = len(section) - 1 if end < 0 else end
            found.append(_bracket(section[at : end + 1]))
            at = end + 1
        elif word := WORDS.match(section, at):
            general = word[0][0] in "Gg"
            found.append(Token(GENERAL if general else word[0]))
            at = word.end()
        else:
            found.append(literal(sign) if _stands_as_it_is(sign) else Token(sign))
            at += 1
    return found


def _stands_as_it_is(sign: str) -> bool:
    return sign in "-+ ():~'^&{}<>=!$" or not sign.isascii()


def _bracket(text: str) -> Token:
    if money := CURRENCY.fullmatch(text):
        return Token(text, harmless=not money[1])
    return Token(text, harmless=bool(COLOUR.fullmatch(text)))
