"""What systems say of themselves fits together, and facts are heard within the act that tells them."""

import pytest
from world import World

from models import Clock, Organization
from models.clock import POINTS, InstantKind
from resolvers import facts, scheduler
from resolvers.boards import BoardView
from resolvers.facts import Fact
from resolvers.leaderboards import freezes
from resolvers.organization_boards import OrganizationBoard, OrganizationBoardKey
from resolvers.restoring import restored
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


# ---------------------------------------------------------------- a board with a topic of its own

NOTES = OrganizationBoard("notes", "notes")


async def versions(*organizations: Organization) -> list[tuple[int, int]]:
    """Of each: what reviewers see, what the public sees."""
    found = await NOTES.versions(
        [
            OrganizationBoardKey("notes", one.id, view)
            for one in organizations
            for view in (BoardView.FULL, BoardView.PUBLIC)
        ]
    )
    return [
        (
            found[OrganizationBoardKey("notes", one.id, BoardView.FULL)],
            found[OrganizationBoardKey("notes", one.id, BoardView.PUBLIC)],
        )
        for one in organizations
    ]


async def test_a_topic_moves_the_boards_at_and_above_and_no_others(world: World) -> None:
    company = await world.company()
    before = await versions(company.root, company.first, company.second)
    async with unit_of_work(world.clock.now, world.ports) as work:
        work.touch(company.root.id, at={"notes": [company.first.id]})
    position = (await Clock.get(root_id=company.root.id)).position
    after = await versions(company.root, company.first, company.second)
    assert [full for full, _ in after] == [position, position, before[2][0]]
    assert [now > then for (_, now), (_, then) in zip(after, before, strict=True)] == [True, True, False]
    told = [one.boards for one in world.announcements[-2:]]
    assert [one.of("notes") for one in told] == [{company.root.id, company.first.id}] * 2
    async with unit_of_work(world.clock.now, world.ports) as work:
        work.touch(company.root.id, at={POINTS: [company.first.id]})
    assert await versions(company.root, company.first, company.second) == after


async def test_what_changes_every_board_moves_those_with_a_topic(world: World) -> None:
    company = await world.company()
    for changed in ([company.first.id], []):
        before = await versions(company.first)
        async with unit_of_work(world.clock.now, world.ports) as work:
            work.touch(company.root.id, *changed, everything=not changed)
        [(full, public)] = await versions(company.first)
        assert full > before[0][0]
        assert public > before[0][1]


async def test_a_freeze_hides_a_topic_from_the_public(world: World) -> None:
    company = await world.company()
    await freezes.freeze(await world.session(await world.operator()), company.first.id)
    [(full, public)] = await versions(company.first)
    async with unit_of_work(world.clock.now, world.ports) as work:
        work.touch(company.root.id, at={"notes": [company.first.id]}, hidden_under=company.first.id)
    [after] = await versions(company.first)
    assert after[0] > full
    assert after[1] == public


async def test_a_restore_lifts_topics(world: World) -> None:
    company = await world.company()
    async with unit_of_work(world.clock.now, world.ports) as work:
        work.touch(company.root.id, at={"notes": [company.first.id]})
    await restored(world.clock.now)
    [(full, public)] = await versions(company.first)
    assert min(full, public) > 2**32
