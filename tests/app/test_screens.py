"""The screens as files: what is kept for how long, what a page may load, and what is said where they are not built."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from graphql import OperationDefinitionNode, parse
from starlette.applications import Starlette

from app.screens import FOR_EVER, routes
from realtime.documents import Documents
from schema import schema
from schema.live import SHAREABLE

DOCUMENTS = Path(__file__).parents[2] / "screens" / "src"
ID = "T3JnYW5pemF0aW9uOjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMQ"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-abc.js").write_text("0;" * 1000)
    (tmp_path / "worker.js").write_text("1;")
    for page in ("index", "leaderboard", "desk"):
        (tmp_path / f"{page}.html").write_text(f"<title>{page}</title>")
    return tmp_path


def client(built: Path) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Starlette(routes=routes(built)))
    return httpx.AsyncClient(transport=transport, base_url="http://hall")


async def test_pages_are_asked_for_anew_and_what_they_load_is_kept(built: Path) -> None:
    async with client(built) as browser:
        for path, title in {"": "index", "leaderboard": "leaderboard", "desk": "desk", "desk/": "desk"}.items():
            page = await browser.get(f"/screens/{path}")
            assert (page.status_code, page.text) == (200, f"<title>{title}</title>")
            assert page.headers["cache-control"] == "no-cache"
            assert page.headers["content-type"].startswith("text/html")
        desk = await browser.get("/screens/desk")
        script = await browser.get("/screens/assets/index-abc.js")
        assert (script.headers["cache-control"], script.headers["content-encoding"]) == (FOR_EVER, "gzip")
        assert script.headers["content-type"].startswith("text/javascript")
        assert (await browser.get("/screens/worker.js")).headers["cache-control"] == "no-cache"
        again = await browser.get("/screens/", headers={"if-none-match": desk.headers["etag"]})
        assert again.status_code == 200  # another page's
        same = await browser.get("/screens/desk", headers={"if-none-match": desk.headers["etag"]})
        assert same.status_code == 304
        assert (await browser.get("/screens")).headers["location"] == "/screens/"


async def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_of_its_own_text(built: Path) -> None:
    async with client(built) as browser:
        policy = (await browser.get("/screens/")).headers["content-security-policy"]
    told = dict(one.strip().split(" ", 1) for one in policy.split(";"))
    assert told["default-src"] == "'none'"
    assert {told["script-src"], told["style-src"], told["connect-src"]} == {"'self'"}
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    "path", ["nothing", "assets/gone.js", "../pyproject.toml", "%2e%2e/%2e%2e/etc/passwd", "assets"]
)
async def test_what_is_not_there_is_not_kept(built: Path, path: str) -> None:
    async with client(built) as browser:
        answer = await browser.get(f"/screens/{path}")
    assert answer.status_code == 404
    assert answer.headers.get("cache-control") != FOR_EVER


async def test_where_the_screens_are_not_built_it_is_said(tmp_path: Path) -> None:
    async with client(tmp_path / "nothing") as browser:
        answer = await browser.get("/screens/")
    assert answer.status_code == 503
    assert "make screens" in answer.text


def test_a_hall_of_kiosks_is_shown_one_frame() -> None:
    """Whatever a kiosk follows is made once for all that follow it, but for what it says of the display itself."""
    text = "\n".join(file.read_text("utf-8") for file in sorted((DOCUMENTS / "kiosk").glob("*.graphql")))
    documents = Documents(schema._schema, SHAREABLE)
    followed = [
        one.name.value
        for one in parse(text).definitions
        if isinstance(one, OperationDefinitionNode) and one.operation.value == "subscription" and one.name
    ]
    variables = {"organizationId": ID, "input": {"organizationId": ID}}
    needed = {"BoardUpdated": ("input",), "DisplayUpdated": ()}
    shared = {
        name: documents.subscription(
            text, name, {one: variables[one] for one in needed.get(name, ("organizationId",))}
        ).shareable
        for name in followed
    }
    assert shared == {name: name != "DisplayUpdated" for name in followed}
    assert len(shared) == 5
