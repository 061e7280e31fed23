"""`--check` says what would happen and writes nothing; a root's time zone comes by column, option and mutation (B6)."""

from __future__ import annotations

from typing import Any

import pytest
from imports import ORGANIZATIONS, dump, members, organizations, refused, table
from tree import REFUSED
from world import World

from models import Instant, Organization
from resolvers.imports.importing import Report
from rules.roles import Role

ZONED = (*ORGANIZATIONS, "时区")
UPDATE = f"""mutation ($input: UpdateOrganizationInput!) {{
  updateOrganization(input: $input) {{ {REFUSED}
    ... on UpdateOrganizationSuccess {{ organization {{ timeZone }} }}
    ... on InvalidInput {{ fields {{ path message }} }} }}
}}"""


# ---------------------------------------------------------------- --check


async def test_a_check_says_what_would_change_and_writes_nothing(world: World) -> None:
    await world.company()
    await members("GS-1,张伟,,13800138000,,zw\nGS-1,李娜,,,,\nGS-2,王芳,,,,wf")
    before = await dump()
    file = "GS-2,张伟,老张,13900139000,2021-07-01,zw\nGS-1,李娜,,,,\nGS-2,王芳,,13700137000,,wf\nGS-1,赵敏,,,,"

    report = await members(file, check=True)

    assert await dump() == before
    assert report == Report(1, 2, 1)
    assert report.preview
    assert report.preview.lines() == [
        'create 1: "赵敏" in "GS-1"',
        'change organization_code of 1: "张伟" in "GS-1" "GS-1" → "GS-2"',
        'change alias of 1: "张伟" in "GS-1" (empty) → "老张"',
        'change phone of 2: "张伟" in "GS-1" 138****8000 → 139****9000; "王芳" in "GS-2" (empty) → 137****7000',
        'change joined_on of 1: "张伟" in "GS-1" (empty) → "2021-07-01"',
    ]
    assert await members(file) == report
    again = await members(file, check=True)
    assert again == Report(0, 0, 4)
    assert again.preview
    assert again.preview.lines() == []


async def test_a_check_of_a_tree_names_its_changes_and_a_bad_line_all_the_same(world: World) -> None:
    await world.company()
    before = await dump()
    lines = "\n".join(f"N{number},GS,新支部,BRANCH" for number in range(7))

    report = await organizations(f"{lines}\nGS-2,GS-J,第二党支部（新）,BRANCH", check=True)

    assert report.preview
    assert report.preview.lines()[0].startswith('create 7: "N0" "新支部"; "N1" "新支部"; ')
    assert report.preview.lines()[0].endswith("; and 2 more")
    assert report.preview.lines()[1:] == [
        'change parent_code of 1: "GS-2" "GS" → "GS-J"',
        'change name of 1: "GS-2" "第二党支部" → "第二党支部（新）"',
    ]
    assert await dump() == before

    async def check(content: Any, name: str) -> Report:
        return await organizations(content, name, check=True)

    assert await refused(check, "x,nope,X,BRANCH") == [
        'line 2, column B (parent_code): The parent_code "nope" is neither in this file nor in the database.'
    ]


# ---------------------------------------------------------------- a root's time zone


async def zones() -> dict[str, str]:
    return {one.code: one.time_zone for one in await Organization.all()}


async def midnights(code: str) -> set[str]:
    root = await Organization.get(code=code)
    found = await Instant.filter(root_id=root.id, kind="MIDNIGHT", position=None)
    return {f"{one.at:%H:%M}" for one in found}


async def test_a_root_has_the_time_zone_of_its_column_or_of_the_option(database: str) -> None:
    first = table(ZONED, "1,,甲,党委,Asia/Urumqi", "11,1,乙,党支部,", "12,1,丙,党支部,Asia/Urumqi", "2,,丁,党委,")

    assert await organizations(first, time_zone="Europe/Berlin") == Report(4, 0, 0)

    assert await zones() == {"1": "Asia/Urumqi", "11": "Asia/Urumqi", "12": "Asia/Urumqi", "2": "Europe/Berlin"}
    assert (await midnights("1"), await midnights("2")) == ({"18:00"}, {"23:00"})
    assert await organizations(table(ORGANIZATIONS, "1,,甲,党委", "11,1,乙,党支部")) == Report(0, 0, 2)
    assert await organizations("2,,丁,党委", time_zone="Asia/Tokyo") == Report(0, 1, 0)
    assert ((await zones())["2"], await midnights("2")) == ("Asia/Tokyo", {"15:00"})


async def test_a_wrong_time_zone_is_named(database: str) -> None:
    lines = table(ZONED, "1,,甲,党委,Asia/Beijing", "2,,乙,党委,", "21,2,丙,党支部,Asia/Urumqi")
    assert await refused(organizations, lines) == [
        'line 2, column E (时区): The time zone "Asia/Beijing" is no IANA name such as Asia/Shanghai.',
        'line 4, column E (时区): The time zone of the root "2" holds for all below it; empty this cell.',
    ]


async def test_a_time_zone_stays_once_points_are_recorded(world: World) -> None:
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.ADMIN])
    assert await organizations("GS,,公司党委,COMMITTEE", time_zone="Asia/Urumqi") == Report(0, 1, 0)
    assert set((await zones()).values()) == {"Asia/Urumqi"}
    await world.award(secretary, secretary, 1)

    async def elsewhere(content: Any, name: str) -> Report:
        return await organizations(content, name, time_zone="Asia/Tokyo")

    assert await refused(elsewhere, "GS,,公司党委,COMMITTEE") == [
        'line 2: The time zone of "GS" is Asia/Urumqi and stays: days and months are recorded by it.'
    ]


async def ask(world: World, by: Any, which: Organization, zone: str) -> dict[str, Any]:
    wanted = {"organizationId": world.id(which), "timeZone": zone}
    return (await world.ask(by, UPDATE, input=wanted))["updateOrganization"]


async def test_a_mutation_changes_a_roots_time_zone_while_nothing_is_recorded(world: World) -> None:
    company = await world.company()
    admin = await world.member("王芳", at=company.root, roles=[Role.ADMIN])
    secretary = await world.member("李强", at=company.root, roles=[Role.SECRETARY])

    assert (await ask(world, secretary, company.root, "Asia/Urumqi"))["__typename"] == "NotAllowed"
    for which, zone in ((company.first, "Asia/Urumqi"), (company.root, "Asia/Beijing")):
        answer = await ask(world, admin, which, zone)
        assert answer["__typename"] == "InvalidInput"
        assert answer["fields"][0]["path"] == ["timeZone"]
    answer = await ask(world, admin, company.root, "Asia/Urumqi")
    assert answer["organization"] == {"timeZone": "Asia/Urumqi"}
    assert set((await zones()).values()) == {"Asia/Urumqi"}
    assert await midnights("GS") == {"18:00"}

    await world.award(admin, admin, 1)
    answer = await ask(world, admin, company.root, "Asia/Tokyo")
    assert answer["__typename"] == "InvalidInput"
    assert "recorded" in answer["fields"][0]["message"]
    assert set((await zones()).values()) == {"Asia/Urumqi"}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_an_unknown_time_zone_of_the_option_is_refused(database: str) -> None:
    async def nowhere(content: Any, name: str) -> Report:
        return await organizations(content, name, time_zone="Nowhere")

    assert await refused(nowhere, "1,,甲,党委") == ['"Nowhere" is no IANA time zone such as Asia/Shanghai.']
