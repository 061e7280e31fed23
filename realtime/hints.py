"""A hint: these topics changed, up to this version. It carries no state and may be lost, doubled or late."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

ORIGIN = uuid.uuid4().hex  # of this process
MOST_TOPICS = 10_000  # of one message; more than that reads as "everything"
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Hint:
    """committed: when, by this process's monotonic clock; None: by another process, whose clock says nothing here."""

    topics: frozenset[str]
    version: int
    committed: float | None = None

    def encode(self) -> str:
        topics = self.topics if len(self.topics) <= MOST_TOPICS else {EVERYTHING}
        origin = [] if self.committed is None else [ORIGIN, self.committed]
        return json.dumps([self.version, sorted(topics), *origin], separators=(",", ":"))

    @classmethod
    def decode(cls, text: str) -> "Hint":
        version, topics, *origin = json.loads(text)
        committed = float(origin[1]) if origin[:1] == [ORIGIN] else None
        return cls(frozenset(topics), version, committed)

    @classmethod
    def of(cls, topics: Iterable[str], version: int, committed: float | None = None) -> "Hint":
        return cls(frozenset(topics), version, committed)
