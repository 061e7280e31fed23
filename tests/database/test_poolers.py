"""A server whose database is behind pgbouncer in transaction pooling, and whose Redis wants TLS and has an ACL user."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fronts import PgBouncer, TlsRedis, certificates
from halls import Hall
from imports import MEMBERS, table
from server import leitai
from services import Postgres, ServiceIsMissing

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
PASSWORD = "c8b1f0/+@s"
POOL = 3  # of pgbouncer's connections: fewer than the server's own, so that each goes from hand to hand
AWARDS = 20


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsRedis]:
    """Its user is the one that docs/operations.md has an operator make."""
    [line] = re.findall(r"^user leitai .*$", OPERATIONS.read_text("utf-8"), re.MULTILINE)
    assert ">PASSWORD" in line
    try:
        found = TlsRedis(
            certificates(tmp_path_factory.mktemp("certificates")), line.replace(">PASSWORD", f">{PASSWORD}")
        )
    except ServiceIsMissing as reason:
        pytest.skip(str(reason))
    found.start()
    yield found
    found.close()


@pytest.fixture(scope="module")
def hall(postgres_server: Postgres, redis: TlsRedis) -> Iterator[Hall]:
    postgres_server.start()
    pooler = PgBouncer(postgres_server, pool=POOL)
    pooler.start()
    url = postgres_server.create_database()
    hall = Hall(database=pooler.url(url), REDIS_URL=redis.url_of("leitai", PASSWORD))
    try:
        yield hall
        assert " at=[" not in hall.server.log
    finally:
        hall.close()
        pooler.close()
        postgres_server.drop_database(url)


async def test_awards_at_once_through_pgbouncer_reach_a_live_board(hall: Hall) -> None:
    async with hall.screen(hall.zhao) as screen:
        before = (await screen.hears("next"))["payload"]["data"]["leaderboardUpdated"]
        points = sum(int(row["points"]) for row in before["rows"])
        await asyncio.gather(*(hall.award() for _ in range(AWARDS)))
        await screen.board(lambda board: sum(int(row["points"]) for row in board["rows"]) == points + AWARDS)


async def test_commands_run_through_pgbouncer(hall: Hall, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_bytes(table(MEMBERS, *(f"{hall.company.first.code},新人{n},,,," for n in range(20))))
    imported = leitai("import", "members", str(people), DATABASE_URL=hall.database)
    assert imported.returncode == 0, imported.stderr
    assert leitai("migrate", DATABASE_URL=hall.database).stdout == "The database is up to date.\n"
    verified = leitai("verify", DATABASE_URL=hall.database)
    assert (verified.returncode, verified.stdout) == (0, "Everything agrees.\n"), verified.stderr


async def test_hints_pass_a_redis_with_tls_and_least_rights(hall: Hall, redis: TlsRedis) -> None:
    await hall.settles(hint_path_up=1)
    assert redis.as_user("leitai", PASSWORD, "KEYS", "*").startswith("-NOPERM")
    assert redis.as_user("leitai", PASSWORD, "SUBSCRIBE", "others").startswith("-NOPERM")
