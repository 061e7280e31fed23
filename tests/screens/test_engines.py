"""What browsers the pages run in: the bundle is what the oldest promised engine reads, and an older one says so."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from halls import Hall
from kiosks import Glass, window
from playwright.async_api import Route

from app.web.screens import BUILT

ROOT = Path(__file__).parents[2]
MAKING = ROOT / "screens" / "making"
OLDEST = r"OLDEST = \{ chromium: (\d+), ecmascript: (\d+) \}"
PAGES = ("/screens/", "/screens/leaderboard", "/screens/desk")


def read(folder: Path) -> tuple[int, str]:
    found = subprocess.run(["node", MAKING / "engines.mjs", folder], capture_output=True, text=True, check=False)
    return found.returncode, found.stdout + found.stderr


def test_the_bundle_is_read_by_the_oldest_engine_that_is_promised(built: None) -> None:
    code, said = read(BUILT)
    assert code == 0, said
    oldest = re.search(OLDEST, (MAKING / "oldest.mjs").read_text())
    assert oldest
    assert f"Chromium {oldest[1]}" in (ROOT / "docs" / "screens.md").read_text()
    assert f"Chromium 内核 {oldest[1]}" in next(BUILT.glob("assets/first-*.js")).read_text()


def test_what_that_engine_does_not_know_is_found(built: None, tmp_path: Path) -> None:
    later = {
        "static.js": "class A { static { this.b = 1; } }",
        "private.js": "class A { #b = 1; }",
        "assigned.js": "let a; a ??= 1;",
        "at.js": "[1].at(-1);",
        "timeout.js": "AbortSignal.timeout(1);",
        "clone.js": "structuredClone({});",
        "first-1.js": "const a = 1;",
    }
    for name, text in later.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "fine.js").write_text(
        "const a = [1]?.length ?? 10n; import('x'); for (const b of 'x'.matchAll(/x/g)) b;"
    )
    code, said = read(tmp_path)
    assert code == 1
    assert {line.partition(":")[0] for line in said.splitlines()} == set(later)
    (tmp_path / "empty").mkdir()
    assert read(tmp_path / "empty")[0] == 1  # nothing was checked


WITHOUT = {
    "what came with Chromium 76": "delete Promise.allSettled",
    "modules": "delete HTMLScriptElement.prototype.noModule",
}
CASES = [*(("/screens/", one) for one in ("syntax", *WITHOUT, "a part")), *((page, "syntax") for page in PAGES[1:])]


async def test_an_engine_that_is_too_old_says_so_instead_of_staying_blank(hall: Hall) -> None:
    """As an engine behaves that lacks a part of the language: a syntax error, or no script at all."""

    async def unread(route: Route) -> None:
        await route.fulfill(content_type="text/javascript", body="let a = b ?.. c;")

    async def missing(route: Route) -> None:
        await route.fulfill(status=404)

    async with window() as context:
        for path, lacking in CASES:
            page = await context.new_page()
            if lacking in WITHOUT:
                await page.add_init_script(WITHOUT[lacking])
            told = ("页面没有读全", "did not arrive") if lacking == "a part" else ("浏览器版本太旧", "too old")
            own = "shared" if lacking == "a part" else "(?:index|desk|leaderboard)"
            await page.route(re.compile(rf"/assets/{own}-.*js$"), missing if lacking == "a part" else unread)
            screen = Glass(page, hall.server.url)
            await screen.open(path)
            for text in told:
                assert text in await screen.shows("#app.told", text), (path, lacking)
            await page.close()
