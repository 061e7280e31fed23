"""A display against a running server: it follows itself, is seen to be there, and ends when it is revoked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from halls import Hall, until

MYSELF = "subscription { displayUpdated { version name scenes { kind organization { name } } } }"
ASK = "mutation { requestDisplayPairing { ... on RequestDisplayPairingSuccess { pairing { code deviceCode } } } }"
LIST = "query ($at: ID!) { displays(organizationId: $at) { edges { node { name online } } } }"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    try:
        yield hall
        assert " at=[" not in hall.server.log
    finally:
        hall.close()


async def listed(hall: Hall) -> list[dict[str, Any]]:
    return [one["node"] for one in (await hall.ask(hall.secretary, LIST, at=hall.root))["edges"]]


async def test_a_display_lives_from_its_code_to_its_revocation(hall: Hall) -> None:
    pairing = (await hall.ask(None, ASK))["pairing"]
    given = {"code": pairing["code"], "organizationId": hall.first, "name": "大厅", "scenes": [{"kind": "COURSES"}]}
    display = (await hall.do(hall.secretary, "approveDisplayPairing", "display { id }", **given))["display"]["id"]
    token = (await hall.do(hall.li, "claimDisplayToken", "token", deviceCode=pairing["deviceCode"]))["token"]
    screen = replace(hall.li, token=token)

    assert await listed(hall) == [{"name": "大厅", "online": True}]  # it was just here
    async with hall.socket(screen) as socket:
        await socket.init()
        await socket.subscribe("me", MYSELF)
        await socket.subscribe("board", at=hall.first)
        await socket.subscribe("other", at=hall.second)
        frames = [await socket.hear() for _ in range(3)]
        by_id = {one["id"]: one for one in frames}
        assert by_id["me"]["payload"]["data"]["displayUpdated"] == {
            "version": "1",
            "name": "大厅",
            "scenes": [{"kind": "COURSES", "organization": {"name": "第一党支部"}}],
        }
        assert by_id["board"]["type"] == "next"
        assert (by_id["other"]["type"], by_id["other"]["payload"][0]["extensions"]["code"]) == ("error", "NOT_FOUND")

        async with asyncio.timeout(2):
            await hall.do(hall.secretary, "updateDisplay", displayId=display, name="二楼")
            renamed = await socket.hears("next", "me")
        assert renamed["payload"]["data"]["displayUpdated"]["name"] == "二楼"

        async with asyncio.timeout(6):
            await hall.do(hall.secretary, "updateDisplay", displayId=display, organizationId=hall.second)
            while (ended := await socket.hear())["id"] != "board":  # its own frame says where it hangs now
                assert ended["id"] == "me"
        assert ended["type"] == "error"  # what it showed there is no longer its to see
        assert ended["payload"][0]["extensions"]["code"] == "NOT_FOUND"

        async with asyncio.timeout(6):
            await hall.do(hall.secretary, "revokeDisplay", displayId=display)
            assert await socket.closed() == (4403, "This token is no longer good")

    async def gone() -> bool:
        return await listed(hall) == []

    await until(gone)
