"""The authorization oracle: realms at random, and everybody asks for everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
import upheavals
from realm import made
from sights import Sights
from world import World

COMPARISONS = 300_000  # a tenth of it in `make test`


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_everybody_sees_what_the_oracle_says(world: World, scaled: Callable[[int], int]) -> None:
    seen, number = Counter[str](), 0
    while seen.total() < scaled(COMPARISONS):
        random = Random(f"realm {number}")
        realm = await made(world, random)
        sights = Sights(realm)
        await sights.look(realm.actors)
        told = "at first"
        for _ in range(3):
            assert not sights.wrong, (number, told, sights.wrong[:20])
            told = await random.choice(upheavals.ALL)(realm)
            world.clock.advance(days=random.choice((0, 0, 1)))
            await world.let_time_write()
            await sights.look(random.sample(realm.actors, 4))
        assert not sights.wrong, (number, told, sights.wrong[:20])
        seen += sights.seen
        number += 1
    print(f"{seen.total():,} comparisons in {number} realms, none wrong: {dict(seen)}")  # noqa: T201
