"""GraphiQL, where it was asked for: loads nothing from elsewhere, asks, and follows a subscription."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import httpx
import pytest
from halls import Hall
from kiosks import Glass, window
from playwright.async_api import TimeoutError

from app.web.graphiql import BUILT

QUERY = "{ viewer { member { displayName } } }"
LIVE = "subscription { leaderboardUpdated(input: { organizationId: %s }) { version rows { points } } }"


@pytest.fixture(scope="module")
def hall(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    assert (BUILT / "index.html").is_file(), "not built: make graphiql"
    made = Hall(tmp_path_factory.mktemp("graphiql"), LEITAI_GRAPHIQL="1")
    try:
        yield made
    finally:
        made.close()


async def test_it_asks_and_follows(hall: Hall) -> None:
    async with window() as context:
        screen = Glass(await context.new_page(), hall.server.url)
        await context.route("**/*", screen.route)
        await screen.open("/graphiql/")
        await screen.shows(".graphiql-editor-tool .CodeMirror >> visible=true")

        async def run(query: str, shows: str) -> None:
            """Once more where the page was not ready for it."""
            for last in (False, False, True):
                await screen.page.evaluate(
                    """([query, headers]) => {
                      document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue(query);
                      for (const one of document.querySelectorAll('.graphiql-editor-tool .CodeMirror'))
                        if (one.checkVisibility()) one.CodeMirror.setValue(headers); }""",
                    [query, f'{{"Authorization": "Bearer {hall.li.token}"}}'],
                )
                await screen.page.get_by_label("Execute query").click()
                with contextlib.suppress(*([] if last else [TimeoutError])):
                    await screen.shows(".result-window", shows)
                    return

        await run(QUERY, "李强")
        await run(LIVE % f'"{hall.root}"', "leaderboardUpdated")
        await hall.award(777)
        await screen.shows(".result-window", "782")
        screen.fine()


def test_who_did_not_ask_for_it_has_none(hall: Hall, tmp_path_factory: pytest.TempPathFactory) -> None:
    there = httpx.get(f"{hall.server.url}/graphiql/", trust_env=False)
    assert there.status_code == 200
    assert "script-src 'self';" in there.headers["content-security-policy"]
    without = Hall(tmp_path_factory.mktemp("without"))
    try:
        assert httpx.get(f"{without.server.url}/graphiql/", trust_env=False).status_code == 404
    finally:
        without.close()
