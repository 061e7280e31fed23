"""`leitai member`: one person's data handed out and erased, beside a server that goes on."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from halls import Hall
from server import leitai
from world import World


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    made = Hall(tmp_path)
    try:
        yield made
    finally:
        made.close()


async def test_somebody_is_handed_out_and_erased_while_screens_show_them(hall: Hall, tmp_path: Path) -> None:
    person, other = hall.people[4], hall.people[5]
    assert person.member
    name = person.member.name
    file = tmp_path / "person.json"

    async def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(leitai, "member", *arguments, DATABASE_URL=hall.database)

    await hall.award(7, to=person)
    async with hall.screen(person) as own, hall.screen(other) as theirs:
        await own.hears("next", "1")
        await theirs.board(lambda board: name in str(board))

        written, nobody = await asyncio.gather(run("export", World.id(person), str(file)), run("export", "nobody"))
        assert written.returncode == 0, written.stderr
        assert file.stat().st_mode & 0o777 == 0o600
        export = json.loads(file.read_text("utf-8"))
        assert (export["member"]["name"], export["account"]["login"]) == (name, person.account.login)
        assert [(one["amount"], one["reason"]) for one in export["pointsEntries"]] == [(7, "志愿服务")]
        assert (nobody.returncode, nobody.stderr) == (1, "There is no member with this id or login.\n")

        again, asked = await asyncio.gather(
            run("export", World.id(person), str(file)), run("erase", World.id(person))
        )  # nobody is there to say yes
        assert "name another file" in again.stderr
        assert (asked.returncode, "permanently?" in asked.stdout) == (1, True)
        erased = await run("erase", World.id(person), "--yes")
        assert (erased.returncode, erased.stderr) == (0, "")  # nothing is left beside the file either
        await theirs.board(lambda board: name not in str(board))
        assert (await own.closed())[0] == 4403
