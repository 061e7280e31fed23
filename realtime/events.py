"""A hint: these topics changed, up to this version. It carries no state and may be lost, doubled or late."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

MOST_TOPICS = 10_000  # of one message; more than that reads as "everything"
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Hint:
    topics: frozenset[str]
    version: int

    def encode(self) -> str:
        topics = self.topics if len(self.topics) <= MOST_TOPICS else {EVERYTHING}
        return json.dumps([self.version, sorted(topics)], separators=(",", ":"))

    @classmethod
    def decode(cls, text: str) -> "Hint":
        version, topics = json.loads(text)
        return cls(frozenset(topics), version)

    @classmethod
    def of(cls, topics: Iterable[str], version: int) -> "Hint":
        return cls(frozenset(topics), version)
