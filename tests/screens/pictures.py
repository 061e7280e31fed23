"""The pictures of docs/screens/: the real screens before a demo company, which has lived for half a minute.

PYTHONPATH=.:tests/support .venv/bin/python tests/screens/pictures.py
"""

from __future__ import annotations

import asyncio
import base64
import tempfile
from pathlib import Path
from typing import Any

import httpx
from kiosks import SIZES, Glass, window
from server import Server

PICTURES = Path(__file__).parents[2] / "docs" / "screens"
MOST = 150_000  # bytes of a picture
MOST_WIDE = 2000  # pixels
SCENES = {
    "members": ("MEMBER_LEADERBOARD", ".board-MEMBER .place"),
    "branches": ("ORGANIZATION_LEADERBOARD", ".board-ORGANIZATION .place"),
    "arena": ("TASK_ARENA", ".task"),
    "blocks": ("BLOCK_BOARD", ".verdict.sealed"),
    "courses": ("COURSES", ".course"),
}
LIVED = 30.0  # seconds


async def taken(screen: Glass, name: str) -> None:
    """As WebP, as good as fits; 4K at half its size."""
    size = screen.page.viewport_size or {"width": 0, "height": 0}
    scale = 0.5 if size["width"] > MOST_WIDE else 1
    clip = {"x": 0, "y": 0, **size, "scale": scale}
    session = await screen.page.context.new_cdp_session(screen.page)
    for quality in (85, 75, 65, 50, 35):
        answer = await session.send("Page.captureScreenshot", {"format": "webp", "quality": quality, "clip": clip})
        picture = base64.b64decode(answer["data"])
        if len(picture) <= MOST:
            (PICTURES / f"{name}.webp").write_bytes(picture)
            return
    raise ValueError(f"{name}: {len(picture)} bytes, at the least")


class Demo:
    def __init__(self, server: Server) -> None:
        self.url = server.url
        self._client = httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=30)
        self._token = ""

    async def ask(self, query: str, **variables: Any) -> Any:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        body = {"query": query, "variables": variables}
        answer = (await self._client.post("/graphql", json=body, headers=headers)).json()
        assert "errors" not in answer, answer
        [found] = answer["data"].values()
        return found

    async def begin(self) -> None:
        given = {"login": "secretary", "password": "leitai-demo"}
        sign_in = "mutation ($input: SignInInput!) { signIn(input: $input) { ... on SignInSuccess { token } } }"
        self._token = (await self.ask(sign_in, input=given))["token"]
        self._root = (await self.ask("{ organizations { edges { node { id } } } }"))["edges"][0]["node"]["id"]

    async def pair(self, screen: Glass, kind: str) -> None:
        approve = (
            "mutation ($input: ApproveDisplayPairingInput!) { approveDisplayPairing(input: $input) { __typename } }"
        )
        scenes = [{"kind": kind, "seconds": 600}]
        given = {"code": await screen.code(), "organizationId": self._root, "name": "大厅", "scenes": scenes}
        answer = await self.ask(approve, input=given)
        assert answer["__typename"] == "ApproveDisplayPairingSuccess", answer


async def main(server: Server) -> None:
    demo = Demo(server)
    await demo.begin()
    await asyncio.sleep(LIVED)
    for size, pixels in SIZES.items():
        for name, (kind, selector) in SCENES.items():
            async with window(pixels) as context:
                screen = Glass(await context.new_page(), server.url)
                await screen.open()
                await screen.code()
                if (size, name) == ("1080p", "members"):
                    await taken(screen, "pairing")
                await demo.pair(screen, kind)
                await screen.shows(selector)
                await asyncio.sleep(3)
                await taken(screen, name if size == "1080p" else f"{name}-{size}")
                screen.fine()


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server("demo", "--database", f"{folder}/demo.sqlite3", "--rate", "5")
        try:
            server.start()
            asyncio.run(main(server))
        finally:
            server.close()
