"""A cell's type is judged before it becomes text: C1 to C5 and C8, with their siblings."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbooks_made import HEADING, line, people, places, workbook

from rules.imports import cells, workbooks
from rules.imports.cells import as_day, as_text, unescaped
from rules.imports.columns import MEMBERS, ORGANIZATIONS, Columns
from rules.imports.number_formats import display
from rules.imports.spreadsheets import ImportRefused, Table


def read(content: bytes, columns: Columns = MEMBERS) -> Table:
    return workbooks.read(content, columns)


def faults(content: bytes, columns: Columns = MEMBERS) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        read(content, columns)
    return caught.value.printed("名册.xlsx")


def one(cell: str, column: str = "organization_code", **options: str) -> str:
    """What a single cell is read as, in a line that is good otherwise."""
    given = [cell if name == column else {"organization_code": "B2", "name": "张三"}.get(name, "") for name in HEADING]
    [row] = read(workbook(people(line(*given)), **options)).rows  # pyright: ignore[reportArgumentType]
    return row.cells[column]


# ---------------------------------------------------------------- C1 errors

ERRORS = (
    *(
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "#FIELD!",
    ),
    *("#n/a", "＃N/A", "Err:502", "########"),
)


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_is_no_value_typed_or_computed(error: str) -> None:
    wrong = as_text(error)[1]
    assert wrong
    assert "is an error, not a value" in wrong
    assert as_day(error, from_1904=False)[1] == wrong
    found = faults(workbook(people(line("B2", f'<c t="e"><f>A1</f><v>{error}</v></c>', "", "", "", ""))))
    assert found == [f'名册.xlsx, sheet "第1页", line 2, column B (name): {wrong}']


@pytest.mark.parametrize("name", ["#1 支部", "N/A", "#NAME", "Erika", "REF!", "Err", "#A组"])
def test_a_name_that_resembles_an_error_is_a_name(name: str) -> None:
    assert as_text(name) == (name, None)


# ---------------------------------------------------------------- C2 numbers

SHOWN = {
    ("7", "General"): "7",
    ("7", "@"): "7",
    ("7", "000"): "007",
    ("7.0", "000"): "007",
    ("1234", "000"): "1234",
    ("12", "0000-00"): "0000-12",
    ("13800138000", "000-0000-0000"): "138-0013-8000",
    ("7", '"GS-"00'): "GS-07",
    ("7", "[Red]000;-000"): "007",
    ("7", 'G/通用格式"号"'): "7号",
    ("13800138000", "General"): "13800138000",
    ("1.3800138E10", "General"): "13800138000",
    ("330102001000", "General"): "330102001000",
    ("1.5", "General"): "1.5",
    ("0.30000000000000004", "General"): None,
    ("7.4", "0"): None,
    ("-7", "General"): None,
    ("7", "0%"): None,
    ("7", "#,##0"): None,
    ("13800138000", "0.00E+00"): None,
    ("7", "0.00"): None,
    ("7", ";;;"): None,
    ("0", "#"): None,
    ("1234", "###-####"): None,
    ("7", "[>5]000;0"): None,
    ("7", "[DBNum1]0"): None,
    ("7", "0*-"): None,
    ("7", "# ?/?"): None,
    ("110101199003078000", "0"): None,
    ("1e400", "General"): None,
    ("1e-999999999", "yyyy-mm-dd"): None,
    ("1e300", "yyyy-mm-dd"): None,
    ("-1e300", "[h]:mm"): None,
    ("seven", "General"): None,
}


@pytest.mark.parametrize(("number", "code"), SHOWN)
def test_a_number_is_what_the_sheet_shows_or_refused(number: str, code: str) -> None:
    read, wrong = as_text(display(number, code, from_1904=False))
    expected = SHOWN[number, code]
    assert (wrong is None) is (expected is not None)
    assert expected in (None, read)


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        ("0.07", "0%", "7%"),
        ("13800138000", "0.00E+00", "1.38E+10"),
        ("1234567", "#,##0", "1,234,567"),
        ("7", "0.00", "7.00"),
    ],
)
def test_a_refused_number_is_said_as_the_sheet_shows_it(number: str, code: str, said: str) -> None:
    assert f'"{said}"' in str(as_text(display(number, code, from_1904=False))[1])


@given(st.integers(0, 10**15 - 1), st.integers(1, 15))
def test_leading_zeros_are_those_of_the_format(number: int, width: int) -> None:
    assert as_text(display(str(number), "0" * width, from_1904=False)) == (f"{number:0{width}}", None)


def test_a_code_shown_with_zeros_is_read_with_them() -> None:
    assert one('<c s="1"><v>7</v></c>') == "007"


# ---------------------------------------------------------------- C3 dates, times, booleans

NO_TEXTS = {
    '<c s="2"><v>46024</v></c>': '"2026-01-02" is a date (2026-01-02)',
    '<c s="6"><v>46024</v></c>': '"1-2" is a date (2026-01-02)',
    '<c s="3"><v>0.5</v></c>': '"12:00" is a time of day',
    '<c s="7"><v>1.5</v></c>': '"36:00" is a duration',
    '<c t="b"><v>1</v></c>': '"TRUE" is a yes-or-no value',
    '<c t="d"><v>2026-01-02</v></c>': '"2026-01-02" is a date',
    '<c t="d"><v>T12:30:00</v></c>': "is a time of day",
    '<c s="2"><v>-1</v></c>': "is no day",
    '<c s="2"><v>60</v></c>': "is no day",
}


@pytest.mark.parametrize("cell", NO_TEXTS)
@pytest.mark.parametrize("column", ["organization_code", "name", "alias", "phone", "login"])
def test_a_date_a_time_or_a_boolean_is_no_text(cell: str, column: str) -> None:
    with pytest.raises(ImportRefused) as caught:
        one(cell, column)
    [fault] = caught.value.printed()
    assert f"({column}): " in fault
    assert NO_TEXTS[cell] in fault


DAYS = {
    ("44378", "yyyy-mm-dd"): True,
    ("44378.25", "yyyy/m/d h:mm"): True,
    ("44378", 'yyyy"年"m"月"d"日"'): True,
    ("44378", '[$-804]yyyy"年"m"月"d"日";@'): True,
    ("44378", '[DBNum1][$-804]yyyy"年"m"月"d"日"'): True,
    ("44378", "[$-F800]dddd, mmmm dd, yyyy"): True,
    ("44378", "d-mmm-yy"): True,
    ("44378", "General"): True,
    ("20210701", "0"): True,
    ("44378", "m-d"): False,
    ("44378", 'yyyy"年"m"月"'): False,
    ("0.5", "h:mm"): False,
    ("1.5", "[h]:mm"): False,
    ("44378", "h:mm"): False,
    ("60", "yyyy-mm-dd"): False,
    ("-3", "yyyy-mm-dd"): False,
    ("3000000", "yyyy-mm-dd"): False,
    ("44378.5", "General"): False,
    ("2021", "General"): False,
}


@pytest.mark.parametrize(("number", "code"), DAYS)
def test_a_day_is_one_that_the_sheet_shows_whole(number: str, code: str) -> None:
    read, wrong = as_day(display(number, code, from_1904=False), from_1904=False)
    assert (wrong is None) is DAYS[number, code], wrong
    if wrong is None:
        assert read.replace("-", "") == "20210701"


# ---------------------------------------------------------------- C8 1904


def test_a_workbook_of_1904_holds_the_days_that_it_shows() -> None:
    for style in ("2", "0"):
        cell = f'<c s="{style}"><v>35611</v></c>'
        assert one(cell, "joined_on", book='<workbookPr date1904="1"/>') == "2001-07-01"
        assert one(cell, "joined_on") == "1997-06-30"
    with pytest.raises(ImportRefused, match="counts its days from 1904"):
        one("35611", "joined_on", book='<workbookPr date1904="true"/>')


@given(st.dates(date(1904, 1, 2), date(9999, 12, 31)))
def test_any_day_is_the_same_in_both_systems(day: date) -> None:
    since = (day - date(1899, 12, 30)).days
    for serial, from_1904 in ((since, False), (since - 1462, True)):
        assert as_day(display(str(serial), "yyyy-mm-dd", from_1904), from_1904) == (day.isoformat(), None)


# ---------------------------------------------------------------- C4 escapes


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("张三_x000D_", "张三\r"),
        ("_x005F_x000D_", "_x000D_"),
        ("_x005F_x005F_", "_x005F_"),
        ("_xD842__xDFB7_", "𠮷"),
        ("a_x0041_b", "aAb"),
        ("_x00_", "_x00_"),
        ("_X000D_", "_X000D_"),
    ],
)
def test_escapes_are_undone_exactly_once(written: str, meant: str) -> None:
    assert unescaped(written) == meant
    assert one(f'<c t="str"><f>A1</f><v>{written}</v></c>', "alias") == meant.strip()
    assert one(f'<c t="inlineStr"><is><t>{written}</t></is></c>', "alias") == meant.strip()


def test_runs_are_joined_and_how_to_say_them_is_left_out() -> None:
    shared = (
        '<si><r><t>张</t></r><r><rPr/><t xml:space="preserve">三 </t></r><rPh sb="0" eb="1"><t>zhāng</t></rPh></si>'
    )
    assert one('<c t="s"><v>0</v></c>', "name", texts=shared + "<si><t>李_x005F_x0041_四</t></si>") == "张三"
    assert one('<c t="s"><v>1</v></c>', "name", texts=shared + "<si><t>李_x005F_x0041_四</t></si>") == "李_x0041_四"


# ---------------------------------------------------------------- C5 formulas

UNCOMPUTED = ("<c><f>A2</f></c>", "<c><f>A2</f><v/></c>", '<c t="n"><f>A2</f><v></v></c>', '<c t="e"><f>A2</f></c>')


@pytest.mark.parametrize("cell", UNCOMPUTED)
def test_a_formula_without_a_stored_result_is_refused(cell: str) -> None:
    found = faults(
        workbook(places(line("R", "", "党委", "COMMITTEE"), line("A", cell, "第一党支部", "BRANCH"))), ORGANIZATIONS
    )
    assert found == [f'名册.xlsx, sheet "第1页", line 3, column B (parent_code): {cells.NO_RESULT.wrong}']


def test_a_stored_result_is_read_as_what_it_is() -> None:
    assert one('<c t="str"><f>A1</f><v>B2</v></c>') == "B2"
    assert one('<c t="str"><f>A1</f><v></v></c>', "alias") == ""
    assert one('<c s="1"><f>[1]Sheet1!A1</f><v>7</v></c>') == "007"
    for typed in (
        '<c t="b"><f>A1</f><v>1</v></c>',
        '<c t="e"><f>A1</f><v>#REF!</v></c>',
        '<c s="2"><f>A1</f><v>46024</v></c>',
    ):
        with pytest.raises(ImportRefused):
            one(typed)


@pytest.mark.parametrize("kind", ["array", "dataTable"])
def test_all_cells_of_a_formula_of_many_are_without_results(kind: str) -> None:
    """Only the first of them names the formula; the others are not even in the file."""
    first = f'<c r="B3"><f t="{kind}" ref="B3:B4">A2</f></c>'
    lines = [line("R", "", "党委", "COMMITTEE"), line("A", first, "甲", "BRANCH"), line("B", "", "乙", "BRANCH")]
    lines[2] = lines[2].replace("<c/>", "")
    lines[2] = (
        '<row r="4"><c r="A4" t="inlineStr"><is><t>B</t></is></c><c r="C4" t="inlineStr"><is><t>乙</t></is></c></row>'
    )
    found = faults(workbook(places(*lines)), ORGANIZATIONS)
    assert [fault.partition(": ")[0] for fault in found] == [
        f'名册.xlsx, sheet "第1页", line {number}, column B (parent_code)' for number in (3, 4)
    ]


@pytest.mark.parametrize(
    ("cell", "meant"), [('="007"', "007"), ('="13800138000"', "13800138000"), ("=A2", None), ("=1+1", None)]
)
def test_a_formula_typed_as_text_is_its_result_only_where_it_is_a_text(cell: str, meant: str | None) -> None:
    read, wrong = as_text(cell)
    assert (read if wrong is None else None) == meant


def test_a_merged_code_counts_for_each_of_its_lines_and_a_merged_name_for_none() -> None:
    lines = [line("B2", "张三", "", "", "", ""), line("", "李四", "", "", "", "")]
    found = read(workbook(people(*lines, after='<mergeCells><mergeCell ref="A2:A3"/></mergeCells>')))
    assert [row.cells["organization_code"] for row in found.rows] == ["B2", "B2"]
    assert "Merged cells of column A count for each of their lines." in found.notes
    lines[1] = line("B2", "", "", "13800138000", "", "")
    [fault] = faults(workbook(people(*lines, after='<mergeCells><mergeCell ref="B2:B3"/></mergeCells>')))
    assert "line 3, column B (name): This cell is part of the merged cells B2:B3" in fault
