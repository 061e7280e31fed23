"""Whether the database still tells how things stand. A socket on which nothing comes says that nothing changed; when
that is not known any more, the silence would be a lie, and the screens have to be told."""

import time

PATIENCE = 10.0  # seconds: five polls that failed, or one that never came back
LOOK = 1.0  # seconds between two looks; lost counts when two find it, as after a stall the polls come first
REFUSAL = "Database unreachable; displayed data may be out of date"


class Contact:
    """One for each thing that is asked regularly; its name is whatever tells them apart."""

    def __init__(self, *asked: str) -> None:
        began = time.monotonic()
        self._heard = dict.fromkeys(asked, began)
        self._missed = False

    def heard(self, of: str) -> None:
        self._heard[of] = time.monotonic()

    @property
    def lost(self) -> bool:
        return time.monotonic() - min(self._heard.values()) > PATIENCE

    def look(self) -> bool:
        """Whether it is lost now and was at the look before."""
        before, self._missed = self._missed, self.lost
        return before and self._missed
