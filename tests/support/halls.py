"""A company with its server, and sockets on it: for tests of what the protocol promises.

hall = Hall(folder)                       # a server of its own, with people who are signed in
async with hall.socket(hall.li) as screen:
    await screen.init()
    await screen.subscribe("1", BOARD, at=hall.root)
    frame = await screen.hears("next")
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import statements_kept
from server import Server, migrate
from websockets import ConnectionClosed, Subprotocol
from websockets.asyncio.client import ClientConnection, connect
from world import Company, Person, World

import models
from rules.roles import Role

BOARD = """subscription ($at: ID!) { leaderboardUpdated(input: {organizationId: $at}, maxPerSecond: 20) {
  version view rows(first: 10) { points subject { ... on Member { displayName } } } } }"""
PATIENCE = 10.0  # seconds: far above every promise here, so that a busy machine is not a failure
PASSWORD = "党旗下的誓言 2026"


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.05)


class Socket:
    """One end of a WebSocket, and whom it speaks for."""

    def __init__(self, connection: ClientConnection, person: Person | None) -> None:
        self.connection = connection
        self.person = person

    async def say(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def raw(self, frame: str | bytes, *, text: bool | None = None) -> None:
        """A frame as it is. bytes: binary, unless text says otherwise."""
        await self.connection.send(frame, text=text)

    async def init(self) -> None:
        assert self.person
        await self.say(type="connection_init", payload={"authorization": f"Bearer {self.person.token}"})
        await self.hears("connection_ack")

    async def subscribe(self, operation: str, query: str = BOARD, **variables: Any) -> None:
        await self.say(id=operation, type="subscribe", payload={"query": query, "variables": variables})

    async def complete(self, operation: str) -> None:
        await self.say(id=operation, type="complete")

    async def hear(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """The next message, whatever it is."""
        async with asyncio.timeout(seconds):
            return json.loads(await self.connection.recv())

    async def hears(self, kind: str, operation: str | None = None) -> dict[str, Any]:
        """The next message, which has to be of that type, and of that operation if one is named."""
        message = await self.hear()
        assert message["type"] == kind, message
        assert operation is None or message["id"] == operation, message
        return message

    async def board(self, holds: Callable[[dict[str, Any]], bool], operation: str = "1") -> dict[str, Any]:
        """The first of the operation's boards that is such; whatever comes before is passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = json.loads(await self.connection.recv())
                assert message["type"] == "next", message
                if message["id"] == operation:
                    assert "errors" not in message["payload"], message
                    [board] = message["payload"]["data"].values()
                    if holds(board):
                        return board

    async def closed(self, seconds: float = PATIENCE) -> tuple[int, str]:
        """Code and reason of the end; what comes before is passed over. 1006: none came."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    await self.connection.recv()
                except ConnectionClosed as end:
                    return (end.rcvd.code, end.rcvd.reason) if end.rcvd else (1006, "")

    async def ping(self) -> list[dict[str, Any]]:
        """What came before the pong: everything that the server had to say by then."""
        await self.say(type="ping")
        before: list[dict[str, Any]] = []
        while (message := await self.hear())["type"] != "pong":
            before.append(message)
        return before


class Hall:
    """王芳 is secretary and 周杰 reviewer over the whole company; 李强 and 孙丽 are of the first branch, 孙丽 of its
    group; 赵敏 of the second. 孙丽 may sign in as `sun` with PASSWORD. people: ten more of the first branch."""

    began = timedelta(0)  # ago

    def __init__(
        self,
        folder: Path | None = None,
        *,
        database: str | None = None,
        kind: type[Server] = Server,
        **settings: str,
    ) -> None:
        """A new SQLite database in the folder, or an empty one that there is."""
        self.database = database or f"sqlite://{folder}/leitai.sqlite3"
        migrate(self.database)
        asyncio.run(self._build())
        self.root, self.first = World.id(self.company.root), World.id(self.company.first)
        self.second, self.group = World.id(self.company.second), World.id(self.company.group)
        self.server = kind("serve", port=None, DATABASE_URL=self.database, **settings)
        self.server.start()

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[World]:
        """Its database, beside the server."""
        statements_kept.use(self.database)
        await models.database.connect(self.database)
        try:
            yield self.world
        finally:
            await models.database.close()

    async def _build(self) -> None:
        self.world = World()
        async with self.opened() as world:
            world.clock.now = datetime.now(UTC) - self.began
            self.company: Company = await world.company()
            company = self.company
            self.operator = await world.operator()
            self.secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
            self.reviewer = await world.member("周杰", at=company.root, roles=[Role.REVIEWER])
            self.li = await world.member("李强", at=company.first)
            self.sun = await world.member("孙丽", at=company.group, login="sun", password=PASSWORD)
            self.zhao = await world.member("赵敏", at=company.second)
            self.people = await world.members(10, at=company.first)
            await self._lived(world)

    async def _lived(self, world: World) -> None:
        """What happened before its server began."""
        await world.award(self.secretary, self.li, 5)

    def close(self) -> None:
        self.server.close()

    @asynccontextmanager
    async def socket(
        self, person: Person | None = None, protocols: tuple[str, ...] = ("graphql-transport-ws",), **options: Any
    ) -> AsyncGenerator[Socket]:
        given: dict[str, Any] = {
            "compression": None,
            "proxy": None,
            "ping_interval": None,
            "close_timeout": 1,
            **options,
        }
        offered = [Subprotocol(one) for one in protocols] or None
        async with connect(f"{self.server.url}/graphql".replace("http", "ws"), subprotocols=offered, **given) as made:
            yield Socket(made, person)

    @asynccontextmanager
    async def screen(self, person: Person, operation: str = "1", **variables: Any) -> AsyncGenerator[Socket]:
        """Signed in, and following a board: the company's, unless another is given."""
        async with self.socket(person) as screen:
            await screen.init()
            await screen.subscribe(operation, BOARD, **{"at": self.root, **variables})
            yield screen

    async def ask(self, who: Person | None, query: str, **variables: Any) -> dict[str, Any]:
        """The one answer of a query or mutation."""
        headers = {"authorization": f"Bearer {who.token}"} if who else {}
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            body = {"query": query, "variables": variables}
            answer = (await client.post(f"{self.server.url}/graphql", json=body, headers=headers)).json()
        assert "errors" not in answer, answer
        [found] = answer["data"].values()
        return found

    async def do(self, who: Person, operation: str, answered: str = "__typename", **given: Any) -> dict[str, Any]:
        """A mutation that has to succeed."""
        kind = operation[0].upper() + operation[1:]
        query = f"""mutation ($input: {kind}Input!) {{ {operation}(input: $input) {{
            __typename ... on UserError {{ message }} ... on {kind}Success {{ {answered} }} }} }}"""
        answer = await self.ask(who, query, input=given)
        assert answer["__typename"] == f"{kind}Success", answer
        return answer

    async def award(self, amount: int = 1, to: Person | None = None) -> None:
        """To 李强 unless to another, so that the first branch's and the company's boards change."""
        member = World.id(to or self.li)
        given = {"memberId": member, "amount": amount, "reason": "志愿服务", "idempotencyKey": str(uuid4())}
        await self.do(self.secretary, "awardPoints", **given)

    # ------------------------------------------------------------ what the server says of itself

    async def metric(self, name: str) -> float:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            text = (await client.get(f"{self.server.url}/metrics")).text
        return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} "))

    async def settles(self, **metrics: float) -> None:
        """Until /metrics shows these, leitai_ left out."""

        async def shown() -> bool:
            return all([await self.metric(f"leitai_{name}") == value for name, value in metrics.items()])

        await until(shown)

    async def lives(self) -> None:
        """Whatever a socket did, the next one is served, and nothing of the bad one is left."""
        async with self.screen(self.zhao) as screen:
            assert (await screen.hears("next", "1"))["payload"]["data"]["leaderboardUpdated"]["version"]
        await self.settles(sockets=0, boards_watched=0)

    @property
    def memory(self) -> float:
        """MiB of the server that are resident."""
        status = Path(f"/proc/{self.server.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))

    def log_lines(self) -> list[str]:
        return [line for line in self.server.log.splitlines() if line.strip()]
