"""`leitai doctor` tells a line for each thing, with any of them away."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest
from server import Server, leitai
from services import Redis
from starlette.applications import Starlette
from world import DATA_KEYS, SIGNING_KEY, World

from app.commands.doctor_proxy import INVENTED, judged
from app.settings import Settings
from app.web import seen
from models import sql
from resolvers.signing import Signer

KEY = SIGNING_KEY.hex()


def examined(code: int, **given: str) -> str:
    done = leitai("doctor", seconds=60, **given)
    assert "Traceback" not in done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    assert all(line.split()[0] in ("ok", "warning", "fault") for line in done.stdout.splitlines()), done.stdout
    return done.stdout


async def test_a_server_that_lacks_nothing_has_no_fault_and_a_spoilt_one_is_told(
    world: World, database: str, redis_url: str
) -> None:
    company = await world.company()
    twins = [await world.member(name, at=company.first, phone="13800138000") for name in ("张三", "张　三")]
    server = Server(DATABASE_URL=database, REDIS_URL=redis_url, LEITAI_SIGNING_KEY=KEY)
    given = {
        "DATABASE_URL": database,
        "REDIS_URL": redis_url,
        "LEITAI_SIGNING_KEY": KEY,
        "LEITAI_DATA_KEYS": DATA_KEYS,
        "PUBLIC_URL": server.url,
        "LEITAI_PRODUCTION": "1",
        "LEITAI_SERVICE_HOST": "10.0.0.1",
    }
    server.start(PUBLIC_URL=server.url)
    try:
        said = examined(0, **given)
    finally:
        server.close()
    for words in (
        *("up to date, and what the migrations make", "takes and gives hints", "WebSockets get through"),
        *("files may be open", "MB are free", "sees this machine as 127.0.0.1, by http", "every phone number's key"),
        *("warning  settings  LEITAI_SERVICE_HOST is no setting", "passwords go in the clear"),
    ):
        assert words in said, said
    assert "warning  members   1 pair(s) under GS are likely one person each (1 by name and phone)" in said
    assert all(world.id(one) in said for one in twins)
    assert "张" not in said

    await sql.execute("DROP INDEX " + (await sql.value("SELECT name FROM sqlite_master WHERE type = 'index'"
        " AND sql IS NOT NULL ORDER BY name") if database.startswith("sqlite") else "role_grants_member"))  # fmt: skip
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"
        said = examined(1, **{**given, "REDIS_URL": away})
    assert "is missing. Put a whole backup back" in said
    assert "fault    redis     can't be used: nothing listens there" in said
    assert "warning  proxy     nothing answers at" in said


@pytest.mark.parametrize("url", ["sqlite:///nowhere/x.sqlite3", "postgres://me@127.0.0.1:1/x"])
def test_it_works_while_the_database_is_away(url: str, redis_server: Redis) -> None:
    said = examined(1, DATABASE_URL=url, REDIS_URL=redis_server.url, PUBLIC_URL="http://127.0.0.1:1")
    assert "fault    database" in said
    assert "files may be open" in said
    assert "schema" not in said, "nothing is said of what nobody knows"


async def test_an_older_database_is_told_to_be_migrated(tmp_path: Path) -> None:
    file = tmp_path / "empty.sqlite3"
    file.touch()
    assert "run `leitai migrate`" in examined(1, DATABASE_URL=f"sqlite://{file}", PUBLIC_URL="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("plain", "invented", "said"),
    [
        ({"client": "203.0.113.9", "scheme": "https", "forwarded": "203.0.113.9"}, "203.0.113.9", "by https"),
        ({"client": "10.0.0.2", "scheme": "https", "forwarded": "203.0.113.9"}, "10.0.0.2", "add 10.0.0.2"),
        ({"client": "203.0.113.9", "scheme": "http", "forwarded": "203.0.113.9"}, "203.0.113.9", "X-Forwarded-Proto"),
        ({"client": "203.0.113.9", "scheme": "https", "forwarded": "203.0.113.9"}, INVENTED, "invent an address"),
    ],
)
def test_what_is_seen_through_a_proxy_is_judged(plain: dict[str, str], invented: str, said: str) -> None:
    settings = Settings.model_validate({"PUBLIC_URL": "https://leitai.example.org"})
    lines = judged(plain, {**plain, "client": invented}, settings, local=False)
    assert said in " ".join(map(str, lines))
    assert (lines[0].level == "ok") == (said == "by https")


async def test_a_stranger_is_told_nothing_of_what_is_seen() -> None:
    signer, other = Signer(SIGNING_KEY), Signer(bytes(32))
    now = 1_800_000_000.0
    assert seen.proved(signer, seen.proof(signer, now), now + 60)
    assert not seen.proved(signer, seen.proof(signer, now), now + 600)
    for given in ("", "x", "1.2", seen.proof(other, now), "9" * 400, "①.x"):
        assert not seen.proved(signer, given, now), given
    transport = httpx.ASGITransport(Starlette(routes=seen.routes(signer)))
    async with httpx.AsyncClient(transport=transport, base_url="http://hall") as client:
        assert (await client.get(seen.PATH)).status_code == 404
