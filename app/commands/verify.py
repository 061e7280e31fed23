"""`leitai verify`: what differs goes to its caller; what is said besides goes to stderr."""

from datetime import UTC, datetime

import typer

from app.commands import schema_made
from app.database import contact, opened
from app.expected import CommandFailed
from app.settings import load
from resolvers.verification import verify as verification_verify


async def verify_all() -> list[str]:
    """Sentences with ids, one for each difference between the database and its own history, or what the migrations
    make. History is not looked at while a table or column is missing."""
    settings = load()
    await contact(settings.database_url)
    wanted = await schema_made.scratch(settings)
    async with opened(settings):
        schema = await schema_made.compare(settings, wanted)
        for remark in schema.remarks:
            typer.echo(remark, err=True)
        if schema.unreadable:
            return schema.differences
        verdict = await verification_verify.verify(datetime.now(UTC))
        for remark in verdict.remarks:
            typer.echo(remark, err=True)
        return [*schema.differences, *verdict.differences]


async def schema_whole() -> None:
    """CommandFailed: names what differs from what the migrations make."""
    settings = load()
    await contact(settings.database_url)
    wanted = await schema_made.scratch(settings)
    async with opened(settings):
        found = (await schema_made.compare(settings, wanted)).differences
    if found:
        raise CommandFailed("\n".join([*found, "The schema is not whole: put the backup back once more, whole."]))
