"""The authorization oracle: realms at random, and everybody asks for everything, follows it, and tries to change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random

import deeds
import hall
import pytest
import streams
import upheavals
from realm import Realm, made
from sights import Sights
from streams import Streams
from world import World

from resolvers import scheduler

COMPARISONS, TESTED = 300_000, 20_000  # in soak, and in `make test`
LOOKED = 3  # actors who look again after each upheaval
OPENING = 6
TRYING = 8
Happens = Callable[[Realm], Awaitable[str]]
EDGES = (timedelta(), timedelta(), timedelta(days=1))


async def upheaval(realm: Realm, random: Random, happens: Happens) -> str:
    """Something happens, and time may pass; what time writes is written."""
    told = await happens(realm)
    realm.world.clock.now += random.choice(EDGES)
    await scheduler.run_due(realm.world.clock.now, realm.world.ports)
    return told


async def everybody_looks(realm: Realm, random: Random, sights: Sights) -> None:
    """At first, and after upheavals; the streams that were opened at first go on, change their view, or end."""
    await sights.look(realm.actors)
    async with hall.opened(realm.world) as found:
        await streams.opened(found, sights, random.sample(realm.actors, OPENING))
        following = Streams(found, sights)
        for who in [one for one in realm.actors if one.good and not one.service]:
            await following.follow(who, random.sample(list(streams.FIELDS), 4))
        await following.check()
        told = ["at first"]
        for happens in random.sample(upheavals.ALL, len(upheavals.ALL)):
            assert not sights.wrong, (told, sights.wrong[:20])
            told.append(await upheaval(realm, random, happens))
            await sights.look(random.sample(realm.actors, LOOKED))
            await following.check()
        await following.close()
    assert not sights.wrong, (told, sights.wrong[:20])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_everybody_sees_what_the_oracle_says(world: World, scaled: Callable[[int], int]) -> None:
    seen, number = Counter[str](), 0
    wanted = min(TESTED, scaled(COMPARISONS)) if scaled(10) < 10 else COMPARISONS
    while seen.total() < wanted:
        random = Random(f"realm {number}")
        realm = await made(world, random)
        sights = Sights(realm)
        await everybody_looks(realm, random, sights)
        await deeds.tried(sights, random.sample(realm.actors, TRYING))
        assert not sights.wrong, sights.wrong[:20]
        seen += sights.seen
        number += 1
    print(f"{seen.total():,} comparisons in {number} realms, none wrong: {dict(seen)}")  # noqa: T201
    assert min(seen.values()) > 100, seen
