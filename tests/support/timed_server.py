"""A server that writes down which callback held its loop: each that took more than LONG of the loop thread's own CPU.

TimedServer(DATABASE_URL=url)     # as Server
server.long_callbacks()           # what was written since the last call
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from pathlib import Path
from typing import Any, cast

from server import Server

LONG = 0.1  # seconds of CPU
WRITTEN_TO = "LEITAI_TEST_CALLBACKS"
SUPPORT = Path(__file__).parent


class TimedServer(Server):
    forks = False

    def __init__(self, command: str = "serve", *arguments: str, port: int | None = None, **settings: str) -> None:
        super().__init__(command, *arguments, port=port, **settings)
        self._written = self.folder / "callbacks"
        self._written.touch()
        self._read = 0
        self._settings.setdefault("LEITAI_DOCUMENT_SHARE", "1")  # what floods it is meant to be read
        self._settings |= {WRITTEN_TO: str(self._written), "PYTHONPATH": f"{SUPPORT.parents[1]}:{SUPPORT}"}

    @property
    def log_size(self) -> int:
        return self._log.stat().st_size

    def log_since(self, size: int) -> str:
        with self._log.open("rb") as log:
            log.seek(size)
            return log.read().decode(errors="replace")

    def long_callbacks(self) -> list[str]:
        lines = self._written.read_text().splitlines()
        new, self._read = lines[self._read :], len(lines)
        return new

    def _command(self) -> list[str]:
        given = super()._command()
        return [
            *given[: given.index("-c")],
            "-c",
            "from timed_server import main; main()",
            *given[given.index("-c") + 2 :],
        ]


def main() -> None:
    """In the server's own process: `leitai` on asyncio's own loop, with every callback measured."""
    import uvicorn

    from app.commands.main import main as leitai

    run, serve = asyncio.Handle._run, uvicorn.run

    def timed(handle: Any) -> None:
        collected.clear()
        began = time.thread_time()
        run(handle)
        took = time.thread_time() - began
        if took > LONG:
            where = cast(Any, handle)._context
            with Path(os.environ[WRITTEN_TO]).open("a") as written:
                written.write(f"{took:.3f} s, {sum(collected):.3f} s of it looking for garbage, {dict(where)}\n"[:3000])

    collected: list[float] = []

    def collecting(phase: str, _: object) -> None:
        collected.append(-time.thread_time() if phase == "start" else time.thread_time())

    def on_asyncio(*arguments: Any, **options: Any) -> None:
        serve(*arguments, **{**options, "loop": "asyncio"})

    gc.callbacks.append(collecting)
    cast(Any, asyncio.Handle)._run = timed
    uvicorn.run = on_asyncio
    sys.argv[0] = "leitai"
    leitai()
