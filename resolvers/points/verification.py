"""The ledger: against itself, against the rules that gave its entries, and against its seals."""

from collections.abc import Iterator

from resolvers.points import ledger_checks, rule_checks, seal_checks
from resolvers.snapshot import Findings, Snapshot


async def verify(read: Snapshot) -> Findings:
    unsealed, remarks = await seal_checks.unbroken(read.dials)
    return Findings(
        [
            *ledger_checks.balances(read),
            *ledger_checks.positions(read),
            *ledger_checks.credits(read),
            *ledger_checks.reversals(read),
            *keys(read),
            *await rule_checks.differences(read),
            *unsealed,
        ],
        remarks,
    )


def keys(read: Snapshot) -> Iterator[str]:
    """Idempotency keys name entries of the ledger."""
    for one in read.lost_keys:
        yield f"Idempotency key {one['id']} names the entry {one['entry_id']}, which is not in the ledger."
