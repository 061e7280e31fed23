"""Words that are nobody's but one person's, planted wherever a person can have words; and a search for them in every
table and in the database's files."""

from __future__ import annotations

from pathlib import Path

import arena
import block
import ledger
from world import Person, World

import models
from models import Member, Organization, sql

COLUMNS = {
    "sqlite": """SELECT t.name AS table_name, c.name AS column_name FROM sqlite_master t
        JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'""",
    "postgres": "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'",
}
SIGN = "金丝雀"  # in every canary but a phone and a login, which take no such letters


def word(person: str, what: str) -> str:
    return f"{SIGN}{person}{what}"


async def somebody(world: World, mark: str, *, at: Organization, phone: str) -> Person:
    """A member whose name, alias, phone and login are canaries."""
    return await world.member(
        word(mark, "姓名"), at=at, alias=word(mark, "别名"), login=f"canary-{mark.lower()}", phone=phone
    )


async def live(world: World, person: Person, mark: str, *, by: Person, beside: Person, at: Organization) -> None:
    """Evidence, notes, reasons, keys, addresses: everything that can be said of somebody, by API. by: a secretary;
    beside: whose block lists the person among others."""
    for decision, note in (("approveClaim", "准"), ("returnClaim", "退")):
        task = world.id(await world.task(by, at=at, title="慰问"))
        claim = (await arena.done(world, person, "claimTask", taskId=task))["id"]
        await arena.done(world, person, "submitClaim", claimId=claim, evidence=word(mark, "凭证"))
        await arena.done(world, by, decision, claimId=claim, note=word(mark, f"批{note}"))
    await world.award(by, person, 8, reason=word(mark, "理由"), key=word(mark, "钥匙"))
    wrong = await world.award(by, person, 3)
    await ledger.reverse(world, by, world.id(wrong), reason=word(mark, "冲正"))
    made = await block.block(
        world, by, at, person, name=word(mark, "区块"), extent=word(mark, "地址"), reason=word(mark, "划定")
    )
    made = await block.revise(world, by, made, extent=word(mark, "新地址"), reason=word(mark, "调整"))
    await block.done(world, by, "inspectBlock", blockId=made["id"], note=word(mark, "检查"), **block.MARKS)
    await block.block(world, by, at, beside, name="旁边", pairedWith=block.named(person, "何静", "马超"))


async def in_tables(*words: str) -> dict[str, list[str]]:
    """Which columns hold one of these anywhere, by table, read as text whatever they are."""
    found: dict[str, list[str]] = {}
    for one in await sql.rows(COLUMNS[models.database.dialect()]):
        table, column = one["table_name"], one["column_name"]
        for each in words:
            if await sql.value(
                f"""SELECT 1 AS one FROM "{table}" WHERE CAST("{column}" AS TEXT) LIKE :wanted LIMIT 1""",
                wanted=f"%{each}%",
            ):
                found.setdefault(table, []).append(f"{column}: {each}")
    return found


def in_files(folder: Path, *words: str) -> list[str]:
    """Which files below a folder hold one of these, byte by byte."""
    return [
        f"{file.name}: {each}"
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        for content in [file.read_bytes()]
        for each in words
        if each.encode() in content
    ]


async def row(person: Person) -> Member:
    return await Member.get(id=person.id)
