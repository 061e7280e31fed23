"""Importing the tree: every form of the file, every fault, moves, and life going on meanwhile."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bad_imports import FAULTS
from imports import (
    HANGZHOU,
    NOW,
    ORGANIZATIONS,
    dump,
    elsewhere,
    hangzhou_rows,
    ignore,
    organizations,
    refused,
    table,
    xlsx,
)
from world import World

import models
from models import Organization, sql
from models.clock import POINTS
from resolvers.imports import importing
from resolvers.imports.importing import ImportRefused, Report
from resolvers.session import Announcement
from resolvers.systems import ports
from rules.roles import Role

ROOT = Path(__file__).parents[2]
FORMS = {
    "utf-8.csv": lambda: HANGZHOU.read_bytes(),
    "bom.csv": lambda: HANGZHOU.read_text("utf-8").encode("utf-8-sig"),
    "gb18030.csv": lambda: HANGZHOU.read_text("utf-8").encode("gb18030"),
    "hangzhou.xlsx": lambda: xlsx(hangzhou_rows()),
    "numbers.xlsx": lambda: xlsx([int(cell) if cell.isdecimal() else cell for cell in row] for row in hangzhou_rows()),
}


async def depths() -> dict[int, int]:
    found = await sql.rows("SELECT descendant_id, MAX(depth) AS depth FROM organization_paths GROUP BY descendant_id")
    return dict(Counter(one["depth"] for one in found))


async def assert_paths_follow_parents() -> None:
    """The slow twin of organization_paths and of root_id."""
    everyone = {one.id: one for one in await Organization.all()}
    expected = set()
    for start in everyone.values():
        one, depth = start, 0
        while True:
            expected.add((one.id, start.id, depth))
            if one.parent_id is None:
                break
            one, depth = everyone[one.parent_id], depth + 1
        assert start.root_id == one.id
    found = await models.OrganizationPath.all()
    assert {(one.ancestor_id, one.descendant_id, one.depth) for one in found} == expected
    assert len(found) == len(expected)
    assert {one.organization_id: one.root_id for one in await models.BoardVersion.all()} == {
        one.id: one.root_id for one in everyone.values()
    }


# ---------------------------------------------------------------- Hangzhou


# A form is read before the database is asked, so that each is read on one engine.
@pytest.mark.parametrize(
    ("engine", "form"), [*(("sqlite", form) for form in FORMS), ("postgres", "hangzhou.xlsx")], indirect=["engine"]
)
async def test_hangzhou_is_imported_from_every_form_and_again_changes_nothing(database: str, form: str) -> None:
    content = FORMS[form]()

    assert await organizations(content, form) == Report(3530, 0, 0)

    assert await depths() == {0: 1, 1: 13, 2: 196, 3: 3320}
    await assert_paths_follow_parents()
    root = await Organization.get(code="3301")
    assert (root.name, root.kind, root.parent_id) == ("杭州市", models.OrganizationKind.COMMITTEE, None)
    before = await dump()
    assert await organizations(content, form, NOW + timedelta(days=2)) == Report(0, 0, 3530)
    assert await dump() == before


async def test_a_new_root_has_its_clock_and_its_midnights(database: str) -> None:
    await organizations("1,,公司党委,COMMITTEE\n11,1,第一党支部,BRANCH")

    [clock] = await models.Clock.all()
    assert clock.time == NOW
    assert {one.kind for one in await models.Instant.filter(root_id=clock.root_id)} == {"MIDNIGHT", "FINAL"}
    assert {one.time_zone for one in await Organization.all()} == {"Asia/Shanghai"}


async def test_progress_begins_at_nothing_and_ends_complete(database: str) -> None:
    steps: list[tuple[int, int]] = []

    async def run() -> None:
        await importing.organizations(
            HANGZHOU.read_bytes(),
            "file.csv",
            now=lambda: NOW,
            ports=ports(),
            progress=lambda *step: steps.append(step),
        )

    await run()
    assert len(steps) > 5
    assert steps[0][0] == 0
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]
    steps.clear()
    await run()
    assert steps == [(3530, 3530)]


# ---------------------------------------------------------------- updates


async def test_an_update_takes_one_position_of_each_touched_root_and_says_so(world: World) -> None:
    company = await world.company()
    other = await world.company("QT")
    announced: list[Announcement] = []

    report = await importing.organizations(
        table(ORGANIZATIONS, "GS-3,GS,第三党支部,BRANCH", "GS-4,GS-3,小组,GROUP"),
        "file.csv",
        now=world.clock,
        ports=ports(announced.append),
        progress=ignore,
    )

    assert report == Report(2, 0, 0)
    clocks = {one.root_id: one for one in await models.Clock.all()}
    assert (clocks[company.root.id].position, clocks[company.root.id].tree) == (1, 1)
    assert clocks[other.root.id].position == 0
    assert [(one.root_id, one.version, one.boards.of(POINTS)) for one in announced if not one.in_public] == [
        (company.root.id, 1, {company.root.id})
    ]
    await assert_paths_follow_parents()


async def test_a_subtree_moves_with_all_that_hangs_below_it(world: World) -> None:
    company = await world.company()

    report = await organizations(
        "GS-1,GS-N,第一支部（新）,BRANCH\nGS-N,GS-J,新总支,党总支\nGS-J,GS,机关党总支,GENERAL_BRANCH"
    )

    assert report == Report(1, 1, 1)
    await assert_paths_follow_parents()
    group = (await models.organizations.lineages([company.group.id]))[company.group.id]
    assert [one.code for one in group] == ["GS", "GS-J", "GS-N", "GS-1", "GS-1-1"]
    assert group[3].name == "第一支部（新）"
    assert {one.changed for one in await models.BoardVersion.all() if one.organization_id != group[2].id} == {1}


async def test_two_organizations_change_places(world: World) -> None:
    company = await world.company()

    await organizations("GS-J-3,GS,机关第三党支部,BRANCH\nGS-J,GS-J-3,机关党总支,GENERAL_BRANCH")

    await assert_paths_follow_parents()
    line = (await models.organizations.lineages([company.general.id]))[company.general.id]
    assert [one.code for one in line] == ["GS", "GS-J-3", "GS-J"]


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize("fault", FAULTS)
async def test_one_bad_line_refuses_the_whole_file(world: World, fault: str) -> None:
    await world.company()
    lines, message = FAULTS[fault]

    found = await refused(organizations, f"{lines}\ngood,GS,好支部,BRANCH\nGS-2,GS,新名称,BRANCH")

    assert found[0].startswith(message)


async def test_a_missing_column_refuses_the_file(database: str) -> None:
    assert await refused(organizations, b"code,parent_code,name\n1,,A\n") == [
        'line 1: The column kind (类型) is missing; this line says "code", "parent_code", "name".'
    ]


async def test_every_fault_is_named_in_the_order_of_lines(database: str) -> None:
    found = await refused(organizations, "1,,公司党委,COMMITTEE\n2,9,B,BRANCH\n1,,C,PARTY\n4,4,,BRANCH")

    assert [one.partition(":")[0] for one in found] == [
        *("line 3, column B (parent_code)", "line 4, column D (kind)", "line 4, column A (code)"),
        *("line 5, column C (name)", "line 5, column B (parent_code)"),
    ]


# ---------------------------------------------------------------- meanwhile


async def test_what_changed_while_the_file_was_checked_is_checked_again(world: World, database: str) -> None:
    """The import reads the tree and waits for its lock; whoever has it hangs GS-2 below GS-1 and lets go."""
    company = await world.company()
    root, first, second = company.root.id, company.first.id, company.second.id
    begun: list[datetime] = []

    def now() -> datetime:  # asked for at the beginning of each attempt
        begun.append(world.clock())
        return begun[-1]

    async with elsewhere(database) as execute:
        await execute(f"UPDATE clocks SET position = position + 1, tree = position + 1 WHERE root_id = '{root}'")
        await execute(f"UPDATE organizations SET kind = kind WHERE id = '{root}'")
        await execute(f"UPDATE organizations SET parent_id = '{first}' WHERE id = '{second}'")
        await execute(f"UPDATE organization_paths SET depth = 2 WHERE descendant_id = '{second}' AND depth = 1")
        await execute(
            f"INSERT INTO organization_paths (ancestor_id, descendant_id, depth) VALUES ('{first}', '{second}', 1)"
        )
        content = table(ORGANIZATIONS, "GS-1,GS-2,第一党支部,BRANCH", "N,GS,新支部,BRANCH")
        importing_it = asyncio.create_task(
            importing.organizations(content, "file.csv", now=now, ports=ports(), progress=ignore)
        )
        await asyncio.sleep(1)
        assert not importing_it.done()

    with pytest.raises(ImportRefused, match="A cycle of parents"):
        await importing_it
    assert len(begun) == 2
    assert not await Organization.exists(code="N")
    await assert_paths_follow_parents()


async def test_two_imports_of_one_file_make_one_tree(database: str) -> None:
    reports = await asyncio.gather(*(organizations(HANGZHOU.read_bytes()) for _ in range(2)))

    assert sorted(reports, key=lambda report: report.created) == [Report(0, 0, 3530), Report(3530, 0, 0)]
    await assert_paths_follow_parents()


async def test_awards_go_on_while_another_process_imports(world: World, database: str, tmp_path: Path) -> None:
    world.clock.now = datetime.now(UTC)  # the other process has no other
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.ADMIN])
    file = tmp_path / "hangzhou.csv"
    file.write_text(HANGZHOU.read_text("utf-8").replace("3301,,", "3301,GS,", 1), "utf-8")
    environment = {**os.environ, "DATABASE_URL": database, "PYTHONPATH": str(ROOT)}
    child = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-c",
            "from app.commands.importing import import_app; import_app()",
            "organizations",
            str(file),
        ),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said = asyncio.create_task(child.communicate())

    waits: list[float] = []
    while not said.done():
        begun = time.perf_counter()
        await world.award(secretary, secretary, 1)
        waits.append(time.perf_counter() - begun)

    out, err = await said
    assert child.returncode == 0, err.decode()
    assert out.decode().endswith("3,530 created, 0 updated, 0 unchanged.\n")
    assert len(waits) > 20
    assert max(waits) < 5, "an import holds nobody up for long"
    clock = await models.Clock.get(root_id=company.root.id)
    entries = await models.PointsEntry.filter(root_id=company.root.id)
    assert len(entries) == len(waits)
    assert clock.position == len(waits) + 1, "one position for the import, one for each award"
    await assert_paths_follow_parents()
