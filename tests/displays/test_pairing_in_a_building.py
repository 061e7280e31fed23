"""Codes for screens behind one address: a neighbour who asks for too many delays the others by seconds at most."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from screens import approve, claim
from story import Story, told
from world import World

from models import DisplayPairing
from resolvers.displays import pairings
from resolvers.displays.pairings import CODE_LIFE, CODES_PER_ADDRESS, LONGEST_WAIT

ASK = """mutation ($own: String) { requestDisplayPairing(deviceCode: $own) { __typename
  ... on RequestDisplayPairingSuccess { pairing { code deviceCode expiresAt } }
  ... on TooManyAttempts { retryAfterSeconds } } }"""
SCREENS = 20


async def asked(world: World, own: str | None = None) -> dict[str, Any]:
    answer = (await world.ask(None, ASK, own=own))["requestDisplayPairing"]
    assert answer["__typename"] == "RequestDisplayPairingSuccess", answer
    return answer["pairing"]


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def pairs(world: World, story: Story, pairing: dict[str, Any]) -> None:
    root = world.id(story.company.root)
    approved = await approve(world, story.secretary, pairing["code"], organizationId=root)
    assert approved["__typename"] == "ApproveDisplayPairingSuccess"
    assert (await claim(world, pairing["deviceCode"]))["__typename"] == "ClaimDisplayTokenSuccess"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_one_neighbour_stops_no_building(world: World, story: Story) -> None:
    for _ in range(CODES_PER_ADDRESS):
        await asked(world)
    began = time.monotonic()
    honest = await asyncio.gather(*(asked(world) for _ in range(SCREENS)))
    assert time.monotonic() - began < LONGEST_WAIT
    for one in honest:
        await pairs(world, story, one)


async def test_a_code_is_renewed_by_its_screens_secret_and_not_counted(world: World, story: Story) -> None:
    first = await asked(world)
    for _ in range(3):
        world.clock.advance(seconds=CODE_LIFE.total_seconds())
        again = await asked(world, first["deviceCode"])
        assert again["deviceCode"] == first["deviceCode"]
        assert again["code"] != first["code"]
        assert again["expiresAt"] > first["expiresAt"]
        first = again
    assert await DisplayPairing.all().count() == 1
    await pairs(world, story, first)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_secret_that_is_no_screens_gets_a_code_of_its_own(world: World, story: Story) -> None:
    first = await asked(world)
    world.clock.advance(seconds=3 * CODE_LIFE.total_seconds())
    await asked(world)  # which forgets what nobody renewed
    for own in (first["deviceCode"], "nobody's", "\ud800"):
        other = await asked(world, own)
        assert other["deviceCode"] != own
    await pairs(world, story, other)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_screen_that_was_approved_keeps_its_code_until_it_has_its_token(world: World, story: Story) -> None:
    first = await asked(world)
    await approve(world, story.secretary, first["code"], organizationId=world.id(story.company.root))
    again = await asked(world, first["deviceCode"])
    assert (again["code"], again["deviceCode"]) == (first["code"], first["deviceCode"])
    assert (await claim(world, first["deviceCode"]))["__typename"] == "ClaimDisplayTokenSuccess"
    assert (await asked(world, first["deviceCode"]))["deviceCode"] != first["deviceCode"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_where_too_many_wait_one_is_told_to_come_in_seconds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairings, "CODES_PER_ADDRESS", 0)
    monkeypatch.setattr(pairings, "MOST_WAITING", 0)
    answer = (await world.ask(None, ASK, own=None))["requestDisplayPairing"]
    assert answer == {"__typename": "TooManyAttempts", "retryAfterSeconds": LONGEST_WAIT}
