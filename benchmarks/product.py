"""The product, served on a town: how it is started, changed through its API, and asked what it did."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import town
from contenders import free_port
from crowd import Subscription

COMMAND = Path(sys.executable).with_name("leitai")
AWARD = """mutation ($input: AwardPointsInput!) { awardPoints(input: $input) {
  __typename ... on UserError { message } } }"""
GENEROUS = {
    "LEITAI_SOCKETS_PER_TOKEN": "20000",
    "LEITAI_SOCKETS_PER_ADDRESS": "20000",
    "LEITAI_LOG_LEVEL": "warning",
}
PATIENCE = 60.0


class Product:
    """`leitai serve`, from entering to leaving. By default one process on SQLite; settings as the environment has
    them."""

    def __init__(self, *, workers: int = 1, branches: int = 1, members: int = 20, scored: int = 10, **settings: str):
        self._folder = tempfile.TemporaryDirectory()
        self.workers, self._size = workers, {"branches": branches, "members": members, "scored": scored}
        database = {"DATABASE_URL": f"sqlite://{self._folder.name}/leitai.sqlite3"}
        self._settings = {**GENEROUS, **database, **settings}

    def __enter__(self) -> Self:
        environment = os.environ | self._settings
        subprocess.run([COMMAND, "migrate"], cwd=self._folder.name, env=environment, check=True, stdout=sys.stderr)
        self.town = town.build(self._settings["DATABASE_URL"], **self._size)
        port = free_port()
        self._base = f"http://127.0.0.1:{port}"
        self.url = f"ws://127.0.0.1:{port}/graphql"
        serve = [COMMAND, "serve", "--host=127.0.0.1", f"--port={port}", f"--workers={self.workers}"]
        self._process = subprocess.Popen(serve, cwd=self._folder.name, env=environment, start_new_session=True)
        deadline = time.monotonic() + PATIENCE
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server does not answer")
            time.sleep(0.1)
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._folder.cleanup()

    def _ready(self) -> bool:
        try:
            urllib.request.urlopen(f"{self._base}/readyz", timeout=5).close()
        except OSError:
            return False
        return True

    @property
    def cpu_seconds(self) -> float:
        """Of one process: user and system time of all its threads."""
        return time.clock_gettime(~self._process.pid << 3 | 2)

    @property
    def memory(self) -> int:
        """Resident bytes of one process."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))

    def award(self, member: str, amount: int = 1) -> float:
        """When it was answered, by the monotonic clock."""
        given = {"memberId": member, "amount": amount, "reason": "基准测试", "idempotencyKey": str(uuid.uuid4())}
        answer = self.ask(AWARD, {"input": given}, self.town.secretary)["awardPoints"]
        answered = time.monotonic()
        if answer["__typename"] != "AwardPointsSuccess":
            raise RuntimeError(str(answer))
        return answered

    def ask(self, document: str, variables: dict[str, Any], token: str) -> dict[str, Any]:
        headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        body = json.dumps({"query": document, "variables": variables}).encode()
        request = urllib.request.Request(f"{self._base}/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            answer = json.load(response)
        if answer.get("errors"):
            raise RuntimeError(json.dumps(answer["errors"], ensure_ascii=False))
        return answer["data"]

    def metric(self, name: str) -> float:
        """Of a product with one worker; with its labels."""
        with urllib.request.urlopen(f"{self._base}/metrics", timeout=PATIENCE) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(f"leitai_{name} "):
                    return float(line.rpartition(" ")[2])
        raise KeyError(name)

    def metrics(self) -> Counter[str]:
        """The sum over all workers; each answers for itself, and is asked until all did."""
        said: dict[str, dict[str, float]] = {}
        deadline = time.monotonic() + PATIENCE
        while len(said) < self.workers:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(said)} of {self.workers} workers answer")
            with urllib.request.urlopen(f"{self._base}/metrics", timeout=PATIENCE) as answer:
                lines = answer.read().decode().splitlines()
            values = {
                name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")
            }
            said[next(name for name in values if name.startswith("leitai_worker{"))] = values
        total: Counter[str] = Counter()
        for values in said.values():
            total.update({name.removeprefix("leitai_"): int(value) for name, value in values.items()})
        return total


def watching(token: str, organization: str, document: str, rate: float, **more: Any) -> Subscription:
    """A month's board of members."""
    board = {"organizationId": organization, "subject": "MEMBER", "period": "MONTH"}
    return Subscription(token, document, {"input": board, "rate": rate, **more}, rate, organization)
