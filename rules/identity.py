"""Who is the same person, for the API and for imports alike; docs/identity.md lists what is folded and what is not.

Two keys are made of a name. `folded` says whether two spellings are one name: it forgets width, case, composition, the
kind of dot, dash and apostrophe, and blanks beside Han letters. `look` says whether two names would be taken for each
other on a board: it also forgets blanks, dots, dashes, and which alphabet a letter of the same shape is from.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from rules import texts, typed

DOTS = "·•․‧∙⋅⸱⸳●◦⦁᛫ꞏ・.。"  # NFKC has made ･ ． ﹒ ｡ of them
APOSTROPHES = "'’‘‛ʼʻʽˈ′`´՚׳ꞌ"
# Radicals that a PDF gives for the letters of the same shape, where NFKC does not know them.
RADICALS = str.maketrans(
    "⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰", "民虎西见角贝车長长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙"
)
SIGNS = {
    **dict.fromkeys(map(ord, DOTS), "·"),
    **dict.fromkeys(map(ord, APOSTROPHES), "'"),
    **typed.DASHES,
    **RADICALS,
}
BEFORE_NFKC = dict.fromkeys(map(ord, APOSTROPHES), "'")  # of which NFKC makes a blank and a mark
HAN = (
    r"\u2e80-\u2fff\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u9fff\uac00-\ud7a3"
    r"\U00020000-\U0003ffff"
)
NO_BLANK = re.compile(rf"(?<=[{HAN}·'-]) | (?=[{HAN}·'-])")
REPEATED = re.compile(r"([·'-])\1+")
PLAIN = re.compile(r"[a-z0-9\u4e00-\u9fff]+")  # folded already
BETWEEN = re.compile(r"[ ·'_-]")
# Small letters of Cyrillic, Greek and Armenian whose shape, small or capital, is that of a Latin one.
SHAPES = str.maketrans("авекмнорстухіїјѕԁһԛԝүαβεζηικμνορτυχօոսց", "abekmhopctyxiijsdhqwyabezhikmnoptyxonug")
KEY = 32  # hex digits: two names in 2¹²⁸ would be taken for one


def folded(name: str) -> str:
    """The same for each spelling of one name."""
    if PLAIN.fullmatch(name):
        return name
    text = unicodedata.normalize("NFKC", texts.line(name).translate(BEFORE_NFKC))
    text = unicodedata.normalize("NFKC", text.casefold()).translate(SIGNS)
    text = "".join(
        letter
        for letter in text
        if not texts.within(texts.INVISIBLE, letter) and not texts.within(texts.DIRECTIONS, letter)
    )
    text = texts.line(REPEATED.sub(r"\1", NO_BLANK.sub("", texts.line(text))))
    return text.strip("· ") or text


def look(name: str) -> str:
    """The same for names that would be taken for each other where they are shown."""
    text = folded(name)
    bare = text if PLAIN.fullmatch(text) else BETWEEN.sub("", text.translate(SHAPES))
    return bare or text


def name_key(name: str) -> str:
    return _key("name", folded(name))


def shown_key(shown: str) -> str:
    return _key("shown", look(shown))


def _key(purpose: str, text: str) -> str:
    return hashlib.sha256(f"{purpose}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:KEY]


@dataclass(frozen=True, slots=True)
class Marks:
    """What tells two of one name apart. phone: in its normal form, or its index."""

    phone: str | None
    login: str | None


def told_apart(one: Marks, other: Marks) -> bool:
    """Both have a phone, or both have a login, and the two differ."""
    return any(
        mine is not None and theirs is not None and mine != theirs
        for mine, theirs in ((one.phone, other.phone), (one.login, other.login))
    )
