"""A server as a child process: started until it answers, stopped, killed, and never left behind."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO, Protocol

START_LIMIT = 30.0
STOP_LIMIT = 20.0


class ServiceIsMissing(Exception):
    """This machine has no such server: nothing on the PATH, and no wheel for this Python."""


class ServiceFailed(Exception):
    """The server is there and would not start or answer; the message ends with its log."""


class Child(Protocol):
    """As much of a subprocess.Popen as a server needs."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: signal.Signals, /) -> None: ...

    def kill(self) -> None: ...


class LocalServer(ABC):
    """A child process with a folder of its own; stopped, it starts again at the same address."""

    def __init__(self, prefix: str, *, owner: str | None = None) -> None:
        self.folder = _temporary_folder(prefix)
        self._owner = owner
        self._group = None if owner is None else pwd.getpwnam(owner).pw_gid
        self._groups: list[int] | None = None if owner is None else []
        if owner is not None:
            shutil.chown(self.folder, owner)
            self.folder.chmod(0o755)
        self._log = self.folder / "log"
        self._process: Child | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServiceFailed("not started")
        return self._process.pid

    def start(self) -> None:
        """Returns once the server answers."""
        if self.running:
            return
        deadline = time.monotonic() + START_LIMIT
        self._launch()
        while not self._answers():
            if time.monotonic() > deadline:
                self._end(signal.SIGKILL)
                raise ServiceFailed(f"no answer after {START_LIMIT:.0f} s\n{self._log_tail()}")
            if not self.running:
                self._end(signal.SIGKILL)
                raise ServiceFailed(f"ended while starting\n{self._log_tail()}")
            time.sleep(0.01)

    def stop(self) -> None:
        """An orderly end: connections are closed, data is kept."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """An end without goodbye, as in a crash."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        """The end, data included."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.close)

    @abstractmethod
    def _command(self) -> list[str]:
        """What starts it."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether it is ready."""

    def _launch(self) -> None:
        with self._log.open("ab") as log:
            self._process = self._begun(log)
        # The guard reads a pipe that nobody writes to: it closes when this process is gone, kill -9 included.
        last_will = 'read -r _; kill -QUIT "$0"; sleep 1; kill -KILL "$0"; rm -rf -- "$1"'
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", last_will, str(self._process.pid), str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _begun(self, log: IO[bytes]) -> Child:
        return subprocess.Popen(
            self._command(),
            cwd=self.folder,
            env=plain_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for pytest, which then stops its servers itself
            user=self._owner,
            group=self._group,
            extra_groups=self._groups,
        )

    def _end(self, how: signal.Signals) -> None:
        if self._guard is not None:  # first, for it knows the process by a number that is free once it ended
            self._guard.kill()
            self._guard.communicate()
            self._guard = None
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _log_tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])


def plain_environment() -> dict[str, str]:
    """Nothing of the caller's PG… settings or language, so that every machine behaves alike."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _temporary_folder(prefix: str) -> Path:
    """Short, because a socket's path may have 107 bytes at most, and some systems' own folder is long."""
    short = Path("/tmp")
    return Path(tempfile.mkdtemp(prefix=prefix, dir=short if os.access(short, os.W_OK) else None))
