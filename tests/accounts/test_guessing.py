"""Guessing at two workers at once: throttled together, few hashes spent, and the owner comes in."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import statements_kept
from openid import CLIENT, CLIENT_SECRET, REDIRECT, OpenId
from server import Server, migrate
from services import Postgres
from watchers import Workers
from world import World

import models
from resolvers.accounts.sign_in import FREE_FAILURES, OF_ADDRESS

PASSWORD = "水滴石穿-2026"
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }"
GUESSES = 500
AT_ONCE = 20
OFFICE, HOME, ATTACKER, SPRAYER = "203.0.113.1", "198.51.100.7", "192.0.2.66", "192.0.2.67"
STALLED = 1.0  # seconds of loop lag; a hash on the loop itself, twenty of them in a row, would show


@pytest.fixture
def workers(database_url: str, redis_url: str) -> Iterator[Workers]:
    made = Workers(database_url, redis_url)
    yield made
    made.end()


async def with_li(database_url: str) -> None:
    """李强, who may sign in as `li`, in an empty database."""
    statements_kept.use(database_url)
    await models.database.connect(database_url)
    world = World()
    world.clock.now = datetime.now(UTC)
    company = await world.company()
    await world.member("李强", at=company.first, login="li", password=PASSWORD)
    await models.database.close()


class Door:
    """Signs in from wherever a proxy on loopback says."""

    def __init__(self, url: str) -> None:
        # AT_ONCE connections, spread over the workers
        self._client = httpx.AsyncClient(base_url=url, timeout=60, trust_env=False)

    async def __aenter__(self) -> Door:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def sign_in(self, login: str, password: str, address: str) -> str:
        body = {"query": SIGN_IN, "variables": {"input": {"login": login, "password": password}}}
        answer = await self._client.post("/graphql", json=body, headers={"x-forwarded-for": address})
        return answer.json()["data"]["signIn"]["__typename"]

    async def guess(self, logins: list[str], address: str) -> Counter[str]:
        """One wrong password for each, AT_ONCE at a time."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(login: str) -> str:
            async with gate:
                return await self.sign_in(login, "guessed wrongly", address)

        return Counter(await asyncio.gather(*(one(login) for login in logins)))


@dataclass
class Told:
    """What /metrics say, of both workers together."""

    hashes: int
    refused: int
    stalls: int
    lag: float

    @classmethod
    async def by(cls, workers: Workers) -> Told:
        said = list((await workers.metrics()).values())

        def all_of(name: str) -> list[float]:
            return [one[f"leitai_{name}"] for one in said]

        return cls(
            hashes=int(sum(all_of("password_hashes_total"))),
            refused=int(sum(all_of("attempts_refused_total"))),
            stalls=int(sum(all_of("loop_stalls_total"))),
            lag=max(all_of("loop_lag_seconds")),
        )


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_five_hundred_guesses_spend_few_hashes_and_keep_no_owner_out(
    engine: Postgres, database_url: str, workers: Workers
) -> None:
    migrate(database_url)
    await with_li(database_url)
    workers.start()
    async with Door(workers.url) as door:
        assert await door.sign_in("li", PASSWORD, OFFICE) == "SignInSuccess"

        before, began = await Told.by(workers), time.monotonic()
        answers = await door.guess(["li"] * GUESSES, ATTACKER)
        took, told = time.monotonic() - began, await Told.by(workers)
        spent = told.hashes - before.hashes
        # Waits of 1, 2, 4 … s: more than this none can have been heard in that time.
        heard = FREE_FAILURES + int(took + 1).bit_length()
        assert answers.keys() == {"WrongCredentials", "TooManyAttempts"}
        assert FREE_FAILURES <= answers["WrongCredentials"] == spent <= heard
        assert told.lag < STALLED
        while await door.sign_in("li", "guessed wrongly", ATTACKER) == "TooManyAttempts":
            await asyncio.sleep(0.1)  # until one more is heard: then a wait begins that is longer than a slow machine
        assert await door.sign_in("li", PASSWORD, ATTACKER) == "TooManyAttempts"
        assert await door.sign_in("li", PASSWORD, OFFICE) == "SignInSuccess", "where it is at home"
        assert await door.sign_in("li", PASSWORD, HOME) == "SignInSuccess", "and from anywhere else"

        before, began = await Told.by(workers), time.monotonic()
        answers = await door.guess([f"nobody-{number}" for number in range(GUESSES)], SPRAYER)
        took, told = time.monotonic() - began, await Told.by(workers)
        spent = told.hashes - before.hashes
        heard = OF_ADDRESS.burst + int(took / OF_ADDRESS.interval.total_seconds()) + 1
        assert answers.keys() == {"WrongCredentials", "TooManyAttempts"}
        assert OF_ADDRESS.burst <= answers["WrongCredentials"] == spent <= heard
        assert (told.lag < STALLED, told.stalls) == (True, 0)
        assert told.refused - before.refused == GUESSES - spent
        assert await door.sign_in("li", PASSWORD, OFFICE) == "SignInSuccess"
    assert " at=[" not in workers.log


# ---------------------------------------------------------------- through a provider


BEGIN = """mutation ($input: BeginOpenIdSignInInput!) { beginOpenIdSignIn(input: $input) {
  ... on BeginOpenIdSignInSuccess { address secret } } }"""
FINISH = """mutation ($input: FinishOpenIdSignInInput!) { finishOpenIdSignIn(input: $input) {
  __typename ... on SignInSuccess { token } } }"""


@pytest.fixture
def theirs() -> Iterator[OpenId]:
    made = OpenId()
    yield made
    made.close()


async def test_a_server_is_told_of_its_provider_by_its_settings(tmp_path: Path, theirs: OpenId) -> None:
    url = f"sqlite://{tmp_path}/leitai.sqlite3"
    migrate(url)
    await with_li(url)
    server = Server(
        DATABASE_URL=url,
        LEITAI_OIDC_ISSUER=theirs.issuer,
        LEITAI_OIDC_CLIENT_ID=CLIENT,
        LEITAI_OIDC_CLIENT_SECRET=CLIENT_SECRET,
        LEITAI_OIDC_REDIRECTS=REDIRECT,
    )
    server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False) as client:

            async def ask(query: str, token: str = "", **given: str) -> Any:
                headers = {"authorization": f"Bearer {token}"} if token else {}
                body = {"query": query, "variables": {"input": given}}
                [found] = (await client.post("/graphql", json=body, headers=headers)).json()["data"].values()
                return found

            begun = await ask(BEGIN, redirectUri=REDIRECT)
            back = await theirs.sign_in(begun["address"])
            finished = await ask(FINISH, secret=begun["secret"], **back)
            viewer = await ask("{ viewer { member { displayName } } }", finished["token"])
            assert viewer == {"member": {"displayName": "李强"}}
            assert (await ask(FINISH, secret=begun["secret"], **back))["__typename"] == "WrongCredentials"
        assert "openid_refused" in server.log
        assert not any(one in server.log for one in ("Traceback", back["code"], back["state"], begun["secret"], "李强"))
    finally:
        server.close()
