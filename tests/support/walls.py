"""What hangs on a hall's walls: blocks and courses, made as a secretary makes them."""

from __future__ import annotations

import asyncio
from typing import Any

from halls import Hall
from world import World

MARKS: dict[str, Any] = {"sort": 5, "setInOrder": 4, "shine": 3, "standardize": 5, "sustain": 4}


async def block(hall: Hall, name: str, organization: str) -> str:
    given = {
        "organizationId": organization,
        "name": name,
        "extent": "从消防门到茶水间",
        "responsibleId": World.id(hall.li),
        "pairedWith": [{"memberId": World.id(hall.sun)}, {"name": "陈晓"}, {"name": "何静"}],
        "reason": "划定责任区",
    }
    return (await hall.do(hall.secretary, "createBlock", "block { id }", **given))["block"]["id"]


async def blocks(hall: Hall, number: int) -> list[str]:
    """Half of them in each branch, some at once."""
    names = [(f"{place} 号区块", hall.first if place % 2 else hall.second) for place in range(number)]
    made: list[str] = []
    for start in range(0, number, 10):
        made += await asyncio.gather(*(block(hall, *one) for one in names[start : start + 10]))
    return made


async def looked_at(hall: Hall, block: str) -> None:
    """So that the board is loaded anew."""
    await hall.do(hall.secretary, "inspectBlock", blockId=block, **MARKS)


async def course(hall: Hall, title: str) -> str:
    """Published, with 李强 as its lecturer."""
    given = {"organizationId": hall.first, "lecturerId": World.id(hall.li), "title": title, "durationSeconds": 900}
    made = (await hall.do(hall.secretary, "createCourse", "course { id }", **given))["course"]["id"]
    await hall.do(hall.secretary, "publishCourse", courseId=made)
    return made
