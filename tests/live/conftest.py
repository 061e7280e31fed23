"""A live engine over boards made of nothing but a number."""

from collections.abc import AsyncGenerator

import pytest
from truth import ODD, Screen, Truth, Watch, execute

from realtime.hub import Hub, Subscription


@pytest.fixture
def truth() -> Truth:
    return Truth()


@pytest.fixture
async def hub(truth: Truth) -> AsyncGenerator[Hub]:
    made = Hub(truth.versions)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def watch(hub: Hub, truth: Truth) -> Watch:
    async def start(key: str = ODD, group: str = "g", rate: float = 20.0) -> tuple[Screen, Subscription]:
        screen = Screen()
        return screen, await hub.subscribe(truth.source(key), group, execute, True, screen, rate)

    return start
