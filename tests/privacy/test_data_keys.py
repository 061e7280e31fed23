"""Data keys as an operator meets them: made beside a SQLite file, changed beside a server that goes on, missed."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

from halls import Hall
from server import leitai
from world import World

LOOK = "query ($id: ID!) { member(id: $id) { phone phoneMasked } }"


async def test_a_server_reads_and_writes_on_while_keys_are_changed(tmp_path: Path) -> None:
    hall = await asyncio.to_thread(Hall, tmp_path, LEITAI_DATA_KEYS="")
    file = tmp_path / "leitai.sqlite3.datakeys"

    async def run(*arguments: str) -> str:
        done = await asyncio.to_thread(leitai, *arguments, DATABASE_URL=hall.database, LEITAI_DATA_KEYS="")
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def change(phone: str) -> dict[str, str]:
        await hall.do(hall.secretary, "updateMember", memberId=World.id(hall.zhao), phone=phone)
        return await hall.ask(hall.secretary, LOOK, id=World.id(hall.zhao))

    try:
        assert not file.exists()
        assert await change("13800138000") == {"phone": "13800138000", "phoneMasked": "138****8000"}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        [first] = file.read_text().split()
        said = await run("keys", "rotate")
        assert "1 number(s) encrypted again" in said
        assert file.read_text().split()[1] == first
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert (await hall.ask(hall.secretary, LOOK, id=World.id(hall.zhao)))["phone"] == "13800138000"
        assert (await change("13800138001"))["phone"] == "13800138001"
        listed = (await run("keys", "list")).splitlines()
        assert [line.split()[1] for line in listed] == ["1", "0"]

        hall.server.stop()
        kept = file.read_text()
        file.unlink()
        refused = await asyncio.to_thread(
            leitai, "serve", "--port", "0", DATABASE_URL=hall.database, LEITAI_DATA_KEYS=f"else:{bytes(32).hex()}"
        )
        assert (refused.returncode, "LEITAI_DATA_KEYS" in refused.stderr) == (2, True)
        assert "Traceback" not in refused.stderr
        assert kept.split()[0].partition(":")[0] in refused.stderr
    finally:
        hall.close()
