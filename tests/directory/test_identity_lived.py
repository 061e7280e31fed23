"""Over spellings at random: where docs/identity.md says that two records are one person, API and import find one, where
it says two they make two, and where nobody can tell they ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from unicodedata import normalize

from imports import NOW, members
from tree import REFUSED
from world import Company, Person, World

from models import Member
from resolvers.imports.importing import ImportRefused
from rules import texts
from rules.roles import Role

CREATE = f"mutation ($input: CreateMemberInput!) {{ createMember(input: $input) {{ {REFUSED} }} }}"
SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda name: name,
    lambda name: normalize("NFD", name),
    lambda name: "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in name),
    lambda name: name.upper(),
    lambda name: name.replace("·", "•"),
    lambda name: name.replace("·", "．"),
    lambda name: name.replace("·", " ∙ "),
    lambda name: name.replace(" ", "\u3000\u3000"),
    lambda name: f"\u00a0{name} ",
)
PHONES: tuple[Callable[[str], str], ...] = (
    lambda phone: phone,
    lambda phone: f"+86 {phone[:3]} {phone[3:7]} {phone[7:]}",
    lambda phone: f"0086-{phone}",
    lambda phone: "".join(chr(ord(one) + 0xFEE0) for one in phone),
)
NAMES = ("阿依·古丽", "Amélie Lee", "张三", "Nguyễn·Ánh")


@dataclass(frozen=True)
class Record:
    name: str
    phone: str  # empty: none
    first: bool  # in the first of the two branches

    def given(self, world: World, company: Company) -> dict[str, Any]:
        place = company.first if self.first else company.second
        return {"organizationId": world.id(place), "name": self.name, "phone": self.phone}

    @property
    def line(self) -> str:
        return f"{'GS-1' if self.first else 'GS-2'},{self.name},,{self.phone},,"


def two(random: Random, name: str) -> tuple[Record, Record, str]:
    """Two records that a person may write, and what they are, as the rule has it: one, asked or two."""
    phone = f"139{random.randrange(10**8):08}"
    same_name, same_place = random.random() < 0.8, random.random() < 0.5
    first = Record(name, random.choice([phone, phone, ""]), True)
    number = random.choice([phone, phone, "", "13700000000"])
    written = random.choice(PHONES)(number) if number else ""
    second = Record(random.choice(SPELLINGS)(name if same_name else f"{name}弟"), written, same_place)
    if not same_name:
        return first, second, "two"
    if first.phone and first.phone == number:
        return first, second, "one"
    differing = bool(first.phone and number)
    return first, second, "asked" if same_place and not differing else "two"


async def by_api(world: World, admin: Person, company: Company, first: Record, second: Record) -> str:
    said = [
        (await world.ask(admin, CREATE, input=one.given(world, company)))["createMember"] for one in (first, second)
    ]
    assert said[0]["__typename"] == "CreateMemberSuccess"
    if said[1]["__typename"] == "CreateMemberSuccess":
        return "two"
    return {"phone": "one", "name": "asked"}[said[1]["fields"][0]["path"][0]]


async def by_two_files(first: Record, second: Record, at: int) -> str:
    assert (await members(first.line, at=NOW + timedelta(hours=at))).created == 1
    try:
        report = await members(second.line, at=NOW + timedelta(hours=at, minutes=1))
    except ImportRefused as refused:
        assert "--namesakes same" in str(refused)  # noqa: PT017 -- the other ways out of here are not refusals
        return "asked"
    return "two" if report.created else "one"


async def by_one_file(first: Record, second: Record, at: int) -> str:
    try:
        report = await members(f"{first.line}\n{second.line}", at=NOW + timedelta(hours=at))
    except ImportRefused as refused:
        return "asked" if "neither phones nor logins" in str(refused) else "one"
    assert report.created == 2
    return "two"


async def test_one_is_one_and_two_are_two_by_api_and_import(world: World, scaled: Callable[[int], int]) -> None:
    company = await world.company()
    admin = await world.member("陈静", at=company.root, roles=[Role.ADMIN])
    random = Random(7)
    seen: set[str] = set()
    for number in range(scaled(120)):
        for way, how in enumerate(("api", "two files", "one file")):
            first, second, expected = two(random, f"{random.choice(NAMES)}{'甲乙丙'[way]}{number}")
            before, at = await Member.all().count(), number * 10 + way + 1
            if how == "api":
                found = await by_api(world, admin, company, first, second)
            elif how == "two files":
                found = await by_two_files(first, second, at)
                nothing_new = texts.line(second.name) == first.name and second.phone in ("", first.phone)
                expected = "one" if expected == "asked" and nothing_new else expected
            else:
                found = await by_one_file(first, second, at)
            assert found == expected, (how, first, second)
            made = 0 if how == "one file" and found != "two" else 2 if found == "two" else 1
            assert await Member.all().count() == before + made, (how, first, second)
            seen.add(f"{how}: {found}")
    assert len(seen) >= 6
