"""What the app hands down to sockets, and what it knows of them."""

from collections.abc import Callable, Hashable
from typing import Any, Protocol

from graphql import GraphQLError

from realtime.boards import Source
from realtime.documents import Documents, Operation
from realtime.groups import Execute
from realtime.hub import Hub
from realtime.logs import LogSource


class Live(Protocol):
    """What the app hands down: who a socket speaks for, and what each subscription field opens."""

    hub: Hub
    documents: Documents

    def admit(self, address: str) -> str | None:
        """None: one more socket from this address is welcome; `release` gives its place back. Else why it is not."""
        ...

    def release(self, address: str) -> None: ...

    async def connect(self, payload: dict[str, Any], socket: "Socket") -> tuple[object, dict[str, Any]]:
        """The viewer for a `connection_init` payload, and the payload of the ack. PermissionError: no such token."""
        ...

    def begin(self, viewer: object, operation: Operation) -> None:
        """An operation begins. Refused: this viewer, or everybody, follows too many. `finish` gives the place back."""
        ...

    def finish(self, viewer: object, operation: Operation) -> None: ...

    def watch(self, viewer: object, board: Hashable, *, instead: bool) -> Callable[[], None]:
        """An operation gets a place at a board, or instead of the one that it has. Refused: this viewer, or everybody,
        follows too many. Call what this gives, once, when the place is given up."""
        ...

    async def open(self, viewer: object, operation: Operation) -> tuple[Source | LogSource, str, Execute, float | None]:
        """What the operation watches, whose execution it may share (equal keys share), how to execute it over a state,
        and the rate it wants. Refused: not for this viewer."""
        ...

    def disconnect(self, viewer: object, socket: "Socket") -> None: ...

    def unexpected(self, error: Exception) -> GraphQLError:
        """An id instead of the error, for the client; the log holds both."""
        ...


class Socket(Protocol):
    """An open socket, as those who watch rights know it."""

    async def renew(self, viewer: object | None, concerns: Callable[[Hashable], bool] | None = None) -> None:
        """Its viewer sees other things now; None: its token is no longer good. concerns: which boards to look at again,
        by key; left out: all. Waits for no socket and no board."""
        ...

    def turn_away(self, reason: str) -> None:
        """It is closed, and may come back later."""
        ...
