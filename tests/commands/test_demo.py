"""The demo company's life through the public API, and what the docs say of it."""

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from documented import CLIENT, ROOT, blocks, run
from server import Server, leitai
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from app.client import Address, Api
from app.demo.company import PASSWORD
from models import TaskStatus

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


# ---------------------------------------------------------------- what the docs show


def test_the_first_block_of_the_api_page_runs_as_it_stands(demo: Server) -> None:
    first = blocks("docs/api.md", "js")[0].replace("http://127.0.0.1:8000", demo.url)
    [name, rows] = run(first.replace("console.log(", "tell([").replace(".rows);", ".rows]);"))[0]
    assert "支部" in name
    assert rows[0]["rank"] == 1
    assert all(one["subject"]["displayName"] for one in rows)


def test_the_signing_in_of_the_api_page_runs_as_it_stands(demo: Server) -> None:
    [signing_in, *_] = blocks("docs/api.md", "graphql")
    answer = httpx.post(f"{demo.url}/graphql", json={"query": signing_in}, trust_env=False).json()
    assert answer["data"]["signIn"]["__typename"] == "SignInSuccess"


async def test_the_first_operation_of_each_api_page_runs_as_it_stands(demo: Server) -> None:
    api = await caller(demo, "secretary")
    try:
        place = (await api.ask("{ viewer { member { organization { id } } } }"))["viewer"]["member"]["organization"][
            "id"
        ]
        for page in sorted((ROOT / "docs" / "api").glob("*.md")):
            first = blocks(str(page.relative_to(ROOT)), "graphql")[0]
            given = {"organizationId": place} if "$organizationId" in first else {}
            [answer] = (await api.ask(first, **given)).values()
            assert answer is not None, page.name
            assert answer.get("__typename", "Success").endswith("Success"), page.name
    finally:
        await api.close()


async def test_the_sample_client_follows_and_stops_where_its_token_ended(demo: Server) -> None:
    api = await caller(demo, "member-2-1")
    place = (await api.ask("{ viewer { member { organization { id } } } }"))["viewer"]["member"]["organization"]["id"]
    sample = blocks("docs/api.md", "js")[1].replace("ws://127.0.0.1:8000", demo.url.replace("http", "ws"))
    told = await asyncio.to_thread(
        run,
        f"""const token = {json.dumps(api.token)}, organizationId = {json.dumps(place)};
        const draw = (board) => {{ tell({{ size: board.size }}); signOut(); }};
        const report = (why) => tell({{ report: String(why) }});
        let signedOut = false;
        function signOut() {{
          if (signedOut) return;
          signedOut = true;
          const headers = {{ 'content-type': 'application/json', authorization: `Bearer ${{token}}` }};
          const body = JSON.stringify({{ query: 'mutation {{ signOut {{ __typename }} }}' }});
          fetch('{demo.url}/graphql', {{ method: 'POST', headers, body }});
        }}
        async function signInAgain() {{
          const waits = [], codes = [4403, 1006, 1012, 1013];
          Math.random = () => 1;
          globalThis.setTimeout = (done, wait) => {{ waits.push(wait / 1000); done(); }};
          for (const retries of [0, 2, 4, 50]) await options.retryWait(retries);
          tell({{ within, waits, retried: codes.filter((code) => options.shouldRetry({{ code }})) }});
          process.exit();
        }}
        {CLIENT}{sample.replace("import { createClient } from 'graphql-ws';", "")}""",
    )
    await api.close()
    sizes, [last] = told[:-1], told[-1:]
    assert sizes
    assert all(one["size"] > 0 for one in sizes), told
    assert last == {"within": 10, "waits": [10, 10, 15, 15], "retried": [1006, 1012, 1013]}


def test_the_first_block_of_the_readme_names_what_make_can_do() -> None:
    """`make demo` is what the fixture above starts; here only that both are there and begin."""
    [first, *_] = blocks("README.md")
    commands = [line.split("#")[0].strip() for line in first.splitlines() if line.strip()]
    assert commands == ["make demo", "make test"]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # make may run this
    for command in commands:
        asked = [*command.split(), "--dry-run"]
        done = subprocess.run(asked, cwd=ROOT, env=plain, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1].strip().startswith((".venv/bin/leitai demo", ".venv/bin/python -m pytest"))


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
