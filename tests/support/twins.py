"""Two members that are one person, in two branches; and how they are joined and taken apart through the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tree import REFUSED
from world import Company, Person, World

from resolvers.verification import verify as verification_verify
from rules.roles import Role

MEMBER = "id displayName active balance debt mergedInto { id } mergedMembers { id }"
PAID = "paidTwice { entries { id } }"
MERGE = f"""mutation ($input: MergeMembersInput!) {{ found: mergeMembers(input: $input) {{ {REFUSED}
  ... on MergeMembersSuccess {{ member {{ {MEMBER} }} duplicate {{ {MEMBER} }} {PAID} }} }} }}"""
UNDO = f"""mutation ($input: UndoMergeInput!) {{ found: undoMerge(input: $input) {{ {REFUSED}
  ... on UndoMergeSuccess {{ member {{ {MEMBER} }} duplicate {{ {MEMBER} }} }} }} }}"""
ROWS = """query ($input: LeaderboardInput!, $at: DateTime) { leaderboard(input: $input, at: $at) { version state rows {
  rank points score memberCount subject { ... on Organization { code } ... on Member { displayName } } } } }"""


@dataclass(frozen=True)
class Story:
    """A secretary over the company; 张三 entered twice, in two branches; and somebody else in the first."""

    company: Company
    secretary: Person
    reviewer: Person
    zhang: Person
    twin: Person
    li: Person


async def told(world: World) -> Story:
    company = await world.company()
    return Story(
        company,
        secretary=await world.member("王芳", at=company.root, roles=[Role.SECRETARY]),
        reviewer=await world.member("周杰", at=company.root, roles=[Role.REVIEWER]),
        zhang=await world.member("张三", at=company.first),
        twin=await world.member("张叁", at=company.second),
        li=await world.member("李强", at=company.first),
    )


async def merge(world: World, story: Story, by: Person | None = None, **other: Person) -> dict[str, Any]:
    both = {"survivor": story.zhang, "duplicate": story.twin, **other}
    wanted = {f"{name}Id": world.id(one) for name, one in both.items()}
    return (await world.ask(by or story.secretary, MERGE, input=wanted))["found"]


async def undo(world: World, story: Story) -> dict[str, Any]:
    return (await world.ask(story.secretary, UNDO, input={"duplicateId": world.id(story.twin)}))["found"]


async def points(world: World, story: Story, by: Person | None = None, at: Any = None, **wanted: Any) -> dict[str, int]:
    """By whom the board names."""
    given = {"organizationId": world.id(story.company.root), "period": "ALL_TIME", **wanted}
    found = (await world.ask(by or story.secretary, ROWS, input=given, at=at and at.isoformat()))["leaderboard"]
    name = "code" if wanted.get("subject") else "displayName"
    return {one["subject"][name] if one["subject"] else "": one["points"] for one in found["rows"]}


async def means(world: World, story: Story, by: Person | None = None) -> dict[str, tuple[float, int]]:
    given = {"organizationId": world.id(story.company.root), "subject": "ORGANIZATION"}
    found = (await world.ask(by or story.secretary, ROWS, input=given))["leaderboard"]["rows"]
    return {one["subject"]["code"]: (one["score"], one["memberCount"]) for one in found}


async def clean(world: World) -> list[str]:
    verdict = await verification_verify.verify(world.clock.now)
    assert verdict.differences == [], verdict.differences
    return [one for one in verdict.remarks if "paid" in one]
