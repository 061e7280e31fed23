"""What moves out from under a freeze, or beneath one: it is public again, or stands still, under new versions."""

from __future__ import annotations

from typing import Any

from imports import organizations as imported
from stage import freeze, handed_in, stage
from world import World

from models import OrganizationKind
from resolvers.arena import claims
from resolvers.directory import organizations
from resolvers.leaderboards import freezes
from resolvers.verification import verify as verification_verify
from rules.roles import Role


async def test_what_moves_out_from_under_a_freeze_is_public_again(world: World) -> None:
    on = await stage(world)
    await world.grant(on.secretary, Role.ADMIN, at=on.company.root)
    await freeze(on, on.company.general)
    task = await world.task(on.secretary, at=on.company.third, title="档案")
    person = await world.member("周杰", at=on.company.third)
    claim = await handed_in(world, person, task)
    await claims.approve(await world.session(on.secretary), claim.id, None)
    query = "query ($task: ID!) { task(id: $task) { approvedCount claims { edges { node { status } } } } }"
    hidden = (await world.ask(on.watcher, query, task=world.id(task)))["task"]
    assert hidden == {"approvedCount": 0, "claims": {"edges": [{"node": {"status": "SUBMITTED"}}]}}

    await organizations.move(await world.session(on.secretary), on.company.third.id, on.company.root.id)
    shown = (await world.ask(on.watcher, query, task=world.id(task)))["task"]
    assert shown == {"approvedCount": 1, "claims": {"edges": [{"node": {"status": "APPROVED"}}]}}


async def test_what_leaves_a_freeze_takes_new_versions_with_it_all_the_way_down(world: World) -> None:
    on = await stage(world)
    company = on.company
    await world.grant(on.secretary, Role.ADMIN, at=company.root)
    group = await world.organization("第三党小组", "GS-J-3-1", OrganizationKind.GROUP, below=company.third)
    person = await world.member("周杰", at=group)
    await freeze(on, company.general)
    await world.award(on.secretary, person, 8)
    query = """query ($place: ID!) { leaderboard(input: {organizationId: $place}) { state version size
      standing { version } } }"""

    async def seen() -> dict[str, Any]:
        return (await world.ask(person, query, place=world.id(group)))["leaderboard"]

    inside = await seen()
    await organizations.move(await world.session(on.secretary), company.third.id, company.root.id)
    outside = await seen()
    await organizations.move(await world.session(on.secretary), company.third.id, company.general.id)
    inside_again = await seen()

    assert [(one["state"], one["size"]) for one in (inside, outside, inside_again)] == [
        ("FROZEN", 0),
        ("LIVE", 1),
        ("FROZEN", 0),
    ]
    assert int(inside["version"]) < int(outside["version"]) < int(inside_again["version"])
    standing = [int(one["standing"]["version"]) for one in (inside, outside, inside_again)]
    assert standing == sorted(set(standing))


async def test_the_version_of_ones_own_standing_never_goes_back_under_a_freeze(world: World) -> None:
    """It counts the member's own hidden points, and goes on from there whatever changes which of them a board sums:
    midnight, a move, the end of a freeze."""
    on = await stage(world)
    company = on.company
    person = await world.member("周杰", at=company.group)
    await world.grant(on.secretary, Role.ADMIN, at=company.root)
    query = """query ($place: ID!, $period: PeriodKind!, $member: ID!) {
      leaderboard(input: {organizationId: $place, period: $period}) { standing { version } }
      explain(memberId: $member, input: {organizationId: $place, period: $period}) { version } }"""
    seen: dict[tuple[str, str], list[int]] = {}

    async def look() -> None:
        for place in (company.root, company.first, company.group):
            for period in ("DAY", "MONTH"):
                asked = {"place": world.id(place), "period": period, "member": world.id(person)}
                answer = await world.ask(person, query, **asked)
                assert answer["explain"] == answer["leaderboard"]["standing"]
                seen.setdefault((place.code, period), []).append(int(answer["explain"]["version"]))

    await look()
    await freeze(on, company.root)
    await freeze(on, company.first)
    for number in range(5):
        await world.award(on.secretary, person, 1 + number)
        await look()
    world.clock.advance(days=1)
    await world.let_time_write()
    await look()
    session = await world.session(on.secretary)
    await freezes.unfreeze(session, company.first.id)
    await look()
    await organizations.move(session, company.group.id, company.third.id)
    await look()
    await organizations.move(session, company.general.id, company.second.id)
    await look()
    await freezes.unfreeze(session, company.root.id)
    await look()

    for board, versions in seen.items():
        assert versions == sorted(versions), board


async def test_what_an_import_moves_out_from_under_a_freeze_is_public_again(world: World) -> None:
    on = await stage(world)
    await freeze(on, on.company.general)
    task = await world.task(on.secretary, at=on.company.third, title="档案")
    person = await world.member("周杰", at=on.company.third)
    claim = await handed_in(world, person, task)
    await claims.approve(await world.session(on.secretary), claim.id, None)
    query = """query ($task: ID!, $place: ID!) { task(id: $task) { approvedCount claims { edges { node { status } } } }
      leaderboard(input: {organizationId: $place}) { standing { version points } } }"""
    asked = {"task": world.id(task), "place": world.id(on.company.third)}
    own = (await world.ask(person, query, **asked))["leaderboard"]["standing"]

    third = on.company.third
    await imported(f"{third.code},GS,{third.name},BRANCH", at=world.clock.now)

    shown = (await world.ask(on.watcher, query, **asked))["task"]
    assert shown == {"approvedCount": 1, "claims": {"edges": [{"node": {"status": "APPROVED"}}]}}
    after = (await world.ask(person, query, **asked))["leaderboard"]["standing"]
    assert (after["points"], int(after["version"]) > int(own["version"])) == (own["points"], True)
    assert (await verification_verify.verify(world.clock.now)).differences == []
