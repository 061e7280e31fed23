"""`leitai keys`: which data keys are in use, and encrypting phone numbers anew with the first."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import typer

from app.database import opened
from app.keys import data_keys
from app.running import run
from app.settings import load
from models import phones
from resolvers import audit
from resolvers.audit import Subject

keys_app = typer.Typer(no_args_is_help=True, help="Keys that phone numbers are encrypted with; see docs/privacy.md.")


@keys_app.command("list", help="Every key that is known or in use, and how many numbers it holds.")
def list_keys() -> None:
    counted: dict[str, int] = {}

    async def work() -> None:
        counted.update(await phones.counted())

    _run(work)
    known = phones.ids()
    for number, one in enumerate([*known, *sorted(counted.keys() - set(known))]):
        what = "encrypts" if number == 0 and known else "known" if one in known else "MISSING here"
        typer.echo(f"{one}  {counted.get(one, 0):>9,} number(s)  {what}")
    if not known and not counted:
        typer.echo("There is no key yet, and no number.")


@keys_app.command("rotate", help="Encrypt every number with the first key, beside a running server; resumable.")
def rotate() -> None:
    done: list[int] = []

    async def work() -> None:
        file = data_keys.file_in_use(load())
        counted = await phones.counted()
        if file and counted.keys() <= {phones.current().id}:  # nothing was left half-way
            file.put_first()
        done.append(await phones.rotate(lambda _: None))
        subject = Subject("Member", (), None, None, details={"encrypted": done[0]})
        await audit.record(datetime.now(UTC), audit.command_line("keys rotate"), subject)

    _run(work)
    first, *others = phones.ids()
    typer.echo(f"{done[0]:,} number(s) encrypted again; all now use {first}.")
    if others:
        typer.echo(f"No longer in use, but by older backups: {', '.join(others)}.")


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def inside() -> None:
        async with opened(load()):
            await work()

    run(inside())
