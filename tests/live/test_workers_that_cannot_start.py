"""Workers that cannot start end their supervisor too: the next ones would meet the same."""

from __future__ import annotations

import pytest
from server import leitai


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_supervisor_gives_up_when_its_workers_cannot_start(database: str, redis_url: str) -> None:
    """The failpoint is read by each worker alone."""
    given = {"DATABASE_URL": database, "REDIS_URL": redis_url, "LEITAI_FAILPOINT": "nowhere"}
    done = leitai("serve", "--port", "0", "--workers", "2", seconds=60, **given)
    assert done.returncode == 1, done.stderr
    assert "A worker could not start; the log says why." in done.stderr
    assert "LEITAI_FAILPOINT is nowhere" in done.stderr
    assert "Traceback" not in done.stderr
