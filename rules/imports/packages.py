"""XLSX as a package: a ZIP of XML parts. What it would unpack to is checked before it is unpacked."""

import io
import posixpath
import zipfile
from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

from rules.imports.spreadsheets import refused

MOST_PARTS = 2_000
MOST_UNPACKED = 200 * 1024 * 1024  # two million cells of 100 bytes
MOST_OF_A_PART = 8 * 1024 * 1024  # of styles and the like, each entry of which becomes an object
CHUNK = 64 * 1024

Attributes = Mapping[str, str]
Start = Callable[[str, Attributes], None]


class Package:
    """Its parts by name, whatever the case. ImportRefused: too big, protected, or no archive that can be read."""

    def __init__(self, content: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        parts = self._zip.infolist()
        if len(parts) > MOST_PARTS:
            raise refused(f"The file has {len(parts):,} parts; no table needs more than {MOST_PARTS:,}.")
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MOST_UNPACKED:
            raise refused(
                f"The file unpacks to {unpacked / 1024**2:,.0f} MB; at most 200 are read. Import it in parts."
            )
        if any(part.flag_bits & 1 for part in parts):
            raise refused("The file is protected by a password; save it without one.")
        for part in parts:
            table = "/worksheets/" in part.filename.lower() or part.filename.lower().endswith("sharedstrings.xml")
            if part.filename.endswith((".xml", ".rels")) and not table and part.file_size > MOST_OF_A_PART:
                raise refused(f"The file's {part.filename} is too big; copy the table alone into a new file.")
        self._parts = {part.filename.replace("\\", "/").lower(): part for part in parts}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def names(self) -> list[str]:
        return list(self._parts)

    def open(self, name: str) -> IO[bytes]:
        return self._zip.open(self._parts[name.lower()])

    def read(self, name: str, most: int = MOST_OF_A_PART) -> bytes:
        with self.open(name) as part:
            return part.read(most)

    def walk(
        self, name: str, start: Start, end: Start | None = None, text: Callable[[str], None] | None = None
    ) -> None:
        """Each element by its name without a namespace, so that strict files are read alike."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: start(_bare(tag), attributes)
        if end:
            parser.EndElementHandler = lambda tag: end(_bare(tag), {})
        if text:
            parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_entities
        read = 0
        with self.open(name) as unpacked:
            while chunk := unpacked.read(CHUNK):
                read += len(chunk)
                if read > MOST_UNPACKED:
                    raise refused("The file unpacks to more than it says; save it again.")
                parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Of the part, what it names: id → kind and name of the other part."""
        folder, base = posixpath.split(name)
        own = posixpath.join(folder, "_rels", base + ".rels")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "").replace("\\", "/")
                whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                kind = attributes.get("Type", "").rsplit("/", 1)[-1]
                found[attributes.get("Id", "")] = kind, posixpath.normpath(whole)

        if own in self:
            self.walk(own, start)
        return found


def _bare(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


def bare_attributes(attributes: Attributes) -> dict[str, str]:
    return {_bare(name): value for name, value in attributes.items()}


def _refuse_entities(*_: object) -> None:
    """Entities can unfold without end."""
    raise refused("The file declares XML entities, which no spreadsheet needs; save it again.")
