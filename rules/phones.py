"""Phone numbers: when two are the same one, and what may be shown of one."""

import re
import unicodedata

PHONE = re.compile(r"\+?[0-9]{5,20}")
CHINA = re.compile(
    r"(?:\+|00)86(?:(1[0-9]{10})|0?(10[0-9]{8}|[2-9][0-9]{7,10}))"
)  # a mobile, or an area and its number
BARE_CHINA = re.compile(r"86(1[3-9][0-9]{9})")  # as vCards have it: no other country's number has these 13 digits
LONGEST = 100  # characters with all that stands between: no number is longer
LAST, HIDDEN, MOST_FIRST = 4, 4, 6  # shown at the end, hidden at least, shown at most at the beginning


def kept(written: str) -> str:
    """Digits in ASCII, without spaces, dashes and what a contact list puts around a number unseen."""
    if len(written) > LONGEST:
        return written
    bare = "".join(_sign(letter) for letter in unicodedata.normalize("NFKC", written))
    return f"+{bare}" if BARE_CHINA.fullmatch(bare) else bare


def _sign(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "Nd":
        return str(unicodedata.decimal(letter))
    return "" if letter.isspace() or kind in ("Pd", "Cf", "Zs") or letter == "−" else letter


def normal(phone: str) -> str:
    """The same for each way of writing one number: a Chinese one has no +86, one from abroad + and not 00."""
    bare = kept(phone)
    if found := CHINA.fullmatch(bare):
        return found[1] or f"0{found[2]}"
    return f"+{bare[2:]}" if bare.startswith("00") else bare


def earlier(phone: str) -> frozenset[str]:
    """What `normal` said of the same number in older releases, whose rows are looked for too."""
    now = normal(phone)
    if now.startswith("+"):
        return frozenset((now, f"00{now[1:]}"))
    if re.fullmatch(r"1[3-9][0-9]{9}", now):
        return frozenset((now, f"86{now}"))
    if re.fullmatch(r"0[1-9][0-9]{7,10}", now):
        return frozenset((now, *(f"{first}86{zero}{now[1:]}" for first in ("+", "00") for zero in ("", "0"))))
    return frozenset((now,))


def searched(text: str) -> str | None:
    """The number that a search names as a whole, if it is one."""
    bare = kept(text)
    return normal(bare) if PHONE.fullmatch(bare) else None


def masked(phone: str) -> str:
    """138****8000: enough to know one's own by. Of a short one only the last two."""
    if len(phone) < LAST + HIDDEN:
        return "*" * (len(phone) - 2) + phone[-2:]
    first = min(len(phone) - LAST - HIDDEN, MOST_FIRST)
    return phone[:first] + "*" * (len(phone) - first - LAST) + phone[-LAST:]
