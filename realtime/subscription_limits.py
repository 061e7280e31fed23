"""Open subscriptions of this process: how many of each field, and how many different documents and boards are kept
going by one, and by all.

Each different document costs an execution per change of each board, so they are bounded: else one token, with twenty
sockets of 64 operations, could ask for 1,280. Documents that differ in spelling, or in which board they ask for, are
one.

Each different board costs a load per change and is kept in memory, so they are bounded too: by account, because who
signs in again has another token.
"""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

from realtime.documents import Operation, Refused
from realtime.graphql_errors import beyond
from rules.error_codes import Code

K = TypeVar("K", bound=Hashable)
MOST_OF_ONE = 20  # documents of one token: a screen needs a handful
MOST = 500  # of all
MOST_BOARDS_OF_ONE = 100  # of one account: five kiosks of twenty each; a display has an account of its own
MOST_BOARDS = 5_000  # of all: a city's 3,500 organizations, each board with its loads, and some in two views


@dataclass(slots=True)
class DistinctLimit:
    """What is followed, each thing once however often, by one and by all. limit, code: as docs/errors.md names them.
    one, all: the sentences that refuse one too many, with its number."""

    limit: str
    code: Code
    of_one: int
    of_all: int
    one: str
    all: str
    followed: Counter[Hashable] = field(default_factory=Counter[Hashable])
    _by: dict[Hashable, Counter[Hashable]] = field(default_factory=dict[Hashable, Counter[Hashable]])

    def refuse(self, who: Hashable, what: Hashable) -> None:
        """Refused: this would be one too many."""
        own = self._by.get(who, ())
        for known, allowed, message in ((own, self.of_one, self.one), (self.followed, self.of_all, self.all)):
            if what not in known and len(known) >= allowed:
                raise Refused(beyond(self.limit, allowed + 1, allowed, message.format(allowed), self.code))

    def enter(self, who: Hashable, what: Hashable) -> None:
        self.followed[what] += 1
        self._by.setdefault(who, Counter())[what] += 1

    def leave(self, who: Hashable, what: Hashable) -> None:
        own = self._by[who]
        _less(self.followed, what)
        _less(own, what)
        if not own:
            del self._by[who]


def _documents() -> DistinctLimit:
    return DistinctLimit(
        "documents",
        Code.TOO_MANY_DOCUMENTS,
        MOST_OF_ONE,
        MOST,
        "This token follows {} different documents; complete one, or reuse a document.",
        "This server follows {} different documents; reuse a common one, or try again later.",
    )


def _boards() -> DistinctLimit:
    return DistinctLimit(
        "boards",
        Code.TOO_MANY_BOARDS,
        MOST_BOARDS_OF_ONE,
        MOST_BOARDS,
        "This account follows {:,} different boards; complete one of its subscriptions first.",
        "This server follows {:,} different boards; reuse a common one, or try again later.",
    )


class Census:
    def __init__(self) -> None:
        self.fields: Counter[str] = Counter()
        self._documents, self._boards = _documents(), _boards()

    @property
    def documents(self) -> int:
        return len(self._documents.followed)

    @property
    def boards(self) -> int:
        return len(self._boards.followed)

    def enter(self, token: Hashable, operation: Operation) -> None:
        """Refused: one document too many. Otherwise call `leave` when the operation is over."""
        self._documents.refuse(token, operation.normal)
        self._documents.enter(token, operation.normal)
        self.fields[operation.field] += 1

    def leave(self, token: Hashable, operation: Operation) -> None:
        self._documents.leave(token, operation.normal)
        _less(self.fields, operation.field)

    def watch(self, account: Hashable, board: Hashable, *, instead: bool) -> Callable[[], None]:
        """Refused: one board too many, unless it is shown instead of another, whose place is still to be given back:
        a right that moved must not end what it left. Otherwise call what this gives, once, when the board is left."""
        if not instead:
            self._boards.refuse(account, board)
        self._boards.enter(account, board)
        return lambda: self._boards.leave(account, board)


def _less(counter: Counter[K], key: K) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
