"""Every text that a mutation takes passes through rules/texts.py: what nobody can see or read is refused there, by
field, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from audited import query
from block import NAMES
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_input_field,
)
from screens import BOARD
from story import told
from world import Person, World

from models import sql
from schema import schema

BAD = {
    "Hangul filler": "\u3164",
    "zero width space": "字\u200b字",
    "blank of Braille": "\u2800",
    "soft hyphen": "字\u00ad字",
    "turned direction": "字\u202e字",
    "isolated direction": "\u2066字",
    "DELETE": "字\x7f",
    "C1": "字\x9f字",
    "NUL": "字\0",
    "40 marks": "a" + "\u0301" * 40,
    "variation selector": "字\ufe00",
    "tag": "字\U000e0041",
    "private use": "\ue000字",
    "half a letter": "\ud800",
    "no letter": "字\ufdd0",
}
RULE = {
    "title": "阅读",
    "amount": 2,
    "results": [{"result": "perfect", "amount": 3}],
    "windows": [{"from": "06:00", "to": "07:00", "factor": 2}],
}
# Not texts that anybody is shown: secrets and codes, which are compared and not kept.
OPAQUE = {
    *("signIn.login", "signIn.password", "changePassword.oldPassword", "changePassword.newPassword"),
    *("beginOpenIdSignIn.redirectUri", "finishOpenIdSignIn.code", "finishOpenIdSignIn.state"),
    *("finishOpenIdSignIn.secret", "createMember.password", "updateMember.password"),
    *("approveDisplayPairing.code", "claimDisplayToken.deviceCode"),
    "requestDisplayPairing.deviceCode",
}
PHONE_IS_READ = {"zero width space", "soft hyphen"}  # what comes along in a copied number is dropped from it


def good(of: Any, name: str, known: dict[str, Any]) -> Any:
    if isinstance(of, GraphQLNonNull):
        return good(of.of_type, name, known)
    if name in known:
        return known[name]
    if isinstance(of, GraphQLList):
        return [good(of.of_type, name, known)]
    if isinstance(of, GraphQLInputObjectType):
        return {key: good(one.type, key, known) for key, one in of.fields.items() if is_required_input_field(one)}
    if isinstance(of, GraphQLEnumType):
        return next(iter(of.values))
    return {"Int": 1, "Boolean": False, "ID": "?", "String": "字", "DateTime": "2026-03-01T02:00:00Z"}.get(of.name)


def document(name: str, kind: str, argument: str) -> str:
    wrong = "__typename ... on InvalidInput { fields { path } } ... on UserError { message }"
    return f"mutation ($given: {kind}) {{ found: {name}({argument}: $given) {{ {wrong} }} }}"


def texts_in(of: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(of, GraphQLNonNull):
        yield from texts_in(of.of_type, path)
    elif isinstance(of, GraphQLList):
        yield from texts_in(of.of_type, (*path, 0))
    elif isinstance(of, GraphQLInputObjectType):
        for name, one in of.fields.items():
            yield from texts_in(one.type, (*path, name))
    elif get_named_type(of).name == "String":
        yield path


def put(values: Any, path: tuple[str | int, ...], text: str) -> Any:
    if not path:
        return text
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        given = values if isinstance(values, list) and values else [{}]
        return [put(given[0], rest, text), *given[1:]]
    return {**(values or {}), first: put((values or {}).get(first), rest, text)}


async def things(world: World) -> tuple[dict[str, Any], dict[str, Person]]:
    """What a mutation is done to, by the names of arguments, and who does what only they may."""
    story = await told(world)
    operator, root = await world.operator(), story.company.root
    place, li = world.id(root), world.id(story.li)

    async def done(mutation: str, by: Person | None, **given: Any) -> Any:
        answer = (await world.ask(by, query(mutation), given=given))["found"]
        assert "message" not in answer, answer
        return answer

    task = await world.task(story.secretary, at=root)
    claim = (await done("claimTask", story.li, taskId=world.id(task)))["claim"]["id"]
    again = await world.task(story.secretary, at=root)
    submitted = (await done("claimTask", story.li, taskId=world.id(again)))["claim"]["id"]
    await done("submitClaim", story.li, claimId=submitted, evidence="照片")
    course = await done(
        "createCourse", operator, organizationId=place, lecturerId=li, title="党课", durationSeconds=600
    )
    await done("publishCourse", operator, courseId=course["course"]["id"])
    rule = await done(
        "createPointRule", operator, organizationId=place, code="read", rule={"title": "阅读", "amount": 2}
    )
    reward = await done("createReward", operator, organizationId=place, name="茶杯", price=1, stock=3)
    asked = (await world.ask(None, query("requestDisplayPairing")))["found"]["pairing"]
    display = await done(
        "approveDisplayPairing", operator, code=asked["code"], organizationId=place, name="厅", scenes=BOARD
    )
    block = await done(
        "createBlock",
        story.secretary,
        organizationId=place,
        name="东区",
        extent="东边",
        responsibleId=li,
        pairedWith=[{"name": one} for one in NAMES],
        reason="开始",
    )
    entry = await world.award(story.secretary, story.sun, 3)
    known: dict[str, Any] = dict.fromkeys(("organizationId", "parentId"), place)
    known |= dict.fromkeys(("memberId", "lecturerId", "responsibleId", "survivorId"), li)
    known["duplicateId"] = world.id(story.sun)
    known |= {"taskId": world.id(task), "claimId": submitted, "submitClaim": claim, "pointsEntryId": world.id(entry)}
    known |= {"courseId": course["course"]["id"], "ruleId": rule["rule"]["id"], "rewardId": reward["reward"]["id"]}
    known |= {"displayId": display["display"]["id"], "blockId": block["block"]["id"], "scenes": BOARD}
    known |= {"code": "read.more", "pairedWith": [{"name": one} for one in NAMES], "rule": RULE}
    return known, {
        "submitClaim": story.li,
        "updateMyPrivacy": story.li,
        "recordStudy": story.sun,
        "redeemReward": story.li,
        "operator": operator,
    }


async def kept(world: World) -> list[int]:
    """How many rows hold something that mutations of this test could leave."""
    tables = ("organizations", "members", "tasks", "courses", "points_entries", "point_rules", "rewards", "displays",
              "blocks", "block_revisions", "service_tokens", "audit_entries", "studies")  # fmt: skip
    return [await sql.value(f"SELECT COUNT(*) AS number FROM {one}") for one in tables]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # nothing reaches a database
async def test_every_text_of_a_mutation_is_judged_where_it_enters(world: World, scaled: Callable[[int], int]) -> None:
    known, people = await things(world)
    before = await kept(world)
    judged: set[str] = set()
    kinds = list(BAD)
    each = max(3, scaled(len(kinds)))
    assert schema._schema.mutation_type
    for name, field in schema._schema.mutation_type.fields.items():
        for argument, of in field.args.items():
            for path in texts_in(of.type, ()):
                written = ".".join(map(str, path)) or argument
                if f"{name}.{written}" in OPAQUE:
                    continue
                judged.add(f"{name}.{written}")
                mine = {**known, "idempotencyKey": str(uuid4()), "claimId": known.get(name, known["claimId"])}
                if name in ("recordAct", "recordActs"):
                    mine["rule"] = "read"
                for _ in range(each):
                    kinds.append(kinds.pop(0))
                    if path[-1] == "phone" and kinds[0] in PHONE_IS_READ:
                        continue
                    assert argument in ("input", "inputs")
                    given = put(good(of.type, argument, mine), path, BAD[kinds[0]])
                    by = people.get(name, people["operator"])
                    answer = (await world.ask(by, document(name, str(of.type), argument), given=given))["found"]
                    answer = answer[0] if isinstance(answer, list) else answer
                    where = [".".join(one["path"]) for one in answer.get("fields", ())]
                    said_of = written.removeprefix("0.")  # one of several acts
                    assert any(f"{said_of}.".startswith(f"{one}.") for one in where), (name, path, kinds[0], answer)
    assert await kept(world) == before
    assert len(judged) > 50, judged
