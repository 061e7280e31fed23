"""The screens as files: what is kept for how long, what a page may load, and what is said where they are not built."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from graphql import OperationDefinitionNode, parse
from starlette.applications import Starlette

from app.settings import Settings
from app.web.guard import Guarded
from app.web.screens import FOR_EVER, PAGES, routes
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
        for path, title in {"": "index", "leaderboard": "leaderboard", "desk": "desk"}.items():
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
        assert (await browser.get("/screens")).headers["location"] == "screens/"
        assert (await browser.get("/screens/desk/?code=AB")).headers["location"] == "../desk?code=AB"


async def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_of_its_own_text(built: Path) -> None:
    async with client(built) as browser:
        pages = [await browser.get(f"/screens/{path}") for path in ("", "leaderboard", "desk", "worker.js")]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert dict(one.strip().split(" ", 1) for one in policy.split(";")) == {
            "default-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "connect-src": "'self'",
            "worker-src": "'self'",
            "img-src": "'self' data:",
            "frame-ancestors": "'self'",
        }


class Inline(HTMLParser):
    """What of a page the policy above would not run: scripts and styles in its text, handlers, other origins."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        addresses = [given[name] or "" for name in ("src", "href") if name in given]
        if (
            tag in ("style", "base", "iframe", "object", "embed", "form")
            or (tag == "script" and "src" not in given)
            or any(name == "style" or name.startswith("on") for name in given)
            or any(not one.startswith(("/", "./", "data:image/")) or one.startswith("//") for one in addresses)
        ):
            self.found.append(self.get_starttag_text() or tag)


def test_pages_have_nothing_that_the_policy_forbids() -> None:
    sources = sorted(DOCUMENTS.parent.glob("*.html"))
    built = sorted((DOCUMENTS.parent / "dist").glob("*.html"))  # where `make screens` was
    assert len(sources) == len(PAGES)
    for file in [*sources, *built]:
        read = Inline(file.read_text(encoding="utf-8"))
        assert read.found == [], file.name
        assert "script" in read.tags
    assert len(Inline("<p onclick='x'><style></style><script>1</script><img src=//elsewhere><p style='a'>").found) == 5


async def test_what_a_page_says_is_added_to_and_not_replaced(built: Path) -> None:
    app = Guarded(Settings.model_validate({"PUBLIC_URL": "https://hall"}), routes=routes(built))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://hall") as browser:
        page = await browser.get("/screens/")
    names = [name for name, _ in page.headers.multi_items()]
    assert len(names) == len(set(names)), "none is said twice"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in page.headers["permissions-policy"]


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
