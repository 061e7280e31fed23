"""A screen checks the chains of a block board itself: it shows a seal, or what is wrong, and remembers what it saw."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from halls import Hall
from kiosks import glass, paired, until
from walls import block, looked_at

from app.screens import BUILT

SCENE: list[dict[str, Any]] = [{"kind": "BLOCK_BOARD", "seconds": 600}]
SAW_FOUR = "Object.entries(localStorage).some(([name, text]) => name.includes('.heads.') && /:4,/.test(text))"
SEALED = "个区块逐一核验无误"


async def revise(hall: Hall, block: str, expected: int, name: str) -> None:
    given = {"blockId": block, "expectedSequence": expected, "name": name, "reason": "改名"}
    await hall.do(hall.secretary, "reviseBlock", **given)


def file(hall: Hall) -> Path:
    return Path(hall.database.removeprefix("sqlite://"))


@contextmanager
def behind_its_back(hall: Hall) -> Iterator[sqlite3.Connection]:
    """The database without what guards it."""
    with closing(sqlite3.connect(file(hall), timeout=10)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        yield database
        database.commit()


@contextmanager
def as_it_was(hall: Hall) -> Iterator[None]:
    """What happens inside is as if it had never been; the server is started anew."""
    hall.server.stop()
    kept = file(hall).with_suffix(".kept")
    shutil.copy(file(hall), kept)
    hall.server.start()
    yield
    hall.server.stop()
    for ending in ("-wal", "-shm"):
        file(hall).with_name(file(hall).name + ending).unlink(missing_ok=True)
    shutil.copy(kept, file(hall))
    hall.server.start()


OF = "WHERE block_id = (SELECT id FROM blocks ORDER BY created_at, id LIMIT 1 OFFSET :place)"
OF_REVISION = f"WHERE revision_id = (SELECT id FROM block_revisions {OF})"
WAYS = {
    "内容与哈希不符": f"UPDATE block_revisions SET canonical = REPLACE(canonical, 'false', 'fals3') {OF}",
    "文字与承诺不符": f"UPDATE block_openings SET value = value || '。' {OF_REVISION} AND path = 'name'",
    "内容与记录不符": f"UPDATE block_revisions SET responsible_id = recorded_by_id {OF}",
    "所属组织或结对人不符": f"UPDATE block_pairs SET member_id = NULL {OF_REVISION}",
    "签署的不是这一版": f"UPDATE block_revisions SET statement = statement || ' ' {OF}",
    "签名密钥已更换": f"UPDATE block_revisions SET public_key = 'ff' || SUBSTR(public_key, 3) {OF}",
    "签名无效": f"UPDATE block_revisions SET signature = 'ff' || SUBSTR(signature, 3) {OF}",
}


def exchange(database: sqlite3.Connection, one: int, other: int) -> None:
    """The rows of two blocks, which are whole in themselves."""
    database.execute("PRAGMA ignore_check_constraints = ON")
    ids = [row for (row,) in database.execute("SELECT id FROM blocks ORDER BY created_at, id")]
    database.execute("UPDATE block_revisions SET sequence = 99, previous_hash = '' WHERE block_id = ?", (ids[one],))
    database.execute("UPDATE block_revisions SET block_id = ? WHERE block_id = ?", (ids[one], ids[other]))
    moved = "UPDATE block_revisions SET block_id = ?, sequence = 1, previous_hash = ? WHERE sequence = 99"
    assert database.execute(moved, (ids[other], "0" * 64)).rowcount == 1


async def test_what_was_tampered_with_shows_on_the_wall(hall: Hall) -> None:
    """Each block in its own way; the last two exchange their rows. The server keeps what it read: it begins anew."""
    made = [await block(hall, f"{place} 号区块", hall.first) for place in range(len(WAYS) + 2)]
    await looked_at(hall, made[0])
    async with glass(hall) as screen:
        await paired(hall, screen, SCENE)
        assert str(len(made)) in await screen.shows(".verdict.sealed", SEALED)
        assert "李强" in await screen.shows(".card", "0 号区块")
        assert "21" in await screen.shows(".card .marks", "21")
        with as_it_was(hall):
            hall.server.stop()
            with behind_its_back(hall) as database:
                for place, statement in enumerate(WAYS.values()):
                    assert database.execute(statement, {"place": place}).rowcount > 0
                exchange(database, len(WAYS), len(WAYS) + 1)
            hall.server.start()
            await screen.shows(".verdict.wrong", f"{len(made)} 个区块未通过核验", seconds=40)
            for told in WAYS:
                await screen.shows(".card.wrong", told)
        await screen.shows(".verdict.sealed", SEALED, seconds=40)
        screen.fine()


async def test_a_cut_tail_and_a_rewritten_chain_show_to_who_saw_more(hall: Hall) -> None:
    made = await block(hall, "三楼东侧工位区", hall.first)
    async with glass(hall) as screen:
        await paired(hall, screen, SCENE)
        await screen.shows(".verdict.sealed", SEALED)
        with as_it_was(hall):
            for sequence, name in enumerate(("三楼西侧", "三楼南侧", "三楼北侧"), start=1):
                await revise(hall, made, sequence, name)
            await until(lambda: screen.page.evaluate(SAW_FOUR), seconds=40)
            await screen.shows(".verdict.sealed", SEALED)
        await screen.shows(".card.wrong", "版本倒退", seconds=40)
        for sequence in (1, 2, 3, 4):
            await revise(hall, made, sequence, f"六楼 {sequence}")
        await screen.shows(".card.wrong", "历史被改写")
        screen.fine()
    async with glass(hall) as newcomer:
        await paired(hall, newcomer, SCENE)
        await newcomer.shows(".verdict.sealed", SEALED)  # who saw nothing cannot know


def test_the_second_implementation_gives_the_same_hashes() -> None:
    """In TypeScript, held to tests/data/chain-vectors.json like the server's."""
    done = subprocess.run(["npm", "test"], cwd=BUILT.parent, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout
    assert "# pass 0" not in done.stdout
