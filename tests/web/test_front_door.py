"""What stands at an address without a name, and what is told where there is nothing: to people and to programs."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from urllib.parse import urljoin

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.web import front_door

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PROGRAMS = ({}, {"accept": "application/json"}, {"accept": "*/*"})
HOME = "https://hall.example/leitai/"


def app(*others: str) -> Starlette:
    served = [Route(path, lambda _: PlainTextResponse("there")) for path in others]
    routes = [*front_door.routes(served), *served]
    return Starlette(routes=routes, exception_handlers={404: front_door.nothing_here})


@pytest.fixture
async def browser() -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app("/graphiql")), base_url="http://hall") as client:
        yield client


def links(page: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', page)


async def test_the_front_door_leads_everywhere_also_below_a_path(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/", headers=BROWSER)
    assert page.status_code == 200
    assert {urljoin(HOME, link) for link in links(page.text)} == {
        f"{HOME}{path}" for path in ("screens/", "screens/leaderboard", "screens/desk", "graphiql/")
    }
    for text in ("排行榜", "Leaderboard", "管理台", "Desk", "二维码", "QR code", "graphql"):
        assert text in page.text
    assert "unsafe" not in page.headers["content-security-policy"]


async def test_the_front_door_leads_to_nothing_that_is_not_served() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app()), base_url="http://hall") as client:
        assert "graphiql" not in (await client.get("/")).text.lower()


@pytest.mark.parametrize("path", ["/nowhere", "/a/b/c", "/screens/nowhere/", "/<script>"])
async def test_an_unknown_address_is_a_page_for_people_and_a_line_for_programs(
    browser: httpx.AsyncClient, path: str
) -> None:
    page = await browser.get(f"http://hall{path}", headers=BROWSER)
    assert page.status_code == 404
    assert "这个地址没有内容" in page.text
    assert "There is nothing at this address" in page.text
    assert "<script" not in page.text
    [home] = links(page.text)
    assert urljoin(f"https://hall.example/leitai{path}", home) == HOME
    for headers in PROGRAMS:
        answer = await browser.get(f"http://hall{path}", headers=headers)
        assert (answer.status_code, answer.text) == (404, front_door.NOTHING)
        assert "Accept" in answer.headers["vary"]
    assert (await browser.post(path, headers=BROWSER)).text == front_door.NOTHING
