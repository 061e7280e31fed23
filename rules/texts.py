"""Texts, as people and programs send them."""


def sayable(text: str) -> bool:
    """Neither a lone surrogate nor a NUL, which JSON can carry and no database or hash takes."""
    return "\0" not in text and not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)
