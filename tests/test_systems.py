"""What systems say of themselves fits together, and facts are heard within the act that tells them."""

import pytest
from world import World

from models import Organization
from models.clock import InstantKind
from resolvers import facts, scheduler
from resolvers.facts import Fact
from resolvers.system import NotOneHouse, System, due, heard
from resolvers.systems import INSTANTS, SYSTEMS
from resolvers.unit_of_work import Ports, Work, unit_of_work


async def hear(work: Work, fact: Fact) -> None:
    """Nothing."""


def test_each_system_has_a_name_of_its_own() -> None:
    assert len({one.name for one in SYSTEMS}) == len(SYSTEMS)


def test_a_kind_of_fact_belongs_to_one_system() -> None:
    with pytest.raises(NotOneHouse, match=r"b declares the fact x\.done"):
        heard(
            [System(name="a", facts=frozenset({"x.done"})), System(name="b", facts=frozenset({"x.done"}))], facts.CORE
        )


def test_nobody_hears_what_nobody_tells() -> None:
    with pytest.raises(NotOneHouse, match=r"a hears x\.done"):
        heard([System(name="a", hears={"x.done": hear})], facts.CORE)


def test_handlers_are_called_in_the_order_of_the_systems() -> None:
    async def other(work: Work, fact: Fact) -> None:
        """Nothing either."""

    systems = [
        System(name="a", hears={"x.done": other}),
        System(name="b", facts=frozenset({"x.done"}), hears={"x.done": hear}),
    ]
    assert heard(systems, frozenset())["x.done"] == (other, hear)


def test_each_kind_of_instant_has_one_writer() -> None:
    assert set(INSTANTS) == set(InstantKind)
    with pytest.raises(NotOneHouse, match="Nobody writes"):
        due([], scheduler.INSTANTS)
    with pytest.raises(NotOneHouse, match="a writes FINAL"):
        due([System(name="a", instants={InstantKind.FINAL: scheduler.INSTANTS[InstantKind.FINAL]})], scheduler.INSTANTS)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_what_a_handler_writes_is_the_acts_own(world: World) -> None:
    """It commits with the act, and where a handler raises, nothing of the act stays."""
    root = await world.organization("公司党委", "GS")
    told: list[Fact] = []

    async def rename(work: Work, fact: Fact) -> None:
        told.append(fact)
        await Organization.filter(id=fact.subject).update(name="改名")

    async def refuse(work: Work, fact: Fact) -> None:
        raise ZeroDivisionError

    async def act(*handlers: object) -> str:
        ports = Ports(world.announcements.append, {"x.done": handlers}, INSTANTS)  # pyright: ignore[reportArgumentType]
        async with unit_of_work(world.clock.now, ports) as work:
            await Organization.filter(id=root.id).update(name="先改")
            await work.fact("x.done", root.id, root.id, measure=3)
        return (await Organization.get(id=root.id)).name

    with pytest.raises(ZeroDivisionError):
        await act(rename, refuse)
    assert (await Organization.get(id=root.id)).name == "公司党委"
    assert await act(rename) == "改名"
    assert told[-1] == Fact("x.done", root.id, root.id, world.clock.now, world.clock.now, measure=3)
    with pytest.raises(KeyError):
        async with unit_of_work(world.clock.now, world.ports) as work:
            await work.fact("x.unheard-of", root.id, root.id)
