"""The servers that are compared: how each is started, subscribed to, changed and asked what it did."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from crowd import Subscription
from documents import subscriptions

HERE = Path(__file__).parent
NODE = HERE / "node"
UVICORN = (
    "--host=127.0.0.1",
    "--ws=websockets-sansio",
    "--loop=uvloop",
    "--http=httptools",
    "--ws-per-message-deflate=false",
    "--ws-ping-interval=10",
    "--ws-ping-timeout=10",
    "--no-access-log",
    "--log-level=warning",
)


class Contender(ABC):
    """One server, one process, one port. `start` and `stop` may be called again and again."""

    name: ClassVar[str]
    shares: ClassVar[bool] = True  # one execution serves all who ask for the same
    boards = 1

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def start(self) -> str:
        """Start, wait until it answers, and return the WebSocket's address."""

    @abstractmethod
    def subscriptions(self, n: int) -> list[Subscription]:
        """Return n subscriptions, dealt to its boards."""

    @abstractmethod
    def board(self, i: int) -> str:
        """Return which board the i-th change changes."""

    @abstractmethod
    def change(self, i: int) -> None:
        """Make the i-th change: exactly one new version of that board."""

    @abstractmethod
    def version(self, i: int) -> int:
        """Return the newest version of the board of the i-th change, by the server's own word."""

    def counters(self) -> dict[str, int]:
        """Return its own count of `loads` and `executions` so far; empty where nothing is shared."""
        return {}

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def cpu_seconds(self) -> float:
        """User and system time of all its threads: the CPU clock that Linux keeps for every process."""
        assert self._process is not None
        return time.clock_gettime(~self._process.pid << 3 | 2)

    def _run(self, command: list[str], ready: str, *, cwd: Path, env: dict[str, str] | None = None) -> None:
        """Start the process and wait until `ready` answers, whatever it answers."""
        self._process = subprocess.Popen(command, cwd=cwd, env=os.environ | (env or {}))
        for _ in range(300):
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with exit code {self._process.returncode}")
            try:
                urllib.request.urlopen(ready, timeout=5).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
            else:
                return
        self.stop()
        raise RuntimeError(f"{self.name} did not answer within 30 s")


class Baseline(Contender):
    """A server that takes its board from a file, needs no token and changes on POST /change."""

    def __init__(self, frame: Path, boards: int = 1) -> None:
        super().__init__()
        self.frame, self.boards = frame, boards
        self._base = ""
        self._versions: dict[str, int] = {}

    def start(self) -> str:
        port = free_port()
        self._base = f"http://127.0.0.1:{port}"
        env = {"BENCHMARK_BOARD": str(self.frame), "NODE_ENV": "production"}
        self._run(self._command(port), self._base, cwd=HERE, env=env)
        return f"ws://127.0.0.1:{port}/graphql"

    @abstractmethod
    def _command(self, port: int) -> list[str]: ...

    def subscriptions(self, n: int) -> list[Subscription]:
        return subscriptions([f"viewer-{i}" for i in range(18)], list(map(self.board, range(self.boards))), n)

    def board(self, i: int) -> str:
        return f"organization-{i % self.boards:02}"

    def change(self, i: int) -> None:
        request = urllib.request.Request(f"{self._base}/change?board={self.board(i)}", method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            self._versions[self.board(i)] = json.load(answer)["version"]

    def version(self, i: int) -> int:
        return self._versions[self.board(i)]


class Bare(Baseline):
    name = "bare Starlette loop"

    def _command(self, port: int) -> list[str]:
        return [sys.executable, "-m", "uvicorn", "baselines.bare:app", f"--port={port}", *UVICORN]


class Stock(Baseline):
    name = "stock Strawberry"

    def _command(self, port: int) -> list[str]:
        return [sys.executable, "-m", "uvicorn", "baselines.stock:app", f"--port={port}", *UVICORN]


class Node(Baseline):
    name = "graphql-ws on Node"

    def _command(self, port: int) -> list[str]:
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            raise RuntimeError("node and npm are needed for graphql-ws; or leave it out with --only")
        if not (NODE / "node_modules").is_dir():
            install = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(install, cwd=NODE, check=True, stdout=sys.stderr)
        return [node, str(NODE / "server.mjs"), str(port), str(self.frame)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
