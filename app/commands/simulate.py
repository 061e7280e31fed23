"""`leitai simulate`: lifelike activity for a hall's rehearsal, of people whose logins are given. It is really
recorded."""

import asyncio
import contextlib
import csv
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from app import logs
from app.client import Address, Refused
from app.expected import CommandFailed
from app.settings import load

COLUMNS = ("login", "password")


def command(
    rate: Annotated[float, typer.Option(min=0.01, max=100, help="Acts a second.")] = 5.0,
    people: Annotated[
        Path | None, typer.Option("--logins", help="CSV with columns login,password; left out: the demo's.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="The server; left out: PUBLIC_URL.")] = None,
    seconds: Annotated[float | None, typer.Option(min=1, help="How long; left out: until Ctrl-C.")] = None,
) -> None:
    from app.demo.life import Life
    from app.demo.start import logins

    settings = load()
    logs.configure(settings.log_level, settings.log_json)
    found = read(people) if people else logins()
    address = url or str(settings.public_url)
    try:
        Address.read(address)
    except Refused as fault:
        raise CommandFailed(str(fault)) from None
    life = Life(address, found, lambda _: rate)
    typer.echo(f"{len(found)} people live at {address}, {rate:g} acts a second. What they do is really recorded.")
    with contextlib.suppress(KeyboardInterrupt, TimeoutError):
        asyncio.run(_for(seconds, life.run()))
    for what, times in sorted(life.done.items()):
        typer.echo(f"{times:6} {what}")


async def _for(seconds: float | None, work: Coroutine[Any, Any, None]) -> None:
    async with asyncio.timeout(seconds):
        await work


def read(file: Path) -> list[tuple[str, str]]:
    """CommandFailed: the file can't be read, or lacks a column or a value; says which line."""
    try:
        lines = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise CommandFailed(f"{file} can't be read as CSV in UTF-8 ({fault}).") from None
    found: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=2):
        login, password = (line.get(one) for one in COLUMNS)
        if not login or not password:
            raise CommandFailed(f"{file}, line {number}: give login,password, as the heading has to name them.")
        found.append((login, password))
    if not found:
        raise CommandFailed(f"{file} names nobody; it needs the heading login,password and a line for each person.")
    return found
