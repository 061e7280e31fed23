"""Open subscriptions of this process: how many of each field, and how many different documents one token keeps going.

Each different document costs an execution per change of each board, so they are bounded: else one token, with twenty
sockets of 64 operations, could ask for 1,280. Documents that differ in spelling, or in which board they ask for, are
one.
"""

from collections import Counter
from collections.abc import Hashable

from realtime.documents import Operation, Refused
from realtime.faults import beyond
from rules.codes import Code

MOST_OF_ONE = 20  # of one token: a screen needs a handful
MOST = 500  # of all


class Census:
    def __init__(self) -> None:
        self.fields: Counter[str] = Counter()
        self._documents: Counter[str] = Counter()
        self._of: dict[Hashable, Counter[str]] = {}

    @property
    def documents(self) -> int:
        return len(self._documents)

    def enter(self, token: Hashable, operation: Operation) -> None:
        """Refused: one document too many. Otherwise call `leave` when the operation is over."""
        own = self._of.get(token, Counter())
        if operation.normal not in own and len(own) >= MOST_OF_ONE:
            raise _too_many(
                MOST_OF_ONE, f"This token follows {MOST_OF_ONE} different documents; complete one, or ask for the same."
            )
        if operation.normal not in self._documents and len(self._documents) >= MOST:
            raise _too_many(
                MOST, f"{MOST} different documents are being followed here; ask for a common one, or later."
            )
        self.fields[operation.field] += 1
        self._documents[operation.normal] += 1
        own[operation.normal] += 1
        self._of[token] = own

    def leave(self, token: Hashable, operation: Operation) -> None:
        own = self._of[token]
        _less(self.fields, operation.field)
        _less(self._documents, operation.normal)
        _less(own, operation.normal)
        if not own:
            del self._of[token]


def _less(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]


def _too_many(allowed: int, message: str) -> Refused:
    return Refused(beyond("documents", allowed + 1, allowed, message, Code.TOO_MANY_DOCUMENTS))
