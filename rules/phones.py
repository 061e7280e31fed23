"""Phone numbers: when two are the same one, and what may be shown of one."""

import re

PHONE = re.compile(r"\+?[0-9]{5,20}")
CHINA = re.compile(r"(?:\+|00)86(1[0-9]{10})")
BETWEEN = re.compile(r"[\s\-‐-―－]")
LAST, HIDDEN, MOST_FIRST = 4, 4, 6  # shown at the end, hidden at least, shown at most at the beginning


def kept(written: str) -> str:
    """Without spaces and dashes."""
    return BETWEEN.sub("", written)


def normal(phone: str) -> str:
    """The same for each way of writing one number: a Chinese mobile's has no +86."""
    bare = kept(phone)
    found = CHINA.fullmatch(bare)
    return found[1] if found else bare


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
