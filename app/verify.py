"""`leitai verify`: what differs goes to its caller; what is said besides goes to stderr."""

from datetime import UTC, datetime

import typer

from resolvers import verification


async def verify_all() -> list[str]:
    """Sentences with ids, one for each difference between the database and its own history."""
    verdict = await verification.verify(datetime.now(UTC))
    for remark in verdict.remarks:
        typer.echo(remark, err=True)
    return list(verdict.differences)
