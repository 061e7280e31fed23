"""The server is there and its database is not: a screen keeps what it showed, and does not call it live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from halls import Hall
from kiosks import glass, paired
from services import Postgres
from walls import block

SCENES: list[dict[str, Any]] = [
    {"kind": "MEMBER_LEADERBOARD", "seconds": 5},
    {"kind": "BLOCK_BOARD", "seconds": 5},
]
LOST = 40.0  # seconds: ten without an answer, the look after them, and a busy machine


@pytest.fixture(scope="module")
def hall(built: None, postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    url = postgres_server.create_database()
    hall = Hall(tmp_path_factory.mktemp("hall"), database=url, LEITAI_SIGNING_KEY=bytes(range(32)).hex())
    try:
        yield hall
    finally:
        hall.close()
        postgres_server.drop_database(url)


async def test_the_last_frames_stay_and_are_not_called_live(hall: Hall, postgres_server: Postgres) -> None:
    await block(hall, "三楼东侧工位区", hall.first)
    async with glass(hall) as screen:
        await paired(hall, screen, SCENES)
        await screen.shows(".place", "李强")
        await screen.shows(".card", "三楼东侧工位区")
        try:
            postgres_server.kill()
            # Each scene comes round while it can't be asked for, and shows what it was with its age.
            await screen.shows(".connection.lost", "已", seconds=LOST)
            assert await hall.metric("leitai_sockets") >= 0  # the server itself answers
            for part, text in ((".place", "李强"), (".card", "三楼东侧工位区"), (".place", "李强")):
                await screen.shows(part, text)
                await screen.shows(".connection.lost", "已")
                assert await screen.page.locator(".waiting").count() == 0
        finally:
            postgres_server.start()
        await screen.shows(".connection.live", "实时更新", seconds=60)
        await hall.award(1000, to=hall.people[2])
        await screen.shows(".place", "1,0")
        screen.fine()


async def test_sockets_are_told_and_turned_away_until_it_answers(hall: Hall, postgres_server: Postgres) -> None:
    async with hall.screen(hall.li) as follower:
        await follower.hears("next")
        try:
            postgres_server.kill()
            code, reason = await follower.closed(LOST)
            assert (code, reason[:8]) == (1013, "Database")
            async with hall.socket() as early:
                assert (await early.closed())[0] == 1013
            assert await hall.metric("leitai_database_answers") == 0
        finally:
            postgres_server.start()
        await hall.settles(database_answers=1)
    async with hall.screen(hall.li) as back:
        await back.hears("next")
