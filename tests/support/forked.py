"""`leitai` without the time that importing it takes: forked from a process that has imported everything.

process = Forked(["serve", "--port", "8000"], environment, folder, log)     # as subprocess.Popen, as far as needed
process = Forked(["verify"], environment, folder, out, errors)
process.pid, process.poll(), process.wait(5.0), process.send_signal(signal.SIGTERM), process.kill()

One nursery for each process that asks; it ends with it, and leaves its children to whoever guards them.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import faulthandler
import gc
import json
import os
import random
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

from local_server import plain_environment

ROOT = Path(__file__).parents[2]
CAPABILITIES = 0x20080522  # linux/capability.h: the version with sets of 64 bits
# What a first server would import besides app.command; from the second on they are here already.
IMPORTED = (
    "app.commands.main",
    "app.factory",
    "app.server",
    "asyncpg",
    "aiosqlite",
    "tortoise.backends.asyncpg.client",
    "tortoise.backends.sqlite.client",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
)


class Bounds(NamedTuple):
    """What a process may do. file_size: bytes of each file that it writes. rights: False: no more than an owner may."""

    file_size: int | None = None
    rights: bool = True


class Nursery:
    """The process of which all are forked. Asked over a socket: what to run, with its output's file beside it."""

    _one: Nursery | None = None
    _beginning = threading.Lock()  # or two threads that ask first at the same time would begin two

    @classmethod
    def mine(cls) -> Nursery:
        with cls._beginning:
            if cls._one is None or cls._one._process.poll() is not None:
                cls._one = cls()
            return cls._one

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                env={**plain_environment(), "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for pytest
            )

    def begin(self, asked: dict[str, Any], out: IO[bytes], errors: IO[bytes]) -> tuple[int, int]:
        """Its pid, and where its exit status can be read once it ended."""
        ended, told = os.pipe()
        handed = array.array("i", [out.fileno(), errors.fileno(), told])
        with self._turn:
            self._socket.sendmsg([json.dumps(asked).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handed)])
            answer = self._socket.recv(64)
        os.close(told)
        if not answer:
            raise RuntimeError("the nursery is gone")
        return int(answer), ended


class Forked:
    def __init__(
        self,
        arguments: list[str],
        environment: dict[str, str],
        folder: Path,
        out: IO[bytes],
        errors: IO[bytes] | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        """errors: left out, they go where the output goes."""
        asked = {
            "arguments": arguments,
            "environment": environment,
            "folder": str(folder),
            "bounds": bounds or Bounds(),
        }
        self.pid, self._ended = Nursery.mine().begin(asked, out, errors or out)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"leitai {self.pid}", timeout or 0)
        return code

    def _look(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], seconds)[0]:
            told = os.read(self._ended, 64)
            os.close(self._ended)
            # Nothing: the nursery was killed, and its child with it or not, which nobody will know.
            self.returncode = os.waitstatus_to_exitcode(int(told)) if told else -int(signal.SIGKILL)
        return self.returncode

    def send_signal(self, how: signal.Signals) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, how)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


# ---------------------------------------------------------------- the process of which all are forked


def _nursery(asking: socket.socket) -> None:
    from importlib import import_module

    for name in IMPORTED:
        import_module(name)
    gc.collect()
    gc.freeze()  # or the first collection of each child would copy all of it
    died, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, int] = {}  # pid → where to tell its status
    while True:
        ready, _, _ = select.select([asking, died], [], [])
        if died in ready:
            os.read(died, 4096)
            _tell(children)
        if asking not in ready:
            continue
        asked, handed, _, _ = socket.recv_fds(asking, 1 << 20, 3)
        if not asked:
            return  # whoever asked is gone
        out, errors, told = handed
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets its background jobs ignore it
            for one in (asking.fileno(), died, wake, told, *children.values()):
                os.close(one)
            _run(json.loads(asked), out, errors)
        os.close(out)
        os.close(errors)
        children[pid] = told
        asking.send(str(pid).encode())


def _tell(children: dict[int, int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        told = children.pop(pid)
        os.write(told, str(status).encode())
        os.close(told)


def _run(asked: dict[str, Any], out: int, errors: int) -> NoReturn:
    code = 1
    try:
        os.setsid()
        os.chdir(asked["folder"])
        os.dup2(out, 1)
        os.dup2(errors, 2)
        os.close(out)
        os.close(errors)
        os.environ.clear()
        os.environ.update(asked["environment"])
        faulthandler.enable()
        random.seed()  # or all would draw alike
        _bound(Bounds(*asked["bounds"]))
        sys.argv = ["leitai", *asked["arguments"]]
        from app.commands.main import main

        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _bound(bounds: Bounds) -> None:
    if bounds.file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bounds.file_size, bounds.file_size))
    if not bounds.rights:
        header, none = struct.pack("Ii", CAPABILITIES, 0), bytes(24)
        if ctypes.CDLL(None, use_errno=True).capset(header, none) != 0:
            raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    _nursery(socket.socket(fileno=int(sys.argv[1])))
