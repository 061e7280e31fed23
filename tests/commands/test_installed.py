"""What docs/operations.md has an operator paste, and the files of deploy/ that no other test starts."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fronts import program
from local_server import ServiceIsMissing, plain_environment
from server import LEITAI, ROOT
from services import Postgres
from sqlite_files import Sqlite
from story import Story, told
from world import DATA_KEYS, World

import models
from app.settings import Settings

DEPLOY = ROOT / "deploy"
SIGNING_KEY = "5f" * 32


def block(title: str) -> str:
    """The one that follows this line."""
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    [found] = re.findall(rf"^{re.escape(title)}.*?:\n```\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return found


def run(text: str, folder: Path, **settings: str) -> str:
    """As pasted, with /var/lib/leitai and /opt/leitai elsewhere; what it printed last."""
    tools = folder / "tools"
    if not tools.exists():
        tools.mkdir()
        (tools / "python").symlink_to(sys.executable)
        called = " ".join(f"'{one}'" for one in LEITAI)
        (tools / "leitai").write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {called} "$@"\n')
        (tools / "leitai").chmod(0o755)
    here = text.replace("/opt/leitai/bin", str(tools)).replace("/var/lib/leitai", str(folder))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here],
        env={**plain_environment(), **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1] if done.stdout else ""


async def board(world: World, story: Story) -> list[int]:
    query = "query ($at: ID!) { leaderboard(input: {organizationId: $at}) { rows(first: 9) { points } } }"
    found = await world.ask(story.zhao, query, at=world.id(story.company.root))
    return [row["points"] for row in found["leaderboard"]["rows"]]


async def test_the_blocks_to_back_up_and_restore_do(
    world: World, database: str, engine: Sqlite | Postgres, tmp_path: Path
) -> None:
    story = await told(world)
    await world.award(story.secretary, story.li, 5)
    before = await board(world, story)
    keys = {"LEITAI_DATA_KEYS": DATA_KEYS}
    if isinstance(engine, Sqlite):
        name, folder, other = "SQLite", engine.files_of(database), database
        (folder / "leitai.sqlite3.key").write_text(SIGNING_KEY)
    else:
        name, folder, other = "PostgreSQL", tmp_path, engine.create_database()
        keys |= {"LEITAI_SIGNING_KEY": SIGNING_KEY, "PATH": f"{engine.programs}:{plain_environment()['PATH']}"}

    await asyncio.to_thread(run, block(f"{name}, back up"), folder, DATABASE_URL=database, **keys)
    await world.award(story.secretary, story.li, 7)
    assert await board(world, story) != before
    await models.database.close()
    if isinstance(engine, Sqlite):
        for lost in folder.glob("leitai.sqlite3*"):
            lost.unlink()
    said = await asyncio.to_thread(run, block(f"{name}, restore"), folder, DATABASE_URL=other, **keys)
    assert said == "Everything agrees."

    await models.database.connect(other)
    assert await board(world, story) == before
    if isinstance(engine, Sqlite):
        assert (folder / "leitai.sqlite3.key").read_text() == SIGNING_KEY
    else:
        await models.database.close()
        engine.drop_database(other)


def test_systemd_finds_nothing_wrong_in_the_unit(tmp_path: Path) -> None:
    try:
        analyze = program("systemd-analyze")
    except ServiceIsMissing as reason:
        pytest.skip(str(reason))
    unit = tmp_path / "leitai.service"
    unit.write_text((DEPLOY / unit.name).read_text("utf-8").replace("/opt/leitai/bin/leitai", sys.executable))
    said = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    bounded = [analyze, "security", "--offline=true", "--threshold=20", str(unit)]
    open_to = subprocess.run(bounded, capture_output=True, text=True, check=False)
    assert open_to.returncode == 0, open_to.stdout  # 2.0 of 10


def test_the_settings_of_deploy_are_settings() -> None:
    """Those that are commented out too: an operator takes the # away."""
    text = (DEPLOY / "leitai.env").read_text("utf-8")
    names = re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)
    [service] = re.findall(r"  leitai:\n(.*?)\n  database:", (DEPLOY / "compose.yaml").read_text("utf-8"), re.DOTALL)
    names += re.findall(r"^      ([A-Z_]+):", service, re.MULTILINE)
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert set(names) <= known
    given = dict(re.findall(r"^([A-Z_]+)=(.+)$", text, re.MULTILINE))
    assert Settings.model_validate(given).public_url.tls
