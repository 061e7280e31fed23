"""A screen checks the chains of a block board itself: it shows a seal, or what is wrong, and remembers what it saw."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from halls import Hall
from kiosks import Glass, glass, paired, until, window
from playwright.async_api import WebSocketRoute
from walls import block, looked_at

from app.web.screens import BUILT
from schema import ids

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
    """The database without what guards it, which is put back afterwards."""
    with closing(sqlite3.connect(file(hall), timeout=10)) as database:
        guards = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            database.execute(f'DROP TRIGGER "{name}"')
        yield database
        for _, made in guards:
            database.execute(made)
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


TABLES_OF_A_BLOCK = (
    ("block_openings", "revision_id IN (SELECT id FROM block_revisions WHERE block_id = {block})"),
    ("block_pairs", "revision_id IN (SELECT id FROM block_revisions WHERE block_id = {block})"),
    ("block_inspections", "block_id = {block}"),
    ("block_revisions", "block_id = {block}"),
    ("blocks", "id = {block}"),
)


def uuid_of(block: str) -> str:
    return str(ids.read(block, "Block"))


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


DAMAGED = (
    "UPDATE block_revisions SET canonical = REPLACE(canonical, 'false', 'fals3') WHERE block_id = ? AND sequence = 2"
)
REORDERED = (
    "UPDATE block_revisions SET sequence = 99, previous_hash = 'x' WHERE block_id = ? AND sequence = 1",
    "UPDATE block_revisions SET sequence = 1 WHERE block_id = ? AND sequence = 2",
    "UPDATE block_revisions SET sequence = 2 WHERE block_id = ? AND sequence = 99",
)


def lie(screen: WebSocketRoute) -> None:
    """The server's own word for a broken chain never arrives."""
    server = screen.connect_to_server()
    lied = re.compile(r'"intact":false,"brokenAt":\d+')
    server.on_message(lambda frame: screen.send(lied.sub('"intact":true,"brokenAt":null', str(frame))))


async def test_damage_far_behind_the_head_shows_to_a_newcomer(hall: Hall) -> None:
    """A screen that did not see a chain grow walks it once from its beginning, whatever the server says of it."""
    whole, damaged, reordered = [await block(hall, f"{name}区块", hall.first) for name in ("完好", "损坏", "换序")]
    for made in (whole, damaged, reordered):
        for sequence in (1, 2):
            await revise(hall, made, sequence, f"第 {sequence + 1} 版")
    with as_it_was(hall):
        hall.server.stop()
        with behind_its_back(hall) as database:
            database.execute("PRAGMA ignore_check_constraints = ON")
            assert database.execute(DAMAGED, (uuid_of(damaged),)).rowcount == 1
            for statement in REORDERED:
                assert database.execute(statement, (uuid_of(reordered),)).rowcount == 1
        hall.server.start()
        async with window() as context:
            await context.route_web_socket("**/graphql", lie)
            screen = Glass(await context.new_page(), hall.server.url)
            await screen.open()
            await paired(hall, screen, SCENE)
            await screen.shows(".verdict.wrong", "2 个区块未通过核验")
            await screen.shows(".card.wrong", "历史链已断")
            screen.fine()


async def test_a_block_that_vanished_is_missed_until_the_screen_is_paired_anew(hall: Hall) -> None:
    made = await block(hall, "不翼而飞", hall.first)
    async with glass(hall) as screen:
        display = await paired(hall, screen, SCENE)
        await screen.shows(".verdict.sealed", SEALED)
        hall.server.stop()
        with behind_its_back(hall) as database:
            database.execute("PRAGMA foreign_keys = OFF")
            for table, column in TABLES_OF_A_BLOCK:
                database.execute(f"DELETE FROM {table} WHERE {column.format(block=':block')}", {"block": uuid_of(made)})
        hall.server.start()
        await looked_at(hall, await block(hall, "留下来的", hall.first))
        await screen.shows(".verdict.wrong", "1 个曾见过的区块已消失", seconds=40)
        await hall.do(hall.secretary, "revokeDisplay", displayId=display)
        await screen.code()
        await paired(hall, screen, SCENE)
        await screen.shows(".verdict.sealed", SEALED)
        screen.fine()


async def test_erased_texts_are_not_sealed(hall: Hall) -> None:
    made = await block(hall, "名称将被抹除", hall.first)
    with as_it_was(hall):
        hall.server.stop()
        with behind_its_back(hall) as database:
            of = "SELECT id FROM block_revisions WHERE block_id = ?"
            database.execute(f"DELETE FROM block_openings WHERE revision_id IN ({of})", (uuid_of(made),))
        hall.server.start()
        async with glass(hall) as screen:
            await paired(hall, screen, SCENE)
            await screen.shows(".verdict.doubted", "1 个未能核验")
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
