"""Importing members: their places and accounts, every fault, and files that are not what they seem."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from imports import MEMBERS, NOW, ORGANIZATIONS, dump, hangzhou_rows, members, organizations, refused, table, xlsx
from tortoise.exceptions import IntegrityError
from world import World

import models
from models import Account, Member, Membership
from models.clock import POINTS
from resolvers.imports import importing
from resolvers.imports.importing import ImportRefused, Report
from resolvers.session import Announcement
from resolvers.systems import ports
from rules.imports import columns, file_kinds, packages
from rules.imports.matching_members import Namesakes

TWO = "GS-1,张伟,老张,138-0013-8000,2021/7/1,ZhangWei\nGS-2,李娜,,,,"


# ---------------------------------------------------------------- made


async def test_members_come_with_their_place_and_an_account_without_a_password(world: World) -> None:
    company = await world.company()
    announced: list[Announcement] = []

    report = await importing.members(
        table(MEMBERS, TWO), "m.csv", now=world.clock, ports=ports(announced.append), progress=lambda *_: None
    )

    assert report == Report(2, 0, 0)
    zhang = await Member.get(name="张伟")
    assert (zhang.root_id, zhang.organization_id, zhang.active) == (company.root.id, company.first.id, True)
    assert (zhang.alias, zhang.phone, zhang.joined_on) == ("老张", "13800138000", date(2021, 7, 1))
    membership = await Membership.get(member_id=zhang.id)
    assert (membership.organization_id, membership.from_at, membership.to_at) == (company.first.id, NOW, None)
    [account] = await Account.all()
    assert (account.login, account.member_id, account.password_hash) == ("zhangwei", zhang.id, None)
    assert [(one.version, one.boards.of(POINTS)) for one in announced if not one.in_public] == [
        (1, {company.root.id, company.first.id, company.second.id})
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "xlsx"])
async def test_the_same_file_again_changes_nothing(world: World, encoding: str) -> None:
    await world.company()
    zhang, li = (line.split(",") for line in TWO.splitlines())
    day = datetime(2021, 7, 1)  # noqa: DTZ001 (as spreadsheets keep it)
    rows: list[list[object]] = [[*MEMBERS], [*zhang[:4], day, zhang[5]], [*li]]
    content = xlsx(rows) if encoding == "xlsx" else table(MEMBERS, TWO).decode().encode(encoding)

    assert await members(content) == Report(2, 0, 0)
    before = await dump()
    assert await members(content, at=NOW + timedelta(days=1)) == Report(0, 0, 2)
    assert await dump() == before


async def test_a_phone_kept_as_a_number_is_read_whole(world: World) -> None:
    await world.company()

    await members(xlsx([MEMBERS, ["GS-1", "张伟", None, 13800138000, 44378, None]]))

    [zhang] = await Member.all()
    assert (zhang.phone, zhang.joined_on) == ("13800138000", date(2021, 7, 1))


# ---------------------------------------------------------------- updates


async def test_a_member_moves_is_renamed_and_gets_a_login(world: World) -> None:
    company = await world.company()
    await members("GS-1,张伟,,13800138000,,zw\nGS-2,李娜,,13900139000,,")
    later = NOW + timedelta(hours=1)

    report = await members("GS-2,张伟,老张,,2021-07-01,zw\nGS-2,李娜,,13900139000,,ln", at=later)

    assert report == Report(0, 2, 0)
    zhang = await Member.get(name="张伟")
    assert (zhang.organization_id, zhang.alias, zhang.phone) == (company.second.id, "老张", "13800138000")
    stays = await Membership.filter(member_id=zhang.id).order_by("from_at")
    assert [(one.organization_id, one.from_at, one.to_at) for one in stays] == [
        (company.first.id, NOW, later),
        (company.second.id, later, None),
    ]
    assert {one.login for one in await Account.all()} == {"zw", "ln"}
    assert (await models.Clock.get(root_id=company.root.id)).position == 2
    assert {one.changed for one in await models.BoardVersion.all()} == {2}


async def test_what_boards_do_not_show_takes_no_position(world: World) -> None:
    company = await world.company()
    await members("GS-1,张伟,,,,zw")

    assert await members("GS-1,张伟,,13800138000,2021-07-01,zw") == Report(0, 1, 0)

    assert (await models.Clock.get(root_id=company.root.id)).position == 1


async def test_who_left_stays_away(world: World) -> None:
    company = await world.company()
    zhang = await world.member("张伟", at=company.first, login="zw")
    async with models.database.transaction():
        await models.members.set_active(await Member.get(id=zhang.id), False, world.clock.now)

    assert await members("GS-2,张伟,,,,zw") == Report(0, 1, 0)

    assert not (await Member.get(id=zhang.id)).active
    assert not await Membership.exists(member_id=zhang.id, to_at=None)


async def test_an_import_goes_by_the_same_identity_as_the_api(world: World) -> None:
    """What createMember refuses as the same person is no second row here either: in another branch, in another
    spelling of name and phone, in one file or two."""
    company = await world.company()
    await members("GS-1,阿依·古丽,,13800138000,,\nGS-2,张伟,,,,")
    before = await dump()

    again = await refused(members, "GS-1,阿依•古丽,,+86 138 0013 8000,,\nGS-2,阿依·古丽,,13800138000,,")
    assert again == ['line 3, column B (name): "阿依·古丽" with this phone is on line 2 already; keep one of the two.']
    [asked] = await refused(members, "GS-2,张　伟,,13900139000,,")
    assert asked.startswith('line 2, column B (name): Is this "张 伟" the one whom "GS-2" has already?')
    assert await dump() == before

    assert await members("GS-2,阿依•古丽,,１３８００１３８０００,,", at=NOW + timedelta(hours=1)) == Report(0, 1, 0)
    assert await Member.filter(root_id=company.root.id).count() == 2
    moved = await Member.get(name="阿依•古丽")
    assert moved.organization_id == company.second.id
    same = await importing.members(
        table(MEMBERS, "GS-2,张　伟,,13900139000,,"),
        "m.csv",
        now=world.clock,
        ports=ports(),
        progress=lambda *_: None,
        namesakes=Namesakes.SAME,
    )
    assert same == Report(0, 1, 0)


async def test_an_imported_name_wins_over_an_older_alias(world: World) -> None:
    company = await world.company()
    await members("GS-1,张伟,李娜,,,zw\nGS-2,李强,,,,lq")
    assert [(one.name, one.alias) for one in await Member.filter(alias="李娜")] == [("张伟", "李娜")]

    assert await members("GS-2,李　娜,,,,ln", at=NOW + timedelta(hours=1)) == Report(1, 0, 0)

    zhang = await Member.get(name="张伟")
    assert (zhang.alias_set_aside, zhang.display_name[:4]) == ("李娜", "别名待定")
    assert zhang.organization_id == company.first.id
    assert await refused(members, "GS-1,张伟,李娜,,,zw") == [
        'line 2, column C (alias): The alias "李娜" looks like a name that another member shows; choose another.'
    ]
    await members("GS-1,张伟,老张,,,zw", at=NOW + timedelta(hours=2))
    again = await Member.get(name="张伟")
    assert (again.alias_set_aside, again.display_name) == (None, "老张")


# ---------------------------------------------------------------- faults

FAULTS = {
    "an unknown organization": ("nope,王芳,,,,", "line 2, column A (organization_code): There is no organization"),
    "a bad date": ("GS-1,王芳,,,2021-02-30,", "line 2, column E (joined_on): The date"),
    "a bad phone": ("GS-1,王芳,,12,,", "line 2, column D (phone): The phone"),
    "a missing name": ("GS-1,,,,,", "line 2, column B (name): name is missing"),
    "a login twice in the file": ("GS-1,王芳,,,,wf\nGS-1,赵敏,,,,WF", "line 3, column F (login): The login"),
    "a login of somebody elsewhere": ("GS-2,王芳,,,,zw", "line 2, column F (login): The login"),
    "a login of an operator": ("GS-1,王芳,,,,boss", "line 2, column F (login): The login"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_one_bad_line_refuses_the_whole_file(world: World, fault: str) -> None:
    company = await world.company()
    await world.member("张伟", at=company.first, login="zw")
    await Account.create(login="boss", created_at=NOW)
    lines, message = FAULTS[fault]

    found = await refused(members, f"{lines}\nGS-1,李娜,,,,\nGS-1,张伟,老张,,,zw")

    assert found[0].startswith(message)


async def test_a_broken_unique_means_check_again_and_in_the_end_a_sentence(world: World) -> None:
    await world.company()
    attempts: list[datetime] = []

    def now() -> datetime:
        attempts.append(NOW)
        return NOW

    def stumble(done: int, _total: int) -> None:
        if done:
            raise IntegrityError("somebody took the login after it was checked")

    before = await dump()
    with pytest.raises(ImportRefused, match="Import it again"):
        await importing.members(table(MEMBERS, TWO), "m.csv", now=now, ports=ports(), progress=stumble)
    assert len(attempts) == importing.ATTEMPTS
    assert await dump() == before


# ---------------------------------------------------------------- files that are not what they seem


def packed(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


def changed(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A good XLSX with one part of it changed."""
    old = io.BytesIO(xlsx([ORGANIZATIONS, ["1", "", "A", "BRANCH"]]))
    with zipfile.ZipFile(old) as package:
        parts = {part: package.read(part) for part in package.namelist()}
    parts[name] = change(parts[name])
    return packed(**parts)


SHEET = "xl/worksheets/sheet1.xml"
WRONG_FILES = {
    "a text called XLSX": (b"code,parent_code,name,kind\n", "The file is called XLSX and is none"),
    "an old or protected workbook": (file_kinds.OLE + b"...", "protected by a password or is an old XLS"),
    "half a file": (xlsx(hangzhou_rows())[:20_000], "cannot be read as XLSX"),
    "another archive": (packed(**{"a.txt": b"a"}), "a ZIP archive that holds no workbook"),
    "a bomb": (packed(**{SHEET: b"0" * (packages.MOST_UNPACKED + 1)}), "unpacks to 200 MB"),
    "a bomb of styles": (packed(**{"xl/styles.xml": b"0" * (packages.MOST_OF_A_PART + 1)}), "is too big"),
    "many parts": (packed(**{f"xl/{number}.xml": b"" for number in range(packages.MOST_PARTS + 1)}), "2,001 parts"),
    "entities": (changed(SHEET, lambda xml: b'<!DOCTYPE a [<!ENTITY b "c">]>' + xml), "declares XML entities"),
    "a row far below": (changed(SHEET, lambda xml: xml.replace(b'r="2"', b'r="9000000"')), "a sheet has 1,048,576"),
    "no sheet": (
        changed("xl/workbook.xml", lambda xml: xml.replace(b"<sheets>", b"<x>").replace(b"</sheets>", b"</x>")),
        "",
    ),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("wrong", WRONG_FILES)
async def test_a_wrong_file_is_refused_with_a_sentence(database: str, wrong: str) -> None:
    content, message = WRONG_FILES[wrong]

    [fault] = await refused(organizations, content, "file.xlsx")

    assert message in fault


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_sheet_that_claims_to_be_huge_is_read_as_it_is(database: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx([ORGANIZATIONS, ["1", "", "A", "BRANCH"]])))
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as package:
        parts = {part: package.read(part) for part in package.namelist()}
    assert b'ref="A1:D2"' in parts[SHEET]
    parts[SHEET] = parts[SHEET].replace(b'ref="A1:D2"', b'ref="A1:XFD1048576"')

    assert await organizations(packed(**parts)) == Report(1, 0, 0)


WORKBOOK = xlsx([ORGANIZATIONS, ["1", "", "A", "BRANCH"], ["2", "1", "B", "党小组"]])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([WORKBOOK, table(ORGANIZATIONS, "1,,A,BRANCH", "2,1,乙,党小组"), b""]),
    st.lists(st.tuples(st.integers(0), st.binary(max_size=4), st.integers(0, 6)), max_size=4),
)
def test_mutated_files_raise_nothing_else(content: bytes, cuts: list[tuple[int, bytes, int]]) -> None:
    for place, put, drop in cuts:
        at = place % (len(content) + 1)
        content = content[:at] + put + content[at + drop :]
    for name, wanted in (("a.csv", columns.ORGANIZATIONS), ("a.xlsx", columns.MEMBERS)):
        try:
            importing.read(content, name, wanted)
        except ImportRefused as refusal:
            assert str(refusal)  # noqa: PT017 (not every file is refused)
