"""What each table says of persons: what its words are, who sees them, how they are exported and erased.

A system names its tables in `System.personal`. Erasure, export, the table in docs/privacy.md and the census in
tests/privacy/ are made from these values; a table or a column of words that is in none of them fails a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import LiteralString


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table in docs/privacy.md. where: columns. seen_by: who can read it. erased: what erasing leaves."""

    what: str
    where: str
    seen_by: str
    erased: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """One table. Every column that can hold words is in exactly one of four lists, separated by blanks.

    nobodys: of no person, such as codes, states, words of organizations, secrets and hashes of random values.
    work: texts about work, which stay until the work changes them. ids: ids as JSON. erased: gone with the person.
    erase: statements that remove the words of `:member`; `:at` is the moment. They run in the order of the systems.
    export: parts of the export by name, statements about `:member`; `:like` is its id between percent signs.
    """

    table: str
    nobodys: str = ""
    work: str = ""
    ids: str = ""
    erased: str = ""
    erase: tuple[LiteralString, ...] = ()
    export: Mapping[str, LiteralString] = field(default_factory=dict[str, LiteralString])
    rows: tuple[Row, ...] = ()

    def words(self) -> list[str]:
        """Every column that is classified, as `table.column`."""
        listed = " ".join((self.nobodys, self.work, self.ids, self.erased))
        return [f"{self.table}.{column}" for column in listed.split()]
