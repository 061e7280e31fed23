"""`leitai watch` beside a server: what it prints, and what it does when the server goes away."""

import asyncio
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from server import Server, leitai, migrate, start_leitai

from app.client import Address, Api

PASSWORD = "水滴石穿-2026"
ORGANIZATION = """mutation ($parent: ID, $code: String!, $name: String!, $kind: OrganizationKind!) {
  done: createOrganization(input: {parentId: $parent, code: $code, name: $name, kind: $kind}) {
    ... on CreateOrganizationSuccess { organization { id } } } }"""
MEMBER = """mutation ($at: ID!, $name: String!, $login: String, $password: String) {
  done: createMember(input: {organizationId: $at, name: $name, login: $login, password: $password}) {
    ... on CreateMemberSuccess { member { id } } } }"""
AWARD = """mutation ($member: ID!, $amount: Int!, $key: String!) {
  done: awardPoints(input: {memberId: $member, amount: $amount, reason: "巡查", idempotencyKey: $key}) {
    ... on AwardPointsSuccess { pointsEntry { id } } } }"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server()
    url = f"sqlite://{server.folder / 'leitai.sqlite3'}"
    migrate(url)
    made = leitai("create-admin", "--login", "admin", DATABASE_URL=url, LEITAI_ADMIN_PASSWORD=PASSWORD)
    assert made.returncode == 0, made.stderr
    server.start()  # its own database is where it stands
    yield server
    server.close()


@dataclass
class Hall:
    """A company with one branch: 王芳, who can sign in and has 5 points, and 李强, who has 3."""

    admin: Api
    code: str
    login: str
    wang: str
    li: str

    async def do(self, mutation: str, **variables: Any) -> dict[str, Any]:
        return (await self.admin.ask(mutation, **variables))["done"]

    async def award(self, member: str, amount: int) -> None:
        await self.do(AWARD, member=member, amount=amount, key=str(uuid4()))


@pytest.fixture
async def hall(server: Server) -> AsyncIterator[Hall]:
    admin = Api(Address.read(server.url))
    await admin.sign_in("admin", PASSWORD)
    hall = Hall(admin, uuid4().hex[:8], f"wang-{uuid4().hex[:8]}", "", "")
    made = await hall.do(ORGANIZATION, parent=None, code=f"{hall.code}-root", name="公司党委", kind="COMMITTEE")
    root = made["organization"]["id"]
    branch = await hall.do(ORGANIZATION, parent=root, code=hall.code, name="第一党支部", kind="BRANCH")
    at = branch["organization"]["id"]
    hall.wang = (await hall.do(MEMBER, at=at, name="王芳", login=hall.login, password=PASSWORD))["member"]["id"]
    hall.li = (await hall.do(MEMBER, at=at, name="李强"))["member"]["id"]
    await hall.award(hall.wang, 5)
    await hall.award(hall.li, 3)
    yield hall
    await admin.close()


def arguments(server: Server, hall: Hall, *more: str) -> list[str]:
    return ["watch", "--organization", hall.code, "--url", server.url, *more]


def signed_in(server: Server, hall: Hall, *more: str) -> list[str]:
    return arguments(server, hall, "--login", hall.login, "--password", PASSWORD, *more)


class Watcher:
    """A watch without a terminal, read line by line."""

    def __init__(self, *given: str) -> None:
        self.process = start_leitai(*given)
        self.said: list[str] = []

    async def until(self, text: str, seconds: float = 40) -> str:
        """The next line with this text."""
        assert self.process.stdout
        async with asyncio.timeout(seconds):
            while line := await asyncio.to_thread(self.process.stdout.readline):
                self.said.append(line)
                if text in line:
                    return line
        raise AssertionError(f"It ended without {text!r}: {self.said}")

    async def ended(self, how: signal.Signals | None = None) -> int:
        if how is not None:
            self.process.send_signal(how)
        rest, _ = await asyncio.to_thread(self.process.communicate, timeout=30)
        self.said.append(rest)
        return self.process.returncode


@pytest.fixture
def watchers() -> Iterator[list[Watcher]]:
    made: list[Watcher] = []
    yield made
    for one in made:
        with suppress(ProcessLookupError):
            one.process.kill()
        one.process.communicate()


async def test_once_prints_the_board(server: Server, hall: Hall) -> None:
    done = await asyncio.to_thread(leitai, *signed_in(server, hall, "--once"))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "第一党支部" in lines[0]
    assert "month" in lines[0]
    [wang] = [line for line in lines if "王芳" in line]
    [li] = [line for line in lines if "李强" in line]
    assert lines.index(wang) < lines.index(li)
    assert "5" in wang
    assert "3" in li
    assert "LIVE" in done.stdout


async def test_once_prints_branches_by_their_mean(server: Server, hall: Hall) -> None:
    given = ["watch", "--organization", f"{hall.code}-root", "--url", server.url, "--once", "--subject", "organization"]
    done = await asyncio.to_thread(
        lambda: leitai(*given, "--period", "day", LEITAI_WATCH_LOGIN=hall.login, LEITAI_WATCH_PASSWORD=PASSWORD)
    )
    assert done.returncode == 0, done.stderr
    assert "4.000" in done.stdout, "(5 + 3) / 2"
    assert "2 members" in done.stdout


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"--organization": "nowhere"}, "There is no organization with the code nowhere, or you may not see it."),
        ({"--password": "wrong-password"}, "Login or password is wrong."),
        ({"--url": "http://127.0.0.1:1"}, "http://127.0.0.1:1/graphql does not answer."),
        ({"--token": "no-token-of-ours"}, "The token is no longer good"),
    ],
)
async def test_what_cannot_be_ends_with_a_sentence(
    server: Server, hall: Hall, changed: dict[str, str], sentence: str
) -> None:
    more = [part for pair in changed.items() for part in pair]  # the later of two counts
    done = await asyncio.to_thread(leitai, *signed_in(server, hall, "--once", *more))
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


async def test_it_says_that_it_needs_somebody(server: Server, hall: Hall) -> None:
    done = await asyncio.to_thread(leitai, *arguments(server, hall, "--once"))
    assert done.returncode == 1
    assert "--login and --password, or --token" in done.stderr


async def test_a_change_is_a_line(server: Server, hall: Hall, watchers: list[Watcher]) -> None:
    watcher = Watcher(*signed_in(server, hall))
    watchers.append(watcher)
    await watcher.until("1. 王芳 5; 2. 李强 3")
    await hall.award(hall.li, 4)
    await watcher.until("1. 李强 7; 2. 王芳 5", seconds=10)
    assert await watcher.ended(signal.SIGINT) == 0
    assert "Traceback" not in "".join(watcher.said)


@pytest.mark.parametrize("crash", [True, False], ids=["crash", "restart"])
async def test_it_survives_the_server(server: Server, hall: Hall, watchers: list[Watcher], crash: bool) -> None:
    watcher = Watcher(*signed_in(server, hall))
    watchers.append(watcher)
    before = await watcher.until("1. 王芳 5; 2. 李强 3")
    await asyncio.to_thread(server.kill if crash else server.stop)
    await watcher.until("Again in", seconds=10)
    await asyncio.to_thread(server.start)
    await hall.award(hall.li, 10)
    after = await watcher.until("1. 李强 13; 2. 王芳 5")
    assert version(after) > version(before)
    assert await watcher.ended(signal.SIGTERM) == 0


def version(line: str) -> int:
    return int(line.split(" | ")[0].rsplit(" v", 1)[1])


async def test_a_given_token_that_ends_ends_the_watch(server: Server, hall: Hall, watchers: list[Watcher]) -> None:
    caller = Api(hall.admin.address)
    await caller.sign_in(hall.login, PASSWORD)
    assert caller.token
    watcher = Watcher(*arguments(server, hall, "--token", caller.token))
    watchers.append(watcher)
    await watcher.until("1. 王芳 5")

    await caller.sign_out()
    await caller.close()
    await asyncio.to_thread(server.restart)

    try:
        assert await watcher.ended() == 1
    except subprocess.TimeoutExpired:
        pytest.fail("It goes on with a token that is gone.")
    assert "Traceback" not in "".join(watcher.said)


async def test_it_leaves_no_token_behind(server: Server, hall: Hall) -> None:
    done = await asyncio.to_thread(leitai, *signed_in(server, hall, "--once"))
    assert done.returncode == 0
    with closing(sqlite3.connect(server.folder / "leitai.sqlite3")) as database:
        good = database.execute(
            """SELECT COUNT(*) FROM auth_tokens t JOIN accounts a ON a.id = t.account_id
               WHERE a.login = ? AND t.revoked_at IS NULL""",
            [hall.login],
        ).fetchone()
    assert good == (0,)
