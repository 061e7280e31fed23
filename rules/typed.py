"""What people type from memory or off a screen, read as it is meant: logins and pairing codes."""

import unicodedata

from rules import texts

DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－⁃"), "-")
# Capitals of other alphabets, which a keyboard in Cyrillic or Greek types for the same shape.
LOOKALIKES = str.maketrans("АВЕЅІЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYXABEZHIKMNOPTYX")
LONGEST = 500  # characters that are read: more are refused by their number anyway


def unseen(letter: str) -> bool:
    """What comes along when a text is copied: blanks, joiners, marks of direction."""
    return letter.isspace() or texts.within(texts.INVISIBLE, letter) or texts.within(texts.DIRECTIONS, letter)


def login(text: str) -> str:
    """As accounts keep it: without regard to case, width and the kind of dash. A blank inside stays in it."""
    return unicodedata.normalize("NFKC", texts.line(text[:LONGEST])).translate(DASHES).casefold()


def login_typed(text: str) -> str:
    """Somebody's who signs in: no login has a blank, so those inside are slips."""
    return login("".join(letter for letter in text[:LONGEST] if not unseen(letter)))


def code(text: str, alphabet: str) -> str:
    """A code as the screen shows it: in any case and width, whatever was put between its letters, and in letters of
    another alphabet that look the same. What is not in the alphabet is left as it is: it is no code then."""
    shown = unicodedata.normalize("NFKC", text[:LONGEST]).upper().translate(DASHES)
    kept = "".join(letter for letter in shown if not unseen(letter) and letter not in "-_.·")
    if "0" not in alphabet and "O" in alphabet:
        kept = kept.replace("0", "O")
    if "1" not in alphabet and "I" in alphabet:
        kept = kept.replace("1", "I")
    return "".join(letter if letter in alphabet else letter.translate(LOOKALIKES) for letter in kept)
