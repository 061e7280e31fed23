"""`leitai simulate` lives through the public API, as people whose logins it is given."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from halls import PASSWORD, Hall
from server import leitai

from rules.roles import Role


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    made = Hall(tmp_path_factory.mktemp("rehearsal"))
    yield made
    made.close()


async def test_whoever_is_named_lives(hall: Hall, tmp_path: Path) -> None:
    async with hall.opened() as world:
        await world.grant(hall.sun, Role.SECRETARY, at=hall.company.root)
    people = tmp_path / "people.csv"
    people.write_text(f"login,password\nsun,{PASSWORD}\n", encoding="utf-8-sig")
    said = leitai("simulate", "--url", hall.server.url, "--logins", str(people), "--rate", "20", "--seconds", "6")
    assert said.returncode == 0, said.stderr
    assert "1 people live at" in said.stdout
    assert "award" in said.stdout
    async with hall.opened() as world:
        board = await world.ask(
            hall.li, "query ($at: ID!) { leaderboard(input: { organizationId: $at }) { size } }", at=hall.root
        )
    assert board["leaderboard"]["size"] > 0, "it is really recorded"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("login;password\nsun;x\n", "line 2: give login,password"),
        ("login,password\nsun,\n", "line 2: give login,password"),
        ("login,password\n", "names nobody"),
        ("", "names nobody"),
        (None, "can't be read"),
    ],
)
def test_a_list_that_can_not_be_used_is_told(tmp_path: Path, text: str | None, told: str) -> None:
    people = tmp_path / "people.csv"
    if text is not None:
        people.write_text(text)
    said: subprocess.CompletedProcess[str] = leitai("simulate", "--logins", str(people))
    assert said.returncode == 1
    assert told in said.stderr
    assert "Traceback" not in said.stderr


def test_what_is_no_address_is_told() -> None:
    said = leitai("simulate", "--url", "ftp://nowhere")
    assert said.returncode == 1
    assert "is no address of a server" in said.stderr
