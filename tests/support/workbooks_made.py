"""Small XLSX files, written as XML: libraries write only what they know."""

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    RELATED: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
FORMATS = ("General", "000", "yyyy-mm-dd", "h:mm", "0.00E+00", "@", "m-d", "[h]:mm")
HEADING = ("organization_code", "name", "alias", "phone", "joined_on", "login")
PLACES = ("code", "parent_code", "name", "kind")


def text(value: str) -> str:
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>' if value else "<c/>"


def line(*inner: str, attributes: str = "") -> str:
    """Each cell as its element, or a plain text."""
    return f"<row {attributes}>{''.join(one if one.startswith('<') else text(one) for one in inner)}</row>"


def _named(id: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{id}" Type="{RELATED}/{kind}" Target="{target}"/>'


def workbook(
    *sheets: str,
    states: tuple[str, ...] = (),
    book: str = "",
    texts: str = "",
    strict: bool = False,
    kinds: tuple[str, ...] = (),
    doctype: str = "",
) -> bytes:
    """Of sheets as what stands inside `worksheet`."""
    names = [f"第{number}页" for number in range(1, len(sheets) + 1)]
    state = [*states, *["visible"] * len(sheets)]
    kind = [*kinds, *["worksheet"] * len(sheets)]
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" state="{state[n - 1]}" r:id="r{n}"/>' for n, name in enumerate(names, 1)
    )
    related = "".join(_named(f"r{n}", kind[n - 1], f"worksheets/s{n}.xml") for n in range(1, len(sheets) + 1))
    formats = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(FORMATS))
    styles = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(FORMATS)))
    own = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    parts = {
        "_rels/.rels": f"<Relationships {own}>{_named('a', 'officeDocument', 'xl/workbook.xml')}</Relationships>",
        "xl/_rels/workbook.xml.rels": f"<Relationships {own}>{related}{_named('s', 'styles', 'styles.xml')}"
        f"{_named('t', 'sharedStrings', '/xl/sharedStrings.xml')}</Relationships>",
        "xl/workbook.xml": f'{doctype}<workbook xmlns="{MAIN}" xmlns:r="{RELATED}">'
        f"{book}<sheets>{listed}</sheets></workbook>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        **{
            f"xl/worksheets/s{n}.xml": f'<worksheet xmlns="{MAIN}">{inner}</worksheet>'
            for n, inner in enumerate(sheets, 1)
        },
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in parts.items():
            for plain, other in STRICT.items() if strict else ():
                content = content.replace(plain, other)
            package.writestr(name, content)
    return file.getvalue()


def sheet(*lines: str, after: str = "", before: str = "") -> str:
    return f"{before}<sheetData>{''.join(lines)}</sheetData>{after}"


def people(*lines: str, **options: str) -> str:
    return sheet(line(*HEADING), *lines, **options)


def places(*lines: str, **options: str) -> str:
    return sheet(line(*PLACES), *lines, **options)
