"""A rule tried on the acts of a month that is over, before it is set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from acts import act, earn, earn_one, set_rule
from story import Story, told
from world import Person, World

from models import Organization, PointsEntry
from resolvers.points import ledger as points_ledger

ANSWER = "__typename ... on UserError { message } ... on InvalidInput { fields { path } }"
WINDOWS = [{"from": "06:00", "to": "08:30", "factor": 2}]
HELD = "query ($id: ID!) { pointRules(organizationId: $id) { code version { amount } } }"
PREVIEW = f"""query ($input: PreviewPointRuleInput!) {{ previewPointRule(input: $input) {{ {ANSWER}
  ... on PointRulePreview {{ period {{ startsAt endsAt }} affectedCount rules {{ code acts given would }}
    differences {{ given would member {{ displayName }} organization {{ code }} }} }} }} }}"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def previewed(world: World, by: Person | None, at: Organization, **given: Any) -> dict[str, Any]:
    given = {"code": "reading", "organizationId": world.id(at)} | given
    return (await world.ask(by, PREVIEW, input=given))["previewPointRule"]


async def test_a_rule_is_tried_on_last_months_acts(world: World, story: Story) -> None:
    root = story.company.root
    await set_rule(root, "reading", {"title": "阅读", "amount": 2})
    acts = [act(world, one, "reading") for one in (story.li, story.li, story.li, story.sun, story.zhao)]
    made = await earn(world, root.id, *acts)
    await points_ledger.reverse(await world.session(story.secretary), made[-1].id, "错", str(uuid4()))
    world.clock.now = datetime(2026, 4, 5, tzinfo=UTC)
    await earn_one(world, story.zhao, "reading")

    rule = {"title": "阅读", "amount": 3, "caps": [{"period": "DAY", "points": 5}]}
    found = await previewed(world, story.secretary, root, rule=rule)
    assert found["period"] == {"startsAt": "2026-02-28T16:00:00Z", "endsAt": "2026-03-31T16:00:00Z"}
    assert found["rules"] == [{"code": "reading", "acts": 4, "given": 8, "would": 8}]
    assert found["affectedCount"] == 2
    differences = {one["member"]["displayName"]: (one["given"], one["would"]) for one in found["differences"]}
    assert differences == {"李强": (6, 5), "孙丽": (2, 3)}
    assert {one["organization"]["code"] for one in found["differences"]} == {"GS-1"}
    april = await previewed(world, story.secretary, root, rule=rule, on="2026-04-01")
    assert april["rules"] == [{"code": "reading", "acts": 1, "given": 2, "would": 3}]
    assert await PointsEntry.filter(rule="reading").count() == 7
    held = (await world.ask(story.li, HELD, id=world.id(root)))["pointRules"]
    assert {one["code"]: one["version"]["amount"] for one in held}["reading"] == 2


async def test_what_holds_now_gives_what_it_gave(world: World, story: Story) -> None:
    """Shared caps, windows and caps of the year, begun before the month."""
    root = story.company.root
    caps = [{"period": "YEAR", "points": 20, "shared": False}, {"period": "DAY", "points": 7, "shared": True}]
    rule = {"title": "阅读", "amount": 2, "group": "g", "caps": caps, "windows": WINDOWS}
    for code in ("reading", "walking"):
        await set_rule(root, code, rule)
    for day in range(12):
        world.clock.now = datetime(2026, 3, 25, 23, tzinfo=UTC) + timedelta(days=day)
        await earn(world, root.id, *(act(world, story.li, code) for code in ("reading", "walking", "reading")))
    world.clock.now = datetime(2026, 5, 1, tzinfo=UTC)
    found = await previewed(world, story.secretary, root, rule=rule)
    assert [one["code"] for one in found["rules"]] == ["reading", "walking"]
    assert all(one["given"] == one["would"] for one in found["rules"])
    assert (found["affectedCount"], found["differences"]) == (0, [])
    alone = await previewed(world, story.secretary, root, rule=rule | {"amount": 0})
    [reading, walking] = alone["rules"]
    assert reading["would"] == 0
    assert walking["would"] >= walking["given"], "what one does not take of a shared cap is left for the other"


async def test_what_is_set_nearer_is_not_changed_by_a_preview_above(world: World, story: Story) -> None:
    await set_rule(story.company.root, "reading", {"title": "阅读", "amount": 2})
    await set_rule(story.company.first, "reading", {"title": "阅读", "amount": 9})
    await earn(world, story.company.root.id, act(world, story.li, "reading"), act(world, story.zhao, "reading"))
    found = await previewed(
        world, story.secretary, story.company.root, rule={"title": "阅读", "amount": 5}, on="2026-03-01"
    )
    assert found["rules"] == [{"code": "reading", "acts": 2, "given": 11, "would": 14}]
    assert [one["member"]["displayName"] for one in found["differences"]] == ["赵敏"]


async def test_only_who_manages_rules_tries_them(world: World, story: Story) -> None:
    rule = {"title": "阅读", "amount": 5}
    for person in (None, story.li, story.reviewer):
        assert (await previewed(world, person, story.company.root, rule=rule))["__typename"] == "NotAllowed"
    for on in ("2027-01-01", "0001-01-01"):
        wrong = await previewed(world, story.secretary, story.company.root, rule=rule, on=on)
        assert wrong["fields"] == [{"path": ["on"]}]
    empty = await previewed(world, story.secretary, story.company.root, rule=rule, on="0002-01-05")
    assert (empty["__typename"], empty["affectedCount"]) == ("PointRulePreview", 0)
