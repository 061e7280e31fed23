"""What a file is, by its first bytes: its name may say anything."""

import io
import re
import zipfile
from enum import StrEnum

from rules.imports.spreadsheets import ImportRefused, refused

SAVE_AS = "open it in a spreadsheet program and save it as XLSX"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
HEAD = 4096  # bytes that are looked at
# First bytes → what the file is.
OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"BM", "a picture (BMP)"),
    (b"II*\0", "a picture (TIFF)"),
    (b"MM\0*", "a picture (TIFF)"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"bplist00", "a property list"),
    (b"\x7fELF", "a program"),
    (b"\x09\x00\x04\x00", "a very old XLS workbook"),
    (b"\x09\x02\x06\x00", "a very old XLS workbook"),
    (b"\x09\x04\x06\x00", "a very old XLS workbook"),
    (b"\x09\x08", "an old XLS workbook"),
)
MARKUP: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet"), "an XML spreadsheet of 2003"),
    (
        re.compile(
            rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|meta|body|table|style|div)\b",
            re.DOTALL,
        ),
        "an HTML page",
    ),
    (re.compile(rb"^(?:mime-version|content-type|from):.*multipart/related", re.DOTALL), "a web archive (MHTML)"),
    (re.compile(rb"^\s*<\?xml"), "an XML file"),
    (re.compile(rb'^\s*[\[{]\s*(?:\{\s*"|"[^"]*"\s*:)'), "JSON"),
)


class FileKind(StrEnum):
    XLSX = "XLSX"
    CSV = "CSV"


def kind_of(content: bytes, name: str) -> FileKind:
    """ImportRefused names what else it is."""
    if not content:
        raise refused("The file is empty: it has no bytes.")
    if content.startswith(OLE):
        raise refused(_ole(content))
    if content.startswith(ZIP):
        if said := _not_xlsx(content):
            raise refused(said)
        return FileKind.XLSX
    head = content[:HEAD]
    if (what := _other(head)) or (what := _markup(head)):
        raise _named(what, name)
    if name.lower().endswith((".xlsx", ".xlsm", ".xltx", ".xltm")):
        raise refused("The file is called XLSX and is none: it holds text or is damaged. Save the table as XLSX again.")
    if name.lower().endswith((".xlsb", ".ods", ".numbers")):
        raise refused(f"The file is called {name[name.rindex('.') + 1 :].upper()} and is none; {SAVE_AS}.")
    return FileKind.CSV


def _named(what: str, name: str) -> ImportRefused:
    ending = f" in spite of its name ({name[name.rindex('.') :]})" if "." in name else ""
    return refused(f"The file is {what}{ending}, not a table as CSV or XLSX; {SAVE_AS}.")


def _other(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return "a picture or film (HEIC, MP4)"
    if head[:4] == b"RIFF":
        return "a picture or sound (RIFF)"
    for start, what in OTHERS:
        if head.startswith(start) and (what != "a picture (BMP)" or b"\0" in head[:14]):
            return what
    return None


def _markup(head: bytes) -> str | None:
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    for pattern, what in MARKUP:
        if pattern.search(plain.lower()):
            return what
    return None


def _ole(content: bytes) -> str:
    """The compound files of older programs hold streams, whose names stand in them in UTF-16."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        return "The file is protected by a password; save it without one."
    if holds("Workbook") or holds("Book"):
        return f"The file is an old XLS or ET workbook; {SAVE_AS}."
    if holds("WordDocument"):
        return "The file is an old Word document; copy its table into a spreadsheet and save that as XLSX."
    return "The file is protected by a password or is an old XLS; save it as XLSX without a password."


def _not_xlsx(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = {one.lower().replace("\\", "/") for one in package.namelist()}
            mimetype = package.read("mimetype")[:100] if "mimetype" in names else b""
    except Exception:  # any: what is damaged is said by who reads it
        return None
    if "xl/workbook.bin" in names:
        return f"The file is a binary workbook (XLSB); {SAVE_AS}."
    if b"opendocument" in mimetype:
        return f"The file is an OpenDocument file (ODS); {SAVE_AS}."
    if "index/document.iwa" in names or "index.zip" in names:
        return "The file is from Apple's Numbers; export it as XLSX."
    for folder, what in (("word/", "a Word document"), ("ppt/", "a presentation")):
        if any(one.startswith(folder) for one in names):
            return f"The file is {what}; copy its table into a spreadsheet and save that as XLSX."
    if any(one.startswith("xl/") for one in names):
        return None
    tables = [one for one in names if one.endswith((".xlsx", ".csv", ".xls"))]
    what = "holds tables: unpack it and import them" if tables else "holds no workbook: save the table as XLSX"
    return f"The file is a ZIP archive that {what}."
