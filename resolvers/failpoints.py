"""Six named places at which a test may kill the process. The app arms one; without that they do nothing."""

from collections.abc import Callable

BEFORE_BEGIN = "before_begin"
AFTER_FIRST_WRITE = "after_first_write"
BEFORE_COMMIT = "before_commit"
AFTER_COMMIT = "after_commit"
AFTER_ANNOUNCING = "after_announcing"
BEFORE_ANSWERING = "before_answering"
NAMES = (BEFORE_BEGIN, AFTER_FIRST_WRITE, BEFORE_COMMIT, AFTER_COMMIT, AFTER_ANNOUNCING, BEFORE_ANSWERING)

_armed: list[Callable[[str], None]] = []


def arm(action: Callable[[str], None]) -> None:
    """`action` is called with the name of every place that is passed."""
    _armed.append(action)


def passing(name: str) -> None:
    for action in _armed:
        action(name)
