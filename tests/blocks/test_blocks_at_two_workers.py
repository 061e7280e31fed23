"""Blocks from outside: two workers that revise one block at once, the heads commands, and the signing key."""

from __future__ import annotations

import asyncio
import base64
import json
import stat
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from block import asked, block, mutation, revise
from server import Server, leitai
from story import told
from world import SIGNING_KEY, World

from app.keys.signing import key_file, signer
from app.settings import Settings, SettingsRefused
from models import BlockRevision, sql
from resolvers.signing import Signer

# ---------------------------------------------------------------- two processes


async def at_once(urls: list[str], token: str, id: str, expected: int, many: int) -> list[dict[str, Any]]:
    """So many revisions of one block, by turns to each server."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=60) as api:

        async def one(number: int) -> dict[str, Any]:
            given = {"blockId": id, "expectedSequence": expected, "name": f"区块{number}", "reason": "同时"}
            body = {"query": mutation("reviseBlock"), "variables": {"input": given}}
            answer = (await api.post(f"{urls[number % len(urls)]}/graphql", json=body)).json()
            assert "errors" not in answer, answer
            return answer["data"]["reviseBlock"]

        return await asyncio.gather(*(one(number) for number in range(many)))


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_twenty_revisions_at_once_from_two_processes_make_one_line(world: World, database: str) -> None:
    world.clock.now = datetime.now(UTC)  # the servers have the machine's
    story = await told(world)
    made = await block(world, story.secretary, story.company.first, story.li)
    servers = [Server(DATABASE_URL=database, LEITAI_SIGNING_KEY=SIGNING_KEY.hex()) for _ in range(2)]
    try:
        for one in servers:
            one.start()
        for expected in (1, 2, 3):
            answers = await at_once([one.url for one in servers], story.secretary.token, made["id"], expected, 20)
            assert Counter(one["__typename"] for one in answers) == {"ReviseBlockSuccess": 1, "BlockHasChanged": 19}
            [winner] = [one["block"]["current"] for one in answers if "block" in one]
            assert all(one["current"] == winner for one in answers if "current" in one)
    finally:
        for one in servers:
            one.close()
    links = await BlockRevision.all().order_by("sequence")
    assert [one.sequence for one in links] == [1, 2, 3, 4]
    assert [one.previous_hash for one in links] == ["0" * 64, *(one.hash for one in links[:-1])]
    assert (await asked(world, story.secretary, made["id"]))["chain"]["intact"] is True


# ---------------------------------------------------------------- kept heads


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_heads_are_exported_and_held_against_later(world: World, database: str, tmp_path: Path) -> None:
    story = await told(world)
    made = await block(world, story.secretary, story.company.first, story.li)
    file = str(tmp_path / "heads.jsonl")

    exported = leitai("heads", "export", file, DATABASE_URL=database)
    assert (exported.returncode, exported.stderr) == (0, "")
    assert exported.stdout.startswith(f"2 head(s) in {file}.")
    printed = leitai("heads", "export", DATABASE_URL=database)
    [line, *_] = Path(file).read_text(encoding="utf-8").splitlines()
    assert printed.stdout.splitlines()[0] == line
    logs = [json.loads(one) for one in printed.stdout.splitlines()[1:]]
    assert {one["auditLog"] for one in logs} == {"none", world.id(story.company.root)}, "the first export is in a log"
    head = json.loads(line)
    assert (head["block"], head["length"], head["head"]) == (made["id"], 1, made["current"]["hash"])
    again = leitai("heads", "export", file, DATABASE_URL=database)
    assert (again.returncode, "not replaced" in again.stderr) == (1, True)

    await revise(world, story.secretary, made)
    checked = leitai("heads", "check", file, DATABASE_URL=database)
    assert (checked.returncode, checked.stdout) == (0, "All 2 kept head(s) are still there.\n")

    for trigger in ("block_revisions_no_update", "block_revisions_no_delete"):
        await sql.execute(f"DROP TRIGGER {trigger}")
    await sql.execute("UPDATE block_revisions SET canonical = REPLACE(canonical, 'false', 'true') WHERE sequence = 1")
    checked = leitai("heads", "check", file, DATABASE_URL=database)
    assert checked.returncode == 1
    assert f"Block {made['id']} was rewritten: revision 1" in checked.stdout
    assert checked.stderr == "1 of 2 kept head(s) are no longer what they were.\n"
    verified = leitai("verify", DATABASE_URL=database)
    assert verified.returncode == 1
    assert "revision 1 has the hash" in verified.stdout


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_file_that_holds_no_heads_is_named(database: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    for content, said in ((b"x\n", "Line 1 is no head"), (b"\xff", "not text in UTF-8"), (None, "can't be read")):
        wrong.unlink(missing_ok=True)
        if content is not None:
            wrong.write_bytes(content)
        checked = leitai("heads", "check", str(wrong), DATABASE_URL=database)
        assert checked.returncode == 1
        assert said in checked.stderr
        assert "Traceback" not in checked.stderr


# ---------------------------------------------------------------- the signing key


def settings(url: str, key: str | None = None) -> Settings:
    return Settings.model_construct(database_url=url, signing_key=key)


def test_beside_sqlite_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/leitai.sqlite3"
    first = signer(settings(url))

    assert first
    assert stat.S_IMODE(key_file(url).stat().st_mode) == 0o600
    again = signer(settings(url))
    assert again
    assert again.public_key == first.public_key
    assert [one.name for one in tmp_path.iterdir()] == ["leitai.sqlite3.key"]


def test_a_key_is_given_in_hex_or_base64(tmp_path: Path) -> None:
    wanted = Signer(SIGNING_KEY).public_key
    url = f"sqlite://{tmp_path}/leitai.sqlite3"
    for text in (
        SIGNING_KEY.hex(),
        SIGNING_KEY.hex().upper(),
        base64.b64encode(SIGNING_KEY).decode(),
        base64.urlsafe_b64encode(SIGNING_KEY).decode(),
        f" {SIGNING_KEY.hex()}\n",
    ):
        found = signer(settings(url, text))
        assert found
        assert found.public_key == wanted
    assert not key_file(url).exists()
    for text in ("x", "00" * 31, "00" * 33, "密" * 32, base64.b64encode(b"x" * 31).decode()):
        with pytest.raises(SettingsRefused, match="LEITAI_SIGNING_KEY is no signing key"):
            signer(settings(url, text))


def test_on_postgres_no_key_is_made_up() -> None:
    assert signer(settings("postgres://db/leitai")) is None
