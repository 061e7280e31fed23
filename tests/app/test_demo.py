"""The demo company: its figures, its past, which every rule holds for, and its life through the public API."""

import asyncio
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import aclosing, closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from server import Server, leitai
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol
from world import SIGNING_KEY

import models
from app.client import Address, Api
from app.demo import tables
from app.demo.company import PASSWORD, Company
from app.demo.history import build
from app.demo.start import logins
from models import ClaimStatus, OrganizationKind, TaskStatus
from resolvers import block_boards, leaderboards
from resolvers.boards import Subject
from resolvers.signing import Signer
from rules.periods import PeriodKind
from rules.ranking import OrganizationScoring

NOW = datetime(2026, 3, 19, 9, tzinfo=UTC)  # a Thursday, five in the afternoon in Shanghai
FEW = 200  # acts: enough for every state


# ---------------------------------------------------------------- its past


async def ranked(company: Company, period: PeriodKind, subject: Subject = Subject.MEMBER) -> int:
    root = company.organizations[tables.ROOT_CODE].id
    key = await leaderboards.key(
        company.admin, root, subject, period, None, OrganizationKind.BRANCH, False, OrganizationScoring.MEAN
    )
    board = await leaderboards.load(key)
    assert board
    return len(board.ranking)


async def test_the_company_of_the_domain(database: str) -> None:
    company = await build(NOW, FEW, signer=Signer(SIGNING_KEY))

    kinds = await models.sql.rows("SELECT kind, COUNT(*) AS number FROM organizations GROUP BY kind")
    assert {one["kind"]: one["number"] for one in kinds} == {"COMMITTEE": 1, "BRANCH": 9, "GROUP": 7}
    assert await models.Member.filter(active=True).count() == 270
    assert {one.status for one in await models.Task.all()} == set(TaskStatus)
    assert 44 <= await models.Task.all().count() <= 50
    assert {one.status for one in await models.Claim.all()} >= {
        *(ClaimStatus.CLAIMED, ClaimStatus.SUBMITTED, ClaimStatus.APPROVED, ClaimStatus.RELEASED),
    }
    assert await models.Course.filter(status="PUBLISHED").count() == 50
    assert await models.Study.filter(completed_at__not_isnull=True).count() > FEW / 10
    for period in PeriodKind:
        assert await ranked(company, period) >= 5, period
    assert await ranked(company, PeriodKind.MONTH, Subject.ORGANIZATION) == 9

    accounts = {one.login for one in await models.Account.all()}
    assert accounts == {"admin", *(login for login, _ in logins())}
    assert len({one.password_hash for one in await models.Account.all()}) == 1

    root = company.organizations[tables.ROOT_CODE]
    board = await block_boards.load(await block_boards.key(company.admin, root.id))
    assert board
    assert (board.block_count, len(board.blocks)) == (229, 229)
    assert board.paired_count > 600
    assert all(len(one.told.paired) >= 3 and one.proof.broken_at is None for one in board.blocks)
    assert sum(one.inspection is not None for one in board.blocks) > 50
    assert sum(one.proof.head.sequence > 1 for one in board.blocks) > 5

    # Its rows are such as the rules would have made.
    wrong = await models.sql.rows(
        """SELECT m.id FROM members m LEFT JOIN points_entries e ON e.member_id = m.id
           GROUP BY m.id, m.balance, m.debt HAVING COALESCE(SUM(e.amount), 0) <> m.balance - m.debt"""
    )
    assert not wrong
    times = await models.sql.rows("SELECT recorded_at AS at FROM points_entries ORDER BY position, line")
    assert times == sorted(times, key=lambda one: str(one["at"]))
    assert not await models.sql.rows("SELECT id FROM points_entries WHERE recorded_at > :now", now=NOW)
    approved = await models.sql.value("SELECT COUNT(*) AS n FROM claims WHERE status = 'APPROVED'")
    assert approved == await models.sql.value("SELECT COUNT(*) AS n FROM points_entries WHERE claim_id IS NOT NULL")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("now", ["2026-01-01T00:05:00+08:00", "2028-03-31T23:59:59+08:00"])
async def test_it_can_be_made_on_any_day(database: str, now: str) -> None:
    company = await build(datetime.fromisoformat(now).astimezone(UTC), acts=20)
    assert await models.Member.all().count() == 270
    assert {one.status for one in await models.Task.all()} >= {TaskStatus.DRAFT, TaskStatus.SCHEDULED, TaskStatus.OPEN}
    for period in PeriodKind:
        assert await ranked(company, period), period


def test_names_are_invented_the_same_each_time() -> None:
    names = tables.people(270, Random(tables.SEED))
    assert names == tables.people(270, Random(tables.SEED))
    assert len(set(names)) == 270
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{2,3}", name) for name in names)


# ---------------------------------------------------------------- its life


@pytest.fixture(scope="module")
def demo() -> Iterator[Server]:
    server = Server("demo", "--keep", "--rate", "10", "--database", "demo.sqlite3")  # in the server's own folder
    server.start()
    yield server
    server.close()


async def caller(demo: Server, login: str) -> Api:
    api = Api(Address.read(demo.url))
    await api.sign_in(login, PASSWORD)
    return api


async def ask(demo: Server, login: str, query: str, **variables: Any) -> dict[str, Any]:
    api = await caller(demo, login)
    try:
        return await api.ask(query, **variables)
    finally:
        await api.close()


async def test_a_front_end_on_another_port_reaches_it_also_through_a_proxy(demo: Server) -> None:
    """Vite's page asks by itself, or through Vite's proxy, which rewrites Host and leaves Origin (changeOrigin)."""
    page = {"origin": "http://localhost:5173"}
    async with httpx.AsyncClient(base_url=demo.url, trust_env=False) as http:
        answer = await http.post("/graphql", json={"query": "{ __typename }"}, headers=page)
        assert answer.headers["access-control-allow-origin"] == page["origin"]
        assert (await http.get("/schema.graphql")).status_code == 200
        assert (await http.get("/graphiql/")).status_code == 200, "make graphiql"
    socket = demo.url.replace("http", "ws") + "/graphql"
    async with connect(socket, subprotocols=[Subprotocol("graphql-transport-ws")], additional_headers=page, proxy=None):
        pass


async def test_its_visitors_find_something_to_claim(demo: Server) -> None:
    for login in ("secretary", "reviewer-3", "member-1-1"):
        found = await ask(demo, login, "{ viewer { id claimableTasks(first: 0) { totalCount } } }")
        assert found["viewer"]["claimableTasks"]["totalCount"] >= 3, login


async def test_the_operator_sees_the_whole_company(demo: Server) -> None:
    data = await ask(
        demo,
        "admin",
        "{ organizations { edges { node { id code memberCount children { totalCount edges { node { kind } } } } } } }",
    )
    [root] = [edge["node"] for edge in data["organizations"]["edges"]]
    assert (root["code"], root["memberCount"]) == ("demo", 270)
    assert [edge["node"]["kind"] for edge in root["children"]["edges"]] == ["BRANCH"] * 9

    arena = "query ($at: ID!) { taskArena(organizationId: $at) { %s } }"
    counted = " ".join(f"{one}: tasks(status: {one}, first: 0) {{ totalCount }}" for one in TaskStatus)
    found = (await ask(demo, "admin", arena % counted, at=root["id"]))["taskArena"]
    assert all(found[one.value]["totalCount"] >= 3 for one in TaskStatus), found


@pytest.mark.parametrize(
    ("login", "role"),
    [("admin", "ADMIN"), ("secretary", "SECRETARY"), ("reviewer-4", "REVIEWER"), ("member-1-1", None)],
)
async def test_who_is_named_can_sign_in(demo: Server, login: str, role: str | None) -> None:
    viewer = (await ask(demo, login, "{ viewer { roles { role } member { name } } }"))["viewer"]
    assert [one["role"] for one in viewer["roles"]] == ([role] if role else [])
    assert (viewer["member"] is None) == (login == "admin")


async def test_what_is_printed_works(demo: Server) -> None:
    async with asyncio.timeout(30):  # it is said once the server answers
        while "curl " not in demo.log:
            await asyncio.sleep(0.05)
    printed = demo.log
    assert "270 invented members in 9 branches" in printed
    [line] = [one for one in printed.splitlines() if one.startswith("curl ")]
    asked = re.fullmatch(r"curl (\S+) -H 'content-type: application/json' -d '(.*)'", line)
    assert asked
    answer = (await asyncio.to_thread(httpx.post, asked[1], json=json.loads(asked[2]), trust_env=False)).json()
    assert answer["data"]["signIn"]["__typename"] == "SignInSuccess"

    [line] = [one for one in printed.splitlines() if "leitai watch " in one]
    done = leitai(*line.split()[1:], "--once")
    assert done.returncode == 0, done.stderr
    assert "示例科技公司党委" in done.stdout
    assert "LIVE" in done.stdout


async def test_the_board_moves_within_seconds(demo: Server) -> None:
    data = await ask(demo, "member-1-1", "{ organizations { edges { node { id } } } }")
    root = data["organizations"]["edges"][0]["node"]["id"]
    api = await caller(demo, "member-1-1")
    watch = """subscription ($at: ID!) { leaderboardUpdated(input: {organizationId: $at, period: DAY}) {
      version rows(first: 100) { id points } } }"""
    boards: list[dict[str, Any]] = []
    async with asyncio.timeout(40), aclosing(api.follow(watch, {"at": root})) as messages:
        async for message in messages:
            if message.payload is not None:
                board = message.payload["data"]["leaderboardUpdated"]
                if not boards or board["rows"] != boards[-1]["rows"]:
                    boards.append(board)
            if len(boards) == 4:
                break
    await api.close()
    versions = [int(board["version"]) for board in boards]
    assert versions == sorted(set(versions))


def test_life_goes_on_after_a_restart(demo: Server) -> None:
    demo.restart()
    before = entries(demo)
    deadline = time.monotonic() + 60
    while entries(demo) < before + 5:
        assert time.monotonic() < deadline, demo.log
        time.sleep(0.2)
    assert " at=[" not in demo.log


def entries(demo: Server) -> int:
    with closing(sqlite3.connect(demo.folder / "demo.sqlite3")) as database:
        return database.execute("SELECT COUNT(*) FROM points_entries").fetchone()[0]


# ---------------------------------------------------------------- what it never touches


@pytest.mark.parametrize("content", ["words of somebody", "a database of Leitai"])
def test_a_file_that_is_not_the_demo_s_is_left_alone(tmp_path: Path, content: str) -> None:
    file = tmp_path / "precious.sqlite3"
    if content.startswith("a database"):
        assert leitai("migrate", DATABASE_URL=f"sqlite://{file}").returncode == 0
    else:
        file.write_text(content)
    before = file.read_bytes()
    done = leitai("demo", "--port", "0", "--database", str(file))
    assert done.returncode == 1
    assert "sqlite" in done.stderr
    assert "Traceback" not in done.stderr
    assert file.read_bytes() == before


def test_a_taken_port_is_said_before_anything_is_made(demo: Server, tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite3"
    done = leitai("demo", "--port", str(demo.port), "--database", str(file))
    assert done.returncode == 1
    assert "can't be listened on" in done.stderr
    assert not file.exists()
