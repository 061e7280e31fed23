"""What people do with blocks, as the mutations that a front end sends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from world import Person, World

from models import Organization

REVISION = """
id sequence name extent reason recordedAt hash previousHash canonical
responsible { id displayName } recordedBy { id displayName }
pairedWith { id displayName member { id displayName } } openings { path value salt }
"""
PROOF = "length head intact brokenAt statement signature keyId publicKey signedAt"
INSPECTION = """
id sort setInOrder shine standardize sustain total note inspectedAt inspectedBy { displayName }
"""
BLOCK = f"""
id retiredAt organization {{ id name }} current {{ {REVISION} }} chain {{ {PROOF} }}
lastInspection {{ {INSPECTION} }}
"""
QUERY = f"""query ($id: ID!) {{ block(id: $id) {{ {BLOCK}
  revisions(first: 100) {{ totalCount edges {{ node {{ {REVISION} }} }} }} }} }}"""
BOARD = f"""id version view blockCount pairedCount organization {{ name }}
blocks(first: $first, after: $after) {{ totalCount pageInfo {{ hasNextPage hasPreviousPage endCursor }}
  edges {{ cursor node {{ {BLOCK} }} }} }}"""
BOARD_QUERY = f"""query ($id: ID!, $first: Int = 300, $after: String) {{
  board: blockBoard(organizationId: $id) {{ {BOARD} }} }}"""
LIVE = f"""subscription ($id: ID!, $first: Int = 300, $after: String) {{
  board: blockBoardUpdated(organizationId: $id, maxPerSecond: 20) {{ {BOARD} }} }}"""
ANSWERS = {
    "createBlock": f"block {{ {BLOCK} }}",
    "reviseBlock": f"block {{ {BLOCK} }}",
    "retireBlock": f"block {{ {BLOCK} }}",
    "inspectBlock": f"block {{ {BLOCK} }} inspection {{ {INSPECTION} }}",
}
NAMES = ("陈晓", "何静", "马超")
MARKS = {"sort": 5, "setInOrder": 4, "shine": 3, "standardize": 2, "sustain": 1}


def mutation(operation: str) -> str:
    name = operation[0].upper() + operation[1:]
    changed = "" if operation == "createBlock" else f"... on BlockHasChanged {{ current {{ {REVISION} }} }}"
    return f"""mutation ($input: {name}Input!) {{ {operation}(input: $input) {{
        __typename ... on UserError {{ message }} ... on {name}Success {{ {ANSWERS[operation]} }} {changed}
        ... on InvalidInput {{ fields {{ path message }} }} }} }}"""


async def do(world: World, who: Person | None, operation: str, **given: Any) -> dict[str, Any]:
    """The answer, whichever it is."""
    return (await world.ask(who, mutation(operation), input=given))[operation]


async def done(world: World, who: Person, operation: str, **given: Any) -> dict[str, Any]:
    """The block after an operation that has to succeed."""
    answer = await do(world, who, operation, **given)
    assert answer["__typename"].endswith("Success"), answer
    return answer["block"]


def wanted(world: World, at: Organization, responsible: Person, **other: Any) -> dict[str, Any]:
    """The input of a block, paired with three who are no members."""
    return {
        "organizationId": world.id(at),
        "name": "三楼东侧工位区",
        "extent": "从消防门到茶水间",
        "responsibleId": world.id(responsible),
        "pairedWith": named(*NAMES),
        "reason": "划定责任区",
        **other,
    }


def named(*people: str | Person) -> list[dict[str, str]]:
    return [{"name": one} if isinstance(one, str) else {"memberId": World.id(one)} for one in people]


async def block(world: World, by: Person, at: Organization, responsible: Person, **other: Any) -> dict[str, Any]:
    return await done(world, by, "createBlock", **wanted(world, at, responsible, **other))


async def revise(world: World, by: Person, of: dict[str, Any], **given: Any) -> dict[str, Any]:
    """As seen: its current revision is the expected one."""
    given = {"reason": "调整", "expectedSequence": of["current"]["sequence"], **given}
    return await done(world, by, "reviseBlock", blockId=of["id"], **given)


async def asked(world: World, who: Person | None, id: str) -> Any:
    return (await world.ask(who, QUERY, id=id))["block"]


async def board(world: World, who: Person | None, at: Organization, **page: Any) -> Any:
    return (await world.ask(who, BOARD_QUERY, id=world.id(at), **page))["board"]


def blocks_on(found: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return [one["node"] for one in found["blocks"]["edges"]]
