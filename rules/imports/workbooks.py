"""An XLSX workbook: its sheets, formats and texts, and the first visible sheet that holds the wanted table."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rules.imports.cells import unescaped
from rules.imports.columns import Columns
from rules.imports.format_codes import BUILT_IN, GENERAL
from rules.imports.packages import Attributes, Package, bare_attributes
from rules.imports.sheets import Sheet, read_sheet
from rules.imports.spreadsheets import ImportRefused, Table, refused, shown
from rules.imports.tables import Record, filled, heading_of, table

TRUE = frozenset({"1", "true", "on"})
MOST_SHEETS = 200


@dataclass(frozen=True, slots=True)
class SheetName:
    name: str
    hidden: bool
    kind: str  # worksheet, chartsheet, …
    part: str


@dataclass(slots=True)
class Workbook:
    """texts: shared ones. formats: the code of each cell style."""

    package: Package
    sheets: list[SheetName] = field(default_factory=list[SheetName])
    from_1904: bool = False
    texts: list[str] = field(default_factory=list[str])
    formats: list[str] = field(default_factory=list[str])


def read(content: bytes, columns: Columns) -> Table:
    """ImportRefused for whatever is wrong with a file."""
    try:
        return _chosen(opened(content), columns)
    except ImportRefused:
        raise
    except Exception as error:  # any: a broken file breaks zipfile, zlib and the XML parser in many ways
        name = "a damaged archive" if isinstance(error, zipfile.BadZipFile) else type(error).__name__
        raise refused(
            f"The file cannot be read as XLSX ({name}); open it in a spreadsheet and save it again."
        ) from error


def opened(content: bytes) -> Workbook:
    package = Package(content)
    main = next((name for kind, name in package.related("").values() if kind == "officeDocument"), "xl/workbook.xml")
    if main not in package:
        raise refused("The archive holds no workbook; save the table as XLSX.")
    book = Workbook(package)
    related = package.related(main)
    _read_book(book, main, related)
    for kind, name in related.values():
        if kind == "styles" and name in package:
            _read_styles(book, name)
        elif kind == "sharedStrings" and name in package:
            _read_texts(book, name)
    return book


def _read_book(book: Workbook, main: str, related: Mapping[str, tuple[str, str]]) -> None:
    inside: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        parent = inside[-1] if inside else ""
        inside.append(tag)
        if tag == "workbookPr":
            book.from_1904 = attributes.get("date1904", "").lower() in TRUE
        elif tag == "sheet" and parent == "sheets":
            said = bare_attributes(attributes)
            kind, part = related.get(said.get("id", ""), ("", ""))
            hidden = said.get("state", "visible") != "visible"
            book.sheets.append(SheetName(unescaped(said.get("name", "")), hidden, kind, part))

    def end(tag: str, _: Attributes) -> None:
        inside.pop()

    book.package.walk(main, start, end)
    if len(book.sheets) > MOST_SHEETS:
        raise refused(f"The workbook has {len(book.sheets)} sheets; copy the table alone into a new file.")


def _read_styles(book: Workbook, name: str) -> None:
    own: dict[int, str] = {}
    ids: list[int] = []
    inside: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "numFmt":
            own[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", GENERAL)
        elif tag == "xf" and inside and inside[-1] == "cellXfs":
            ids.append(int(attributes.get("numFmtId", "0")))
        inside.append(tag)

    def end(tag: str, _: Attributes) -> None:
        inside.pop()

    book.package.walk(name, start, end)
    book.formats = [own.get(one) or BUILT_IN.get(one, f"[built-in {one}]") for one in ids]


def _read_texts(book: Workbook, name: str) -> None:
    """Runs are joined; what only says how to pronounce them is left out."""
    pieces: list[str] = []
    inside: list[str] = []

    def start(tag: str, _: Attributes) -> None:
        inside.append(tag)

    def end(tag: str, _: Attributes) -> None:
        inside.pop()
        if tag == "si":
            book.texts.append(unescaped("".join(pieces)))
            pieces.clear()

    def text(some: str) -> None:
        if inside and inside[-1] == "t" and "rPh" not in inside:
            pieces.append(some)

    book.package.walk(name, start, end, text)


# ---------------------------------------------------------------- which sheet


def _chosen(book: Workbook, columns: Columns) -> Table:
    """The first visible sheet that fits. Where none does, the fault of the one that comes nearest."""
    sheets = [one for one in book.sheets if one.kind == "worksheet" and one.part in book.package]
    visible = [one for one in sheets if not one.hidden]
    if not sheets:
        raise refused("The workbook has no sheet with cells.")
    if not visible:
        raise refused("Every sheet of the workbook is hidden; unhide the one with the table.")
    refusals: list[tuple[SheetName, ImportRefused]] = []
    for at, name in enumerate(visible):
        sheet = read_sheet(book.package, name.part, name.name, book.texts, book.formats, book.from_1904)
        try:
            heading_of(_first(sheet), columns, sheet.source)
        except ImportRefused as refusal:
            refusals.append((name, refusal))
            continue
        found = table(sheet.records, columns, sheet.source)
        said = [*_choice(book, name, [one for one, _ in refusals], _fitting(book, visible[at + 1 :], columns))]
        return Table(found.rows, [*said, *found.notes])
    name, refusal = max(refusals, key=lambda pair: _nearness(pair[1]))
    others = [shown(one.name) for one, _ in refusals if one is not name]
    hint = [f"No visible sheet fits; also looked at: {', '.join(others)}."] if others else []
    fits = [shown(one.name) for one in _fitting(book, [one for one in sheets if one.hidden], columns)]
    hint += [f"The hidden sheet {', '.join(fits)} would fit; unhide it."] if fits else []
    raise ImportRefused([*refusal.faults, *(fault for said in hint for fault in refused(said).faults)])


def _first(sheet: Sheet) -> list[Record]:
    return list(filled(sheet.records, sheet.source.sheet))


def _nearness(refusal: ImportRefused) -> int:
    empty = any(fault.line is None for fault in refusal.faults)
    return -len(refusal.faults) - 100 * empty


def _fitting(book: Workbook, names: Sequence[SheetName], columns: Columns) -> Iterator[SheetName]:
    for name in names:
        try:
            sheet = read_sheet(book.package, name.part, name.name, book.texts, book.formats, book.from_1904)
            heading_of(_first(sheet), columns, sheet.source)
        except ImportRefused:
            continue
        yield name


def _choice(book: Workbook, name: SheetName, unfit: Sequence[SheetName], fitting: Iterator[SheetName]) -> Iterator[str]:
    why = "the only sheet" if len(book.sheets) == 1 else "the first visible sheet with the needed headings"
    yield f"Sheet {shown(name.name)} is read: {why}."
    if others := [shown(one.name) for one in fitting]:
        yield f"Not read, although it would fit: sheet {', '.join(others)}."
    if hidden := [shown(one.name) for one in book.sheets if one.hidden]:
        yield f"Not read: hidden sheet {', '.join(hidden)}."
    if unfit:
        yield f"Not read: sheet {', '.join(shown(one.name) for one in unfit)}, without the needed headings."
    if book.from_1904:
        yield "The workbook counts its days from 1904."
