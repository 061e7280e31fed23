"""Points rules as an organization sets them: written, changed, ended, adopted, tried, and seen by everyone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from acts import earn_one
from story import Story, told
from strangers import turned_away
from tortoise.exceptions import BaseORMException
from world import Person, World

import models
from models import Organization, PointRule, PointRuleVersion
from rules.points.rule_sets import RULE_SETS
from rules.roles import Role
from schema import ids
from schema.points.rule_mutations import RuleSet

VERSION = """number title amount unit minutes group base floor earner ranks validFrom validUntil
  results { result amount } caps { period points shared } windows { from to factor }"""
RULE = f"id code organization {{ code }} version {{ {VERSION} }}"
ANSWER = "__typename ... on UserError { message } ... on InvalidInput { fields { path } }"
ACTS = {
    name: f"""mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ done: {name}(input: $input) {{
      {ANSWER} ... on {name[0].upper()}{name[1:]}Success {{ {result} {{ {RULE} }} }} }} }}"""
    for name, result in {
        "createPointRule": "rule",
        "changePointRule": "rule",
        "endPointRule": "rule",
        "adoptRuleSet": "rules",
    }.items()
}
IN_FORCE = f"query ($id: ID!) {{ pointRules(organizationId: $id) {{ {RULE} }} }}"
FULL: dict[str, Any] = {
    "title": "文章学习时长",
    "amount": 1,
    "results": [{"result": "deep", "amount": 3}],
    "unit": "PER_FULL_MINUTES",
    "minutes": 4,
    "caps": [{"period": "DAY", "points": 8, "shared": False}, {"period": "WEEK", "points": 30, "shared": True}],
    "group": "study",
    "base": 5,
    "windows": [{"from": "06:00", "to": "08:30", "factor": 2}],
    "earner": "MEMBER",
    "ranks": False,
}


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def do(world: World, by: Person | None, name: str, **given: Any) -> dict[str, Any]:
    return (await world.ask(by, ACTS[name], input=given))["done"]


async def create(world: World, by: Person | None, at: Organization, **given: Any) -> dict[str, Any]:
    given = {"code": "reading", "rule": {"title": "阅读", "amount": 2}} | given
    return await do(world, by, "createPointRule", organizationId=world.id(at), **given)


async def held(world: World, by: Person | None, at: Organization) -> dict[str, tuple[int, str | None]]:
    """Code → amount, and where it is set."""
    found = (await world.ask(by, IN_FORCE, id=world.id(at)))["pointRules"]
    return {
        one["code"]: (one["version"]["amount"], one["organization"] and one["organization"]["code"]) for one in found
    }


BUILT_IN = {"course.heard": (5, None), "course.lectured": (1, None)}


# ---------------------------------------------------------------- setting


async def test_a_rule_is_kept_as_it_was_written(world: World, story: Story) -> None:
    made = await create(world, story.secretary, story.company.first, rule=FULL, validUntil="2027-01-01T00:00:00Z")

    assert made["__typename"] == "CreatePointRuleSuccess"
    rule = made["rule"]
    assert (rule["code"], rule["organization"]["code"]) == ("reading", "GS-1")
    version = rule["version"]
    assert version == FULL | {
        "number": 1,
        "floor": None,
        "validFrom": "2026-03-10T02:00:00Z",
        "validUntil": "2027-01-01T00:00:00Z",
    }
    node = await world.ask(
        story.zhao, f"query ($id: ID!) {{ node(id: $id) {{ ... on PointRule {{ {RULE} }} }} }}", id=rule["id"]
    )
    assert node["node"] == rule


async def test_everyone_sees_what_holds_where_and_where_it_comes_from(world: World, story: Story) -> None:
    company = story.company
    await create(world, story.secretary, company.root)
    await create(world, story.secretary, company.root, code="course.heard", rule={"title": "听", "amount": 7})
    await create(world, story.secretary, company.first, rule={"title": "阅读", "amount": 9})

    assert await held(world, story.zhao, company.second) == BUILT_IN | {
        "course.heard": (7, "GS"),
        "reading": (2, "GS"),
    }
    assert (await held(world, story.li, company.group))["reading"] == (9, "GS-1")
    other = await world.company("YY")
    assert await held(world, await world.member("郑洁", at=other.root), other.root) == BUILT_IN
    assert (await world.ask(story.li, IN_FORCE, id=world.id(other.root)))["pointRules"] is None
    await turned_away(world, IN_FORCE, id=world.id(company.root))


async def test_a_change_is_the_next_version_and_entries_keep_theirs(world: World, story: Story) -> None:
    made = await create(world, story.secretary, story.company.root)
    before = await earn_one(world, story.li, "reading")
    world.clock.advance(hours=1)
    rule = {"title": "阅读", "amount": 6}
    changed = await do(world, story.secretary, "changePointRule", ruleId=made["rule"]["id"], rule=rule)
    after = await earn_one(world, story.li, "reading")

    assert (changed["rule"]["id"], changed["rule"]["version"]["number"]) == (made["rule"]["id"], 2)
    assert (before.amount, after.amount) == (2, 6)
    query = """query ($id: ID!) { node(id: $id) { ... on PointsEntry { ruleVersion { number amount
      rule { code versions { totalCount edges { node { number } } } } } } } }"""
    found = await world.ask(story.li, query, id=world.id(before))
    numbers = {"totalCount": 2, "edges": [{"node": {"number": 2}}, {"node": {"number": 1}}]}
    assert found["node"]["ruleVersion"] == {"number": 1, "amount": 2, "rule": {"code": "reading", "versions": numbers}}


async def test_a_change_can_begin_later(world: World, story: Story) -> None:
    made = await create(world, story.secretary, story.company.root)
    later = {"rule": {"title": "阅读", "amount": 6}, "validFrom": "2026-03-11T00:00:00Z"}
    await do(world, story.secretary, "changePointRule", ruleId=made["rule"]["id"], **later)
    assert (await earn_one(world, story.li, "reading")).amount == 2
    world.clock.advance(days=1)
    assert (await earn_one(world, story.li, "reading")).amount == 6
    assert (await held(world, story.li, story.company.root))["reading"] == (6, "GS")


async def test_an_ended_rule_makes_way_for_the_one_above(world: World, story: Story) -> None:
    await create(world, story.secretary, story.company.root)
    made = await create(world, story.secretary, story.company.first, rule={"title": "阅读", "amount": 9})
    rule_id = made["rule"]["id"]
    world.clock.advance(hours=1)
    ended = await do(world, story.secretary, "endPointRule", ruleId=rule_id)
    assert ended["rule"]["version"]["validUntil"] == "2026-03-10T03:00:00Z"
    assert (await earn_one(world, story.li, "reading")).amount == 2
    again = await do(world, story.secretary, "endPointRule", ruleId=rule_id)
    assert again == ended
    world.clock.advance(hours=1)
    await do(world, story.secretary, "changePointRule", ruleId=rule_id, rule={"title": "阅读", "amount": 4})
    assert (await earn_one(world, story.li, "reading")).amount == 4


async def test_versions_never_change(world: World, story: Story) -> None:
    await create(world, story.secretary, story.company.root)
    for statement in ("UPDATE point_rule_versions SET number = 9", "DELETE FROM point_rule_versions"):
        with pytest.raises(BaseORMException, match="append-only"):
            await models.sql.execute(statement)
    assert await PointRuleVersion.filter(number=1).count() == 3


async def test_two_who_change_at_once_make_two_versions(world: World, story: Story) -> None:
    made = await create(world, story.secretary, story.company.root)
    given = {"ruleId": made["rule"]["id"], "rule": {"title": "阅读", "amount": 6}}
    answers = await asyncio.gather(*(do(world, story.secretary, "changePointRule", **given) for _ in range(5)))
    assert sorted(one["rule"]["version"]["number"] for one in answers) == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"code": "Not A Code"}, ["code"]),
        ({"code": "task.completed"}, ["code"]),
        ({"rule": {"title": " ", "amount": 1}}, ["rule", "title"]),
        ({"rule": {"title": "x", "amount": 1, "minutes": 3}}, ["rule", "minutes"]),
        (
            {"rule": {"title": "x", "amount": 1, "caps": [{"period": "DAY", "points": -1}]}},
            ["rule", "caps", "0", "points"],
        ),
        ({"validFrom": "2019-01-01T00:00:00Z"}, ["validFrom"]),
        ({"validUntil": "2026-03-10T02:00:00Z"}, ["validUntil"]),
    ],
)
async def test_a_rule_with_a_fault_is_not_set(
    world: World, story: Story, given: dict[str, Any], path: list[str]
) -> None:
    answer = await create(world, story.secretary, story.company.root, **given)
    assert answer["__typename"] == "InvalidInput"
    assert [one["path"] for one in answer["fields"]] == [path]
    assert await PointRule.exclude(organization_id=None).count() == 0


async def test_a_code_is_set_once_at_an_organization(world: World, story: Story) -> None:
    answers = await asyncio.gather(*(create(world, story.secretary, story.company.root) for _ in range(4)))
    kinds = sorted(one["__typename"] for one in answers)
    assert kinds == ["CreatePointRuleSuccess"] + ["InvalidInput"] * 3


async def test_only_who_manages_rules_sets_them(world: World, story: Story) -> None:
    first = story.company.first
    made = await create(world, story.secretary, first)
    neighbour = await world.member("吴刚", at=story.company.second, roles=[Role.ADMIN])
    stranger = await world.member("郑洁", at=(await world.company("YY")).root, roles=[Role.ADMIN])
    rule = {"title": "阅读", "amount": 3}
    for person, kind in (
        (None, "NotAllowed"),
        (story.li, "NotAllowed"),
        (story.reviewer, "NotAllowed"),
        (neighbour, "NotAllowed"),
        (stranger, "NotFound"),
    ):
        own = {"ruleId": made["rule"]["id"]}
        answers = [
            await create(world, person, first, code="other"),
            await do(world, person, "changePointRule", rule=rule, **own),
            await do(world, person, "endPointRule", **own),
            await do(world, person, "adoptRuleSet", organizationId=world.id(first), set="COURSES"),
        ]
        assert {one["__typename"] for one in answers} <= {kind, "NotAllowed" if person is None else kind}
    built_in = ids.encode("PointRule", (await PointRule.get(code="course.heard")).id)
    changed = await do(world, await world.operator(), "changePointRule", ruleId=built_in, rule=rule)
    assert changed["__typename"] == "NotAllowed"
    assert "built in" in changed["message"]


# ---------------------------------------------------------------- sets


async def test_a_set_is_adopted_and_what_was_set_before_stays(world: World, story: Story) -> None:
    company = story.company
    await create(world, story.secretary, company.root, code="study.quiz", rule={"title": "答题", "amount": 4})
    adopted = await do(world, story.secretary, "adoptRuleSet", organizationId=world.id(company.root), set="STUDY_APP")
    codes = {one["code"] for one in adopted["rules"]}
    assert codes == set(RULE_SETS["STUDY_APP"].rules) - {"study.quiz"}
    assert (await held(world, story.li, company.first))["study.quiz"] == (4, "GS")
    again = await do(world, story.secretary, "adoptRuleSet", organizationId=world.id(company.root), set="STUDY_APP")
    assert again["rules"] == []


def test_every_set_can_be_asked_for() -> None:
    assert {one.value for one in RuleSet} == set(RULE_SETS)
