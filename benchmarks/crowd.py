"""The harness's end of load.py: a crowd of subscribers in another process."""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

LOAD = Path(__file__).with_name("load.py")


class Subscription(NamedTuple):
    """board: those of one board have the same versions, and are told together."""

    token: str
    document: str
    variables: dict[str, Any]
    rate: float
    board: str = ""


class CrowdFailed(Exception):
    """A socket was refused, lost, sent an error, or did not get what it was promised."""


class Crowd:
    """Start the process on entering; every call waits for its answer; leaving closes all sockets."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, str(LOAD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        if kind is not None:
            self._process.kill()
        self._process.communicate()

    @property
    def pid(self) -> int:
        return self._process.pid

    def connect(self, url: str, subscriptions: list[Subscription]) -> str:
        """Open one socket for each and return the first frame's text."""
        return self._ask("connect", url=url, plans=[each._asdict() for each in subscriptions])["sample"]

    def storm(self) -> tuple[list[float], dict[str, int]]:
        """Break all sockets off and open them anew, all at once; when each had its first frame, from then on, and what
        each board's slowest shows."""
        answer = self._ask("storm")
        return answer["seconds"], answer["lowest"]

    def lowest(self) -> dict[str, int]:
        """Of each board, the oldest version that a socket shows."""
        return self._ask("lowest")["lowest"]

    def reached(self, since: float, board: str = "") -> tuple[int, list[float]]:
        """Wait until every socket of the board moved on to one same version; return it and how late each was."""
        answer = self._ask("reached", since=since, board=board)
        if answer["lowest"] != answer["version"]:
            raise CrowdFailed(f"versions apart: {answer['lowest']} and {answer['version']}")
        return answer["version"], answer["late_by"]

    def mark(self) -> None:
        """Count from here."""
        self._ask("mark")

    def report(self) -> dict[str, int]:
        return self._ask("report")

    def _ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([command, arguments]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise CrowdFailed("the load process ended")
        answer = json.loads(line)
        if answer["failure"]:
            raise CrowdFailed(answer["failure"])
        return answer
