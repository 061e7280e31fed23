"""`leitai member`: one person's data handed out and erased, beside a server that goes on."""

from __future__ import annotations

import json
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
    database = {"DATABASE_URL": hall.database}
    await hall.award(7, to=person)
    async with hall.screen(person) as own, hall.screen(other) as theirs:
        await own.hears("next", "1")
        await theirs.board(lambda board: name in str(board))

        file = tmp_path / "person.json"
        shown = leitai("member", "export", World.id(person), **database)
        written = leitai("member", "export", str(person.id), str(file), **database)
        assert (shown.returncode, written.returncode) == (0, 0), shown.stderr + written.stderr
        assert file.stat().st_mode & 0o777 == 0o600
        exports = [json.loads(shown.stdout), json.loads(file.read_text("utf-8"))]
        for one in exports:
            del one["exportedAt"]
        assert exports[0] == exports[1]
        assert exports[0]["member"]["name"] == name
        assert [one["amount"] for one in exports[0]["pointsEntries"]] == [exports[0]["member"]["balance"]]
        assert leitai("member", "export", World.id(person), str(file), **database).returncode == 1
        assert leitai("member", "export", "nobody", **database).stderr == "There is no member with this id or login.\n"

        asked = leitai("member", "erase", World.id(person), **database)  # nobody is there to say yes
        assert asked.returncode != 0
        assert "for ever?" in asked.stdout
        erased = leitai("member", "erase", World.id(person), "--yes", **database)
        assert erased.returncode == 0, erased.stderr
        await theirs.board(lambda board: name not in str(board))
        assert (await own.closed())[0] == 4403
    assert leitai("verify", **database).returncode == 0
