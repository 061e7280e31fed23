"""Pages for people, as somebody at a keyboard uses them."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from halls import PASSWORD, Hall
from kiosks import Glass, until
from playwright.async_api import Request, Route
from world import Person

from rules.roles import Role


async def signed_in(screen: Glass, login: str) -> None:
    await screen.shows(".sign-in")
    await screen.page.fill("input[name=login]", login)
    await screen.page.fill("input[name=password]", PASSWORD)
    await screen.page.keyboard.press("Enter")
    await screen.hides(".sign-in")


async def sent(screen: Glass, seconds: int = 11) -> None:
    """So much later by the page's clock; before the act is chosen: screen.page.clock.install()."""
    await screen.page.clock.fast_forward(seconds * 1000)


async def secretary(hall: Hall) -> None:
    """孙丽, who may sign in, becomes secretary of the whole company."""
    async with hall.opened() as world:
        await world.grant(hall.sun, Role.SECRETARY, at=hall.company.root)


async def submitted(hall: Hall, title: str, by: Person | None = None) -> str:
    """By 李强 unless by another, who takes the task up; the claim."""
    who = by or hall.li
    offered = "{ viewer { claimableTasks(first: 50) { edges { node { id title } } } } }"
    tasks = (await hall.ask(who, offered))["claimableTasks"]["edges"]
    task = next(edge["node"]["id"] for edge in tasks if edge["node"]["title"] == title)
    claim = (await hall.do(who, "claimTask", "claim { id }", taskId=task))["claim"]["id"]
    await hall.do(who, "submitClaim", claimId=claim, evidence="窗明几净，照片在支部相册。")
    return claim


async def ended(hall: Hall, screen: Glass) -> None:
    """The session of whoever is signed in there, and not by them."""
    token = await screen.page.evaluate("JSON.parse(localStorage.getItem('leitai.person'))")
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        headers = {"authorization": f"Bearer {token}"}
        query = {"query": "mutation { signOut { __typename } }"}
        answer = (await client.post(f"{hall.server.url}/graphql", json=query, headers=headers)).json()
    assert answer["data"]["signOut"]["__typename"] == "SignOutSuccess"


def operation(request: Request) -> str:
    """Such as `mutation Publish`."""
    if not request.post_data:
        return ""
    return json.loads(request.post_data)["query"].split("(")[0].split("{")[0].strip()


class Failing:
    """What a page asks does not arrive while it is in `names`; `held` is not answered before release(). asked: all."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.held: set[str] = set()
        self.answers: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []

    async def route(self, route: Route) -> None:
        name = operation(route.request)
        self.asked.append(name)

        async def free() -> bool:
            return name not in self.held

        if name in self.held:
            await until(free)
        if name in self.answers:
            await route.fulfill(json=self.answers[name])
        elif name in self.names or "everything" in self.names:
            await route.abort()
        else:
            await route.continue_()


@asynccontextmanager
async def failing(screen: Glass) -> AsyncGenerator[Failing]:
    found = Failing()
    await screen.page.route("**/graphql", found.route)
    yield found
    await screen.page.unroute_all(behavior="ignoreErrors")


async def focused(screen: Glass, script: str) -> None:
    """Until that holds for what has the focus, which the script knows as `at`."""

    async def holds() -> bool:
        return await screen.page.evaluate(f"(() => {{ const at = document.activeElement; return {script}; }})()")

    await until(holds)


async def within(screen: Glass, selector: str) -> None:
    """All of it is on the part of the page that is seen."""
    box = await screen.page.locator(selector).first.bounding_box()
    size = screen.page.viewport_size
    assert box
    assert size
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= size["width"] + 0.5, box
    assert box["y"] + box["height"] <= size["height"] + 0.5, box
