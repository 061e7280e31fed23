"""What a file is, which sheet, which line is the heading, which encoding: C6 and C7, with their siblings."""

import io
import zipfile

import pytest
from workbooks_made import HEADING, line, people, sheet, workbook

from rules.imports import workbooks
from rules.imports.columns import MEMBERS, ORGANIZATIONS, key, meanings
from rules.imports.csv_tables import read_csv
from rules.imports.encodings import decoded
from rules.imports.file_kinds import OLE, FileKind, kind_of
from rules.imports.spreadsheets import ImportRefused, Table

GOOD = ("B2", "张三", "", "", "", "")
OTHER = sheet(line("党委"), line("党支部"))
CSV = ",".join(HEADING) + "\n"


def names(table: Table) -> list[str]:
    return [row.cells["name"] for row in table.rows]


def refused(content: bytes) -> str:
    with pytest.raises(ImportRefused) as caught:
        workbooks.read(content, MEMBERS)
    return "\n".join(caught.value.printed("名册.xlsx"))


# ---------------------------------------------------------------- which sheet


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_passed_over_and_said(state: str) -> None:
    found = workbooks.read(workbook(people(line(*GOOD)), people(line("B2", "李四")), states=(state,)), MEMBERS)
    assert names(found) == ["李四"]
    assert 'Sheet "第2页" is read: the first visible sheet with the needed headings.' in found.notes
    assert 'Not read: hidden sheet "第1页".' in found.notes


def test_the_first_visible_sheet_that_fits_is_read_and_the_others_are_named() -> None:
    found = workbooks.read(workbook(OTHER, people(line(*GOOD)), people(line("B2", "李四"))), MEMBERS)
    assert names(found) == ["张三"]
    assert 'Not read, although it would fit: sheet "第3页".' in found.notes
    assert 'Not read: sheet "第1页", without the needed headings.' in found.notes


def test_a_sheet_of_a_chart_is_no_table() -> None:
    assert names(workbooks.read(workbook("", people(line(*GOOD)), kinds=("chartsheet",)), MEMBERS)) == ["张三"]


def test_where_no_sheet_fits_the_nearest_is_told_and_a_hidden_one_named() -> None:
    said = refused(workbook(OTHER, people(line(*GOOD)), states=("visible", "hidden")))
    assert '名册.xlsx, sheet "第1页", line 1: The column organization_code (组织编码) is missing' in said
    assert 'The hidden sheet "第2页" would fit; unhide it.' in said
    assert "Every sheet of the workbook is hidden" in refused(workbook(people(), states=("hidden",)))


def test_strict_files_are_read_alike() -> None:
    assert names(workbooks.read(workbook(people(line(*GOOD)), strict=True), MEMBERS)) == ["张三"]


def test_hidden_and_filtered_lines_and_columns_count_and_are_said() -> None:
    inner = people(line(*GOOD, attributes='hidden="1"'), before='<cols><col min="4" max="4" hidden="1"/></cols>')
    found = workbooks.read(workbook(inner), MEMBERS)
    assert names(found) == ["张三"]
    assert "Read although hidden or filtered out: line 2." in found.notes
    assert "Read although hidden: column D." in found.notes


# ---------------------------------------------------------------- which line is the heading


def test_a_heading_is_found_below_titles_and_above_remarks() -> None:
    lines = [
        line("第二党支部党员花名册"),
        line("填报单位：公司", "", "2026年"),
        line(*HEADING, "备注"),
        line(*GOOD, "x"),
    ]
    remarks = [line("注：本表一式两份"), line("以上共一人")]
    inner = sheet(*lines, *remarks, after='<mergeCells><mergeCell ref="A6:F6"/></mergeCells>')
    found = workbooks.read(workbook(inner), MEMBERS)
    assert names(found) == ["张三"]
    assert found.notes[1:] == [
        "The heading is line 3.",
        "Not read: lines 1, 2, above the heading.",
        'Not read: column G ("备注").',
        "Not read: lines 5, 6, a remark alone.",
    ]


def test_a_heading_of_two_lines_is_read_on_both() -> None:
    above = line("组织编码", "姓名", "基本情况", "", "", "登录名")
    below = line("", "", "别名", "手机", "入党日期", "")
    merges = "".join(f'<mergeCell ref="{one}"/>' for one in ("A1:A2", "B1:B2", "C1:E1", "F1:F2"))
    found = workbooks.read(
        workbook(sheet(above, below, line(*GOOD), after=f"<mergeCells>{merges}</mergeCells>")), MEMBERS
    )
    assert names(found) == ["张三"]


@pytest.mark.parametrize(
    ("written", "column"),
    [
        *(("*姓名", "name"), ("姓名（必填）", "name"), ("姓　名", "name"), ("姓名*", "name"), ("姓名：", "name")),
        *(("手机号码", "phone"), ("联系电话", "phone"), ("Mobile Phone", "phone"), ("手机号(11位数字)", "phone")),
        *(("入党时间", "joined_on"), ("入党日期（格式：2021-07-01）", "joined_on"), ("JOINED ON", "joined_on")),
        *(
            ("所在支部", "organization_code"),
            ("*组织编码", "organization_code"),
            ("Organization Code", "organization_code"),
        ),
        *(("登录账号", "login"), ("昵称", "alias"), ("姓\n名", "name")),
        *(("姓名（拼音）", None), ("转正时间", None), ("性别", None)),
    ],
)
def test_usual_headings_are_known(written: str, column: str | None) -> None:
    found = [name for name, places in meanings({0: written}, MEMBERS).items() if places]
    assert found == ([column] if column else [])


def test_a_better_heading_wins_and_two_alike_are_refused() -> None:
    found = meanings({0: "组织编码", 1: "所在支部", 2: "手机", 3: "联系电话", 4: "手机号码"}, MEMBERS)
    assert (found["organization_code"], found["phone"]) == ([0], [2, 4])
    assert key("（选填）*手 机") == key("手机")


def test_a_title_above_a_csv_does_not_hide_its_separator() -> None:
    table = read_csv(f"花名册，2026\n\n{CSV.replace(',', ';')}B2;张三;;;;\n".encode(), MEMBERS)
    assert names(table) == ["张三"]
    assert table.notes[1] == "The heading is line 3."


@pytest.mark.parametrize(
    ("hint", "mark"), [("sep=,", ","), ("sep=;", ";"), ("SEP=|", "|"), ('"sep=;"', ";"), ("sep=\t", "\t")]
)
def test_the_hint_of_a_separator_is_no_line_of_the_table(hint: str, mark: str) -> None:
    [row] = read_csv(f"{hint}\r\n{CSV.replace(',', mark)}B2{mark}张三{mark * 4}\n".encode(), MEMBERS).rows
    assert (row.line, row.cells["name"]) == (3, "张三")


# ---------------------------------------------------------------- which encoding

SURE = [("utf-8", 3), ("utf-8-sig", 3), ("utf-16", 3), ("utf-32", 3), ("gb18030", 3)]


@pytest.mark.parametrize(("encoding", "count"), SURE)
@pytest.mark.parametrize("name", ["张三", "欧阳娜娜", "朱镕基", "龚喆堃", "𠮷䶮镇", "李白"])
def test_what_is_surely_known_is_read(encoding: str, count: int, name: str) -> None:
    assert names(read_csv((CSV + f"B2,{name},,,,\n" * count).encode(encoding), MEMBERS)) == [name] * count


UNSURE = {
    "big5": ["陳大文", "漢明德", "李白", "王小明", "林志玲", "張三", "第一支部"],
    "euc_kr": ["김철수", "김철수 박영희 이민수"],
    "shift_jis": ["山田太郎"],
    "euc_jp": ["鈴木一郎", "田中 花子"],
    "latin-1": ["Müller", "José García", "Müller Straße Öl"],
    "koi8-r": ["Привет"],
    "utf-16-le": ["张三"],
    "gb18030": ["\ue000\ue001", "罔"],
}


@pytest.mark.parametrize(("encoding", "name"), [(encoding, name) for encoding, all_ in UNSURE.items() for name in all_])
def test_where_a_guess_is_not_sure_the_file_is_refused(encoding: str, name: str) -> None:
    with pytest.raises(ImportRefused, match="Save the table as CSV UTF-8 or as XLSX"):
        decoded((CSV + f"B2,{name},,,,\n").encode(encoding))


def test_text_that_was_spoilt_before_is_named() -> None:
    for encoding in ("latin-1", "gb18030"):
        spoilt = "张三四五".encode().decode(encoding)
        with pytest.raises(ImportRefused, match=r'line 2: .* was "张三四五" before'):
            decoded((CSV + f"B2,{spoilt},,,,\n").encode())
    for lost in ("\ufffd三", "锟斤拷"):
        with pytest.raises(ImportRefused, match="could not read"):
            decoded((CSV + f"B2,{lost},,,,\n").encode())
    with pytest.raises(ImportRefused, match="line 3: The file is UTF-8 text, but on this line"):
        decoded((CSV + "B2,张三四五六,,,,\n").encode() + "B2,李,,,,\n".encode("gb18030"))


@pytest.mark.parametrize("name", ["Ä", "José", "Müller", "Œuvre", "Ôstrov", "Ирина", "김철수", "中", "阿·买买提"])
def test_names_of_other_scripts_in_utf_8_are_not_taken_for_spoilt(name: str) -> None:
    assert names(read_csv((CSV + f"B2,{name},,,,\n").encode(), MEMBERS)) == [name]


# ---------------------------------------------------------------- what a file is


def packed(*files: str, mimetype: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("mimetype", mimetype)
        for one in files:
            package.writestr(one, "")
    return file.getvalue()


def stream(name: str) -> bytes:
    return OLE + bytes(600) + name.encode("utf-16-le")


KINDS = {
    "empty": (b"", "a.csv", "is empty"),
    "html": (b"<html><table><tr><td>a</td></tr></table></html>", "a.xls", "an HTML page in spite of its name (.xls)"),
    "html with a mark": ("\ufeff<!DOCTYPE html>\n<p>".encode("utf-16"), "a.xls", "an HTML page"),
    "mhtml": (b"MIME-Version: 1.0\nContent-Type: multipart/related", "a.xls", "a web archive"),
    "xml of 2003": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "a.xls",
        "of 2003",
    ),
    "biff": (stream("Workbook"), "a.xls", "an old XLS or ET workbook"),
    "old biff": (b"\x09\x04\x06\x00\x00\x00", "a.xls", "a very old XLS workbook"),
    "encrypted": (stream("EncryptedPackage"), "a.xlsx", "protected by a password"),
    "doc": (stream("WordDocument"), "a.xls", "an old Word document"),
    "xlsb": (packed("xl/workbook.bin"), "a.xlsb", "a binary workbook (XLSB)"),
    "ods": (packed("content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet"), "a.ods", "OpenDocument"),
    "numbers": (packed("Index/Document.iwa"), "a.numbers", "Apple's Numbers"),
    "docx": (packed("word/document.xml"), "a.xlsx", "a Word document"),
    "zip": (packed("a/名册.xlsx"), "a.zip", "unpack it"),
    "other zip": (packed("a.txt"), "a.csv", "holds no workbook"),
    "pdf": (b"%PDF-1.7\n", "a.csv", "a PDF in spite of its name (.csv)"),
    "png": (b"\x89PNG\r\n\x1a\n", "a.xlsx", "a picture (PNG)"),
    "jpeg": (b"\xff\xd8\xff\xe0", "a", "a picture (JPEG)"),
    "gzip": (b"\x1f\x8b\x08", "a.csv", "a gzip archive"),
    "json": (b'[{"code": 1}]', "a.csv", "JSON"),
    "text": (b"code,name\n", "a.xlsx", "called XLSX and is none"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_named_for_what_it_is(kind: str) -> None:
    content, name, said = KINDS[kind]
    with pytest.raises(ImportRefused) as caught:
        kind_of(content, name)
    assert said in str(caught.value)


def test_what_a_file_holds_decides_and_not_its_name() -> None:
    assert kind_of(workbook(people()), "a.csv") is FileKind.XLSX
    assert kind_of(CSV.encode(), "a.xls") is FileKind.CSV
    assert kind_of("BM支部,名称\n".encode(), "a.csv") is FileKind.CSV


def test_cells_beside_a_sheets_table_are_left_and_those_of_a_csv_refused() -> None:
    found = workbooks.read(workbook(people(line(*GOOD, "", "看这里"))), MEMBERS)
    assert names(found) == ["张三"]
    assert "Not read: column H, which has no heading." in found.notes
    with pytest.raises(ImportRefused, match="line 2: 7 cells under 6 headings"):
        read_csv((CSV + "B2,张三,,,,,x\n").encode(), MEMBERS)


def test_what_claims_to_be_small_is_bounded_when_it_is_read() -> None:
    cells = "<c/>" * 20_000
    assert "more than 16,384 columns" in refused(workbook(sheet(f"<row>{cells}</row>")))
    with pytest.raises(ImportRefused, match="XML entities"):
        workbooks.read(workbook(people(), book="<x/>", doctype="<!DOCTYPE a>"), ORGANIZATIONS)
