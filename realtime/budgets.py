"""How much of the loop one address may take with documents that are not known yet: a burst, then a part of the time.

What is known costs nothing, so that a hall behind one address, whose screens all ask for the same, never meets this.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import contextmanager

from realtime.graphql_errors import Refused, fault
from rules.error_codes import Code
from rules.ip_networks import network

BURST = 4.0  # seconds of work: hundreds of documents of a developer's tool, some twenty of the worst there are
MOST = 10_000  # addresses of which a process knows what they owe


class Unaffordable(Refused):
    """The address has had its share for now. wait: seconds until it may send another document that is not known."""

    def __init__(self, wait: int) -> None:
        message = f"Too many new documents came from this address; try again in {wait} s, and send values as variables."
        super().__init__(fault(Code.TOO_MANY_NEW_DOCUMENTS, message, wait=wait))
        self.wait = wait


class Budget:
    """share: seconds of work paid off in a second. clock: seconds; work: seconds that this thread worked."""

    def __init__(
        self,
        share: float,
        clock: Callable[[], float] = time.monotonic,
        work: Callable[[], float] = time.thread_time,
    ) -> None:
        self._share, self._clock, self._work = share, clock, work
        self._owed: OrderedDict[str, tuple[float, float]] = OrderedDict()  # seconds of work, at that time

    @contextmanager
    def charged(self, address: str) -> Generator[None]:
        """What is done within is added to what the address owes. Unaffordable: it owes too much already. Empty: nobody
        owes it."""
        if not address:
            yield
            return
        sender = network(address)
        if (over := self._owes(sender) - BURST) > 0:
            raise Unaffordable(math.ceil(over / self._share))
        began = self._work()
        try:
            yield
        finally:
            self._owed[sender] = self._owes(sender) + self._work() - began, self._clock()
            self._owed.move_to_end(sender)
            while len(self._owed) > MOST:
                self._owed.popitem(last=False)

    def _owes(self, sender: str) -> float:
        owed, since = self._owed.get(sender, (0.0, 0.0))
        return max(0.0, owed - self._share * (self._clock() - since))
