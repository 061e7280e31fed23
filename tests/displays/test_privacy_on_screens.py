"""What somebody chooses to be called, or not to be, is what every open screen shows a moment later."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import arena
import block
import pytest
from course import published
from halls import Hall, Socket
from screens import paired
from websockets import ConnectionClosed
from world import Person

MEMBER = "member { displayName }"
NAMED = "displayName"
BOARDS = {
    "board": f"""leaderboardUpdated(input: {{organizationId: $at}}) {{ view rows {{
      subject {{ ... on Member {{ {NAMED} }} }} }} }}""",
    "arena": f"""taskArenaUpdated(organizationId: $at) {{ view recentApprovals {{ {MEMBER} }}
      tasks {{ edges {{ node {{ claims {{ edges {{ node {{ {MEMBER} }} }} }} }} }} }} }}""",
    "courses": f"""courseBoardUpdated(organizationId: $at) {{ view courses {{ edges {{ node {{
      lecturer {{ {NAMED} }} }} }} }} }}""",
    "blocks": f"""blockBoardUpdated(organizationId: $at) {{ view blocks {{ edges {{ node {{ current {{
      responsible {{ {NAMED} }} pairedWith {{ {NAMED} }} }} }} }} }} }}""",
    "log": f"pointsAwarded(organizationId: $at) {{ edges {{ node {{ {MEMBER} }} }} }}",
}
REAL, ALIAS = "李强", "远航"
PROMISED = 5.0  # seconds: a poll is every 2


class Wall:
    """Every board, as one caller sees it now."""

    def __init__(self, who: Person, which: Sequence[str]) -> None:
        self.who, self.which = who, which
        self.newest: dict[str, str] = {}

    async def follow(self, hall: Hall, socket: Socket) -> None:
        await socket.init()
        for one in self.which:
            await socket.subscribe(one, f"subscription ($at: ID!) {{ {BOARDS[one]} }}", at=hall.root)

    async def listen(self, socket: Socket) -> None:
        try:
            async for text in socket.connection:
                message = json.loads(text)
                assert message["type"] == "next", message
                self.newest[message["id"]] = json.dumps(message["payload"]["data"], ensure_ascii=False)
        except ConnectionClosed:
            pass

    def names(self, which: Sequence[str]) -> dict[str, str]:
        """What 李强 is called on each."""
        seen = {one: text for one, text in self.newest.items() if one in which}
        found = {one: [name for name in (REAL, ALIAS) if f'"{name}"' in text] for one, text in seen.items()}
        return {one: "+".join(names) for one, names in found.items()}


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    made = Hall(tmp_path)
    try:
        yield made
        assert "[error" not in made.server.log
    finally:
        made.close()


async def show(walls: Sequence[Wall], wanted: Sequence[dict[str, str]], which: Sequence[str]) -> None:
    expected = [{one: name for one, name in each.items() if one in which} for each in wanted]
    try:
        async with asyncio.timeout(PROMISED):
            while [wall.names(which) for wall in walls] != expected:
                await asyncio.sleep(0.02)
    except TimeoutError:
        assert [wall.names(which) for wall in walls] == expected


async def test_an_alias_and_not_to_be_shown_are_seen_everywhere_at_once(hall: Hall) -> None:
    async with hall.opened() as world:
        root = hall.company.root
        task = world.id(await world.task(hall.secretary, at=root))
        claim = (await arena.done(world, hall.li, "claimTask", taskId=task))["id"]
        await arena.done(world, hall.li, "submitClaim", claimId=claim, evidence="照片")
        await arena.done(world, hall.secretary, "approveClaim", claimId=claim, note="好")
        await published(world, hall.secretary, at=root, lecturer=hall.li)
        await block.block(world, hall.secretary, root, hall.li)
        screen = await paired(world, hall.secretary, root)
    boards = ("board", "arena", "courses", "blocks")
    walls = Wall(hall.zhao, (*boards, "log")), Wall(hall.reviewer, (*boards, "log")), Wall(screen, boards)

    def everywhere(name: str, *, hidden: str | None = None) -> list[dict[str, str]]:
        """hidden: what the public's rankings say instead."""
        shown: dict[str, str] = dict.fromkeys((*boards, "log"), name)
        less = shown if hidden is None else {**shown, "board": hidden, "arena": hidden, "log": hidden}
        return [less, shown, {one: less[one] for one in boards}]

    async def choose(wanted: Sequence[dict[str, str]], **choice: Any) -> None:
        await hall.do(hall.li, "updateMyPrivacy", **choice)
        await show(walls, wanted, boards)
        await hall.award()  # a log says what was awarded since, under the names of now
        await show(walls, wanted, (*boards, "log"))

    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        sockets = [await stack.enter_async_context(hall.socket(wall.who)) for wall in walls]
        for wall, socket in zip(walls, sockets, strict=True):
            await wall.follow(hall, socket)
            group.create_task(wall.listen(socket))
        await show(walls, everywhere(REAL), (*boards, "log"))
        await choose(everywhere(ALIAS), alias=ALIAS)
        await choose(everywhere(ALIAS, hidden=""), hiddenOnBoards=True)
        await choose(everywhere(REAL), hiddenOnBoards=False, alias="")
        for socket in sockets:
            await socket.connection.close()
