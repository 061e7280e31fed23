"""The audit log's chains: whether every entry is the one that was written, none is missing and none was put in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from models import audit, seals, sql, verifying
from models.audit import NO_ROOT
from models.seals import Key
from resolvers.snapshot import Findings, Snapshot
from rules import chain

TOGETHER = 5_000  # entries read at once


async def verify(_: Snapshot | None = None) -> Findings:
    keys = seals.known(await seals.own_secret())
    found = await verifying.audit_heads()
    heads = {sql.uid(one["root_id"]): one for one in found}
    known = await verifying.audit_roots()
    differences: list[str] = []
    foreign: set[str] = set()
    for root_id in sorted({*heads, *known}):
        checked = Checked(f"the audit log of {'no root' if root_id == NO_ROOT else f'root {root_id}'}", keys)
        after = 0
        while rows := await verifying.audit_entries(root_id, after, TOGETHER):
            after = rows[-1]["sequence"]
            differences += checked.rows(rows)
        differences += checked.end(heads.get(root_id))
        foreign |= checked.foreign
    differences += addresses(await verifying.audit_addresses())
    remarks = [
        f"Audit entries sealed with key {name} were not checked: set the LEITAI_SIGNING_KEY they were made with."
        for name in sorted(foreign)
    ]
    return Findings(differences, remarks)


class Checked:
    """One chain, read from its beginning."""

    def __init__(self, name: str, keys: Mapping[str, Key]) -> None:
        self._name, self._keys = name, keys
        self._number, self._hash = 0, ""
        self._outside = False
        self.foreign: set[str] = set()

    def rows(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """Each is held against its own hash and the one before it, as they stand there now: so that what was changed is
        named, and not all that came after."""
        for row in rows:
            yield from self._row(row)
            self._number, self._hash = row["sequence"], row["hash"]

    def _row(self, row: Mapping[str, Any]) -> Iterator[str]:
        said = f"Audit entry {row['id']}, number {row['sequence']} in {self._name},"
        missing = row["sequence"] - self._number - 1
        if missing:
            first, last = self._number + 1, row["sequence"] - 1
            yield f"{'Entry' if missing == 1 else 'Entries'} {_span(first, last)} of {self._name} were taken out."
        name = str(row["hash"]).partition(":")[0]
        if name not in self._keys:
            self.foreign.add(name)
        elif audit.sealed(self._keys[name], row["previous_hash"], row) != row["hash"]:
            yield f"{said} does not fit its hash: it was changed, put in, or put elsewhere."
        elif self._outside and name == seals.OWN:
            yield f"{said} is sealed with the database's own secret, after others with a key from outside: put in."
        if not missing and row["previous_hash"] != self._hash:
            yield f"{said} does not follow the one before it: one of the two was changed, put in, or put elsewhere."
        self._outside |= name != seals.OWN

    def end(self, head: Mapping[str, Any] | None) -> Iterator[str]:
        if head is None:
            yield f"No head is kept of {self._name}, which has entries."
        elif head["sequence"] > self._number:
            yield f"{self._capital} was cut: entries {_span(self._number + 1, head['sequence'])} are gone."
        elif head["sequence"] < self._number:
            yield f"{self._capital} has {self._number} entries, more than the {head['sequence']} that its head counts."
        elif head["hash"] != self._hash:
            yield f"{self._capital} ends with another hash than its head keeps; the end was changed."

    @property
    def _capital(self) -> str:
        return f"T{self._name[1:]}"


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def addresses(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Those that are kept still are the ones that were committed to."""
    for one in rows:
        fits = one["address_commitment"] == chain.commitment(one["address"], one["salt"])
        beside = (one["account_id"], one["happened_at"]) == (one["entry_account"], one["entry_at"])
        if one["address_commitment"] is None or not fits or not beside:
            yield f"The address kept of audit entry {one['entry_id']} is not the one that it was written with."
