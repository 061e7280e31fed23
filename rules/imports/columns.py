"""The columns that an import reads, and what their headings may say."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.imports.spreadsheets import Column, ImportRefused, LineFault, Place, clean, letters_of, shown

HEADING_WITHIN = 50  # lines: what stands above a table is a title and a few remarks


@dataclass(frozen=True, slots=True)
class Wanted:
    """words: what its heading may say beside its name. weak: what counts only where nothing better is there.
    days: it holds dates. fills: a value merged over several lines is that of each of them."""

    words: Sequence[str]
    weak: Sequence[str] = ()
    days: bool = False
    optional: bool = False
    fills: bool = False


Columns = Mapping[str, Wanted]
"""By name."""

ORGANIZATIONS: Columns = {
    "code": Wanted(
        (
            "编码",
            "代码",
            "组织编码",
            "组织代码",
            "党组织编码",
            "党组织代码",
            "组织编号",
            "organization code",
            "organisation code",
        ),
        weak=("编号", "支部编码", "支部代码"),
    ),
    "parent_code": Wanted(
        (
            "上级编码",
            "上级代码",
            "上级组织编码",
            "上级组织代码",
            "上级党组织编码",
            "上级党组织代码",
            "上级编号",
            "上级组织编号",
        ),
        weak=("上级组织", "上级党组织", "parent"),
        fills=True,
    ),
    "name": Wanted(
        ("名称", "组织名称", "党组织名称", "组织全称", "党组织全称", "organization name", "organisation name"),
        weak=("全称", "组织", "党组织"),
    ),
    "kind": Wanted(
        ("类型", "组织类型", "党组织类型", "组织类别", "党组织类别", "organization kind", "type"), fills=True
    ),
    "time_zone": Wanted(("时区", "timezone"), optional=True, fills=True),
}
MEMBERS: Columns = {
    "organization_code": Wanted(
        (
            *(
                "组织编码",
                "组织代码",
                "党组织编码",
                "党组织代码",
                "组织编号",
                "支部编码",
                "支部代码",
                "党支部编码",
                "党支部代码",
            ),
            *(
                "所在组织编码",
                "所属组织编码",
                "所在支部编码",
                "所属支部编码",
                "所在党支部编码",
                "organisation code",
                "org code",
            ),
        ),
        weak=(
            "所在支部",
            "所在党支部",
            "所属支部",
            "所属党支部",
            "所在组织",
            "所属组织",
            "所在党组织",
            "所属党组织",
            "支部",
        ),
        fills=True,
    ),
    "name": Wanted(("姓名", "党员姓名", "full name"), weak=("名字", "member")),
    "alias": Wanted(("别名", "昵称", "显示名", "nickname", "display name")),
    "phone": Wanted(
        ("手机", "手机号", "手机号码", "移动电话", "mobile", "mobile phone", "mobile number", "phone number"),
        weak=("电话", "电话号码", "联系电话", "联系方式", "telephone"),
    ),
    "joined_on": Wanted(
        (
            "入党日期",
            "入党时间",
            "加入党组织日期",
            "加入党组织时间",
            "加入中共日期",
            "加入中共时间",
            "date joined",
            "join date",
        ),
        weak=("joined",),
        days=True,
    ),
    "login": Wanted(
        ("登录名", "登陆名", "登录账号", "登录帐号", "login name", "username", "user name"),
        weak=("账号", "帐号", "用户名"),
    ),
}

MARKS = re.compile(r"^[*＊※★\s]+|[*＊※★\s:]+$")
REMARK = re.compile(r"\s*[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]\s*")
HARMLESS = re.compile(
    r"\*|.*(?:必填|必须|必需|选填|可选|可不填|非必|可空|格式|唯一|不超过|位|数字|年|文本|如|例|required|optional|mandatory|yyyy|format).*|",
    re.IGNORECASE | re.DOTALL,
)
BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


def key(heading: str) -> str:
    """The same for `* 姓　名（必填）` and `姓名`, for `Parent Code` and `parent_code`."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    text = REMARK.sub(lambda found: " " if HARMLESS.fullmatch(found[1]) else found[0], text)
    text = MARKS.sub("", BETWEEN_HAN.sub("", text))
    return "_".join(MARKS.sub("", text).replace("_", " ").replace("-", " ").split())


@dataclass(frozen=True, slots=True)
class Heading:
    """at: in the records that were looked at. places: of each column found, where its cells are. unused: columns that
    nobody asked for."""

    at: int
    line: int
    places: Mapping[str, int]
    place: Place
    unused: Mapping[int, Column]


Line = tuple[int, Mapping[int, str]]
"""A line's number, and its texts by column."""


def find(lines: Sequence[Line], columns: Columns, sheet: str | None) -> Heading:
    """The first line on which every needed column stands once; ImportRefused says what the most likely one lacks."""
    best: tuple[int, ImportRefused] | None = None
    for at, (line, cells) in enumerate(lines[:HEADING_WITHIN]):
        found = meanings(cells, columns)
        if faults := list(_faults(line, cells, found, columns, sheet)):
            known = sum(bool(places) for places in found.values())
            if best is None or known > best[0]:
                best = known, ImportRefused(faults)
            continue
        places = {name: places[0] for name, places in found.items() if places}
        named = {at: Column(letters_of(at), text) for at, text in cells.items()}
        place = Place(sheet, {name: named[at] for name, at in places.items()})
        return Heading(at, line, places, place, {at: one for at, one in named.items() if at not in places.values()})
    if best is None:
        needed = ", ".join(name for name, wanted in columns.items() if not wanted.optional)
        what = "The file is empty" if sheet is None else "The sheet is empty"
        raise ImportRefused([LineFault(None, f"{what}: it needs a first line with the columns {needed}.", sheet)])
    raise best[1]


def meanings(cells: Mapping[int, str], columns: Columns) -> dict[str, list[int]]:
    """Of each column, where its heading stands."""
    keys = {at: key(text) for at, text in cells.items()}
    found: dict[str, list[int]] = {}
    for name, wanted in columns.items():
        words = {key(word) for word in (name, *wanted.words)}
        weak = {key(word) for word in wanted.weak}
        places = [at for at, said in keys.items() if said in words]
        found[name] = places or [at for at, said in keys.items() if said in weak]
    return found


def known(cells: Iterable[str], columns: Columns) -> int:
    """How many of the columns have a heading among these texts."""
    return sum(bool(places) for places in meanings(dict(enumerate(map(clean, cells))), columns).values())


def _faults(
    line: int, cells: Mapping[int, str], found: Mapping[str, Sequence[int]], columns: Columns, sheet: str | None
) -> Iterable[LineFault]:
    for name, places in found.items():
        if len(places) > 1:
            where = ", ".join(f"{letters_of(at)} {shown(cells[at])}" for at in places)
            yield LineFault(line, f"The column {name} stands here {len(places)} times ({where}); keep one.", sheet)
    here = ", ".join(shown(cells[at]) for at in sorted(cells)[:12])
    for name, wanted in columns.items():
        if not found[name] and not wanted.optional:
            said = f"The column {name} ({wanted.words[0]}) is missing; this line says {here}."
            yield LineFault(line, said, sheet)
