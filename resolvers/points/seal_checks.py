"""The seals of the ledger: whether every row is the one that was recorded, and none was taken out."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from models import seals
from models.seals import Chain, Key


async def unbroken(roots: Iterable[UUID]) -> tuple[list[str], list[str]]:
    """Differences and remarks. Inside a snapshot; one root's ledger at a time."""
    keys = seals.known(await seals.own_secret())
    differences: list[str] = []
    foreign: set[str] = set()
    for root_id in sorted(roots):
        chain = await seals.chain(root_id)
        differences += broken(chain, keys)
        differences += [
            f"Entry {one} has other words than those it was recorded with." for one in await seals.reworded(root_id)
        ]
        foreign |= {name for one in chain.rows if (name := _key_of(one)) and name not in keys}
    remarks = [
        f"Seals made with key {name} were not checked: set the LEITAI_SIGNING_KEY they were made with."
        for name in sorted(foreign)
    ]
    return differences, remarks


def _key_of(row: Mapping[str, object]) -> str:
    """Empty for a row without a seal."""
    return str(row["seal"] or "").partition(":")[0]


def broken(chain: Chain, keys: Mapping[str, Key]) -> Iterator[str]:
    """Each row is held against its own seal and the one before it, as that stands there now: so that what was changed
    is named, and not all that came after."""
    before: str | None = None
    outside = False
    for row in chain.rows:
        kept = row["seal"]
        if kept is None:
            if row["position"] > chain.unsealed:
                yield f"Entry {row['id']} has no seal."
            continue
        name = _key_of(row)
        if name in keys and seals.seal(keys[name], before, row) != kept:
            yield f"Entry {row['id']} does not fit its seal: it was changed, or one before it was changed or removed."
        elif outside and name == seals.OWN:
            yield f"Entry {row['id']} is sealed with the database's own secret, after others with a key from outside."
        outside |= name != seals.OWN
        before = kept
    if before != chain.newest:
        yield f"Root {chain.root_id}: its clock keeps another seal than the newest entry has; the end was cut off."
