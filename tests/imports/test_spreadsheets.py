"""Tables from offices: every encoding they arrive in, and the number of every line that is wrong."""

import contextlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.imports import spreadsheets
from rules.imports.columns import MEMBERS, ORGANIZATIONS, Columns
from rules.imports.csv_tables import read_csv
from rules.imports.spreadsheets import ImportRefused, LineFault, Row
from rules.imports.tables import Record, Source, table

TABLE = "code,parent_code,name,kind\n3301,,杭州市,COMMITTEE\n330102,3301,上城区,BRANCH\n"
HANGZHOU = {"code": "3301", "parent_code": "", "name": "杭州市", "kind": "COMMITTEE"}
SHANGCHENG = {"code": "330102", "parent_code": "3301", "name": "上城区", "kind": "BRANCH"}


def read(text: str | bytes, columns: Columns = ORGANIZATIONS) -> list[Row]:
    return read_csv(text.encode() if isinstance(text, str) else text, columns).rows


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        read(text)
    return caught.value.printed()


# ---------------------------------------------------------------- encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_every_encoding_that_arrives_from_china_is_read(encoding: str) -> None:
    assert read(TABLE.encode(encoding)) == [Row(2, HANGZHOU), Row(3, SHANGCHENG)]


def test_rare_characters_of_names_come_through_gb18030() -> None:
    [row] = read(TABLE.splitlines()[0].encode() + "\n1,,𠮷䶮镇,GROUP".encode("gb18030"))

    assert row.cells["name"] == "𠮷䶮镇"


def test_bytes_that_are_no_text_are_refused() -> None:
    assert faults(b"code,\xff\xff\xff\n") == [
        "The file is neither UTF-8 nor GB18030 text. Save the table as CSV UTF-8 or as XLSX."
    ]
    assert "not UTF-8" in faults(b"\xef\xbb\xbfcode,\xff\n")[0].replace("UTF-8-SIG", "UTF-8")
    assert "UTF-16" in faults(b"\xff\xfec")[0]


def test_a_nul_is_refused_with_its_line() -> None:
    assert faults(TABLE + "1,,a\0b,GROUP\n")[0].startswith("line 4: A NUL character")


# ---------------------------------------------------------------- lines and cells


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_line_ends_and_separators_are_found(end: str, mark: str) -> None:
    assert read(TABLE.replace("\n", end).replace(",", mark)) == [Row(2, HANGZHOU), Row(3, SHANGCHENG)]


def test_a_record_has_the_number_of_the_line_on_which_it_begins() -> None:
    first, second = read('code,parent_code,name,kind\n\n1,,"a\n""b"",\r\nc",GROUP\n,,,\n2,,d,GROUP\n')

    assert (first.line, first.cells["name"]) == (3, 'a\n"b",\r\nc')
    assert (second.line, second.cells["name"]) == (7, "d")


def test_headings_come_in_any_order_and_case_and_beside_others() -> None:
    [row] = read("序号, Name ,KIND,Parent Code,remark,code\n1,  杭州市 ,COMMITTEE,,x,3301\n")

    assert row.cells == HANGZHOU


def test_headings_may_be_chinese() -> None:
    [place] = read("上级编码,类型,名称,编码\n,COMMITTEE,杭州市,3301\n")
    [person] = read("组织编码,姓名,别名,手机,入党日期,登录名\n3301,张伟,,13800138000,2021-07-01,zw\n", MEMBERS)

    assert place.cells == HANGZHOU
    assert list(person.cells.values()) == ["3301", "张伟", "", "13800138000", "2021-07-01", "zw"]


def test_a_short_record_has_empty_cells_at_its_end() -> None:
    assert read("code,name,kind,parent_code\n3301,杭州市,COMMITTEE\n") == [Row(2, HANGZHOU)]


@pytest.mark.parametrize("table", ["", "\n\n", "\ufeff", ",,,\n"])
def test_an_empty_file_is_refused(table: str) -> None:
    assert faults(table) == ["The file is empty: it needs a first line with the columns code, parent_code, name, kind."]


def test_a_heading_alone_is_no_rows() -> None:
    assert read("code,parent_code,name,kind") == []


def test_every_missing_and_every_repeated_column_is_named() -> None:
    assert faults("\ncode,名称,name,级别\n1,2,3,4\n") == [
        'line 2: The column name stands here 2 times (B "名称", C "name"); keep one.',
        'line 2: The column parent_code (上级编码) is missing; this line says "code", "名称", "name", "级别".',
        'line 2: The column kind (类型) is missing; this line says "code", "名称", "name", "级别".',
    ]


def test_an_open_quotation_mark_is_named_where_it_opens() -> None:
    assert faults(TABLE + '1,,"a,GROUP\n2,,b,GROUP\n') == [
        "line 4: A quotation mark is opened on this line and not closed."
    ]
    assert faults(TABLE + '1,,"' + "a\n" * 100_000)[0].startswith("line 4: A quotation mark is opened")


def test_what_follows_a_closing_quotation_mark_is_named() -> None:
    assert faults(TABLE + '1,,"a"b,GROUP\n')[0].startswith("line 4: Something follows a closing quotation mark")


def test_every_misshapen_line_is_named_at_once() -> None:
    long = spreadsheets.shown("d" * 1001)
    assert faults(TABLE + "1,,a,GROUP,b\n2,,c,GROUP,\n3,," + "d" * 1001 + ",GROUP\n") == [
        "line 4: 5 cells under 4 headings; quote a cell that holds the separator.",
        f"line 6, column C (name): A cell has 1,001 characters; at most 1,000 are allowed. The cell says {long}.",
    ]


# ---------------------------------------------------------------- limits


def test_a_file_is_at_most_50_megabytes() -> None:
    assert faults(b" " * (spreadsheets.MOST_BYTES + 1)) == ["The file has 50.0 MB, at most 50 are read; split it."]


def test_a_table_has_at_most_two_million_cells() -> None:
    heading = dict(enumerate(ORGANIZATIONS))
    records = (Record(number, heading if number == 1 else {}, 4 if number == 1 else 1000) for number in range(1, 3000))
    with pytest.raises(ImportRefused) as caught:
        table(records, ORGANIZATIONS, Source())
    assert str(caught.value) == "line 2001: The table has more than 2,000,000 cells; import it in parts."


def test_two_hundred_faults_are_printed_and_the_others_counted() -> None:
    refused = ImportRefused(LineFault(number, "wrong") for number in range(1500, 0, -1))

    assert len(refused.faults) == 1500
    assert refused.printed()[:2] == ["line 1: wrong", "line 2: wrong"]
    assert refused.printed()[200:] == ["… and 1,300 more faults"]


def test_what_is_shown_of_a_cell_is_short_and_harmless_on_a_terminal() -> None:
    assert spreadsheets.shown("\x1b[2J上城\u202e区") == '"\ufffd[2J上城\ufffd区"'
    assert len(spreadsheets.shown("a" * 1000)) == 42


# ---------------------------------------------------------------- whatever comes

cell = st.text(st.characters(exclude_categories=["Cs", "Co", "Cn"], exclude_characters="\0\ufffd=#＃"), max_size=20)
FOUR = ("code", "parent_code", "name", "kind")


@given(
    st.lists(st.tuples(cell, cell, cell, cell), max_size=8),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-32", "utf-16"]),
)
def test_what_was_written_quoted_is_read(written: Sequence[tuple[str, ...]], encoding: str) -> None:
    quoted = [",".join(f'"{one.replace(chr(34), chr(34) * 2)}"' for one in row) for row in [FOUR, *written]]
    text = "\r\n".join(quoted)

    found = read(text.encode(encoding))

    lines = [1]
    for record in quoted:
        lines.append(lines[-1] + 1 + record.replace("\r\n", "\n").replace("\r", "\n").count("\n"))
    clean = [tuple(spreadsheets.clean(one) for one in row) for row in written]
    assert [(row.line, tuple(row.cells.values())) for row in found] == [
        (lines[number], row) for number, row in enumerate(clean, 1) if any(row)
    ]


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_else(content: bytes) -> None:
    for tried in (content, TABLE.encode() + content):
        with contextlib.suppress(ImportRefused):
            read(tried)
