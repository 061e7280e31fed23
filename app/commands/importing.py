"""`leitai import`: organizations and members from CSV or XLSX, all or nothing."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from app.database import opened
from app.running import run
from app.settings import Settings, load
from resolvers.imports import importing
from resolvers.imports.importing import ImportRefused, Report
from resolvers.systems import ports
from rules.imports.matching_members import Namesakes
from rules.imports.spreadsheets import MOST_BYTES, check_size, refused

Import = Callable[..., Awaitable[Report]]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV or XLSX.")]
Check = Annotated[bool, typer.Option("--check", help="Say what would happen, and write nothing.")]
Zone = Annotated[
    str | None,
    typer.Option(
        "--time-zone",
        metavar="IANA-NAME",
        help="Of roots for which the file says none, such as Asia/Urumqi. A new root's is Asia/Shanghai otherwise.",
    ),
]

Same = Annotated[
    Namesakes,
    typer.Option(help="Whom a line means whose name is known there, where neither phone nor login tells: ask refuses."),
]

import_app = typer.Typer(no_args_is_help=True)


@import_app.command("organizations")
def import_organizations(file: File, check: Check = False, time_zone: Zone = None) -> None:
    """Columns code, parent_code, name, kind, perhaps time_zone. What the file leaves out stays as it is; again is an
    update."""
    _run(file, partial(importing.organizations, check=check, time_zone=time_zone))


@import_app.command("members")
def import_members(file: File, namesakes: Same = Namesakes.ASK, check: Check = False) -> None:
    """Columns organization_code, name, alias, phone, joined_on, login. An empty cell leaves what is kept."""
    _run(file, partial(importing.members, namesakes=namesakes, check=check))


def _run(file: Path, act: Import) -> None:
    try:
        report = run(_import(_content(file), file.name, act, load()))
    except ImportRefused as refusal:
        for line in refusal.printed(file.name):
            typer.echo(line, err=True)
        typer.echo(f"{file.name}: {len(refusal.faults):,} faults. Nothing was written.", err=True)
        raise typer.Exit(1) from None
    _tell(file.name, report)


def _content(file: Path) -> bytes:
    """At most as much as a table may have, even if the file never ends."""
    try:
        check_size(file.stat().st_size)
        with file.open("rb") as opened_file:
            content = opened_file.read(MOST_BYTES + 1)
    except OSError as error:
        raise refused(f"The file cannot be read: {error.strerror}.") from error
    check_size(len(content))
    return content


def _tell(name: str, report: Report) -> None:
    for note in report.notes:
        typer.echo(f"{name}: {note}", err=True)  # standard output says what was done, for scripts
    if report.preview:
        for line in report.preview.lines():
            typer.echo(f"{name}: would {line}")
        counts = f"{report.created:,} to create, {report.updated:,} to update, {report.unchanged:,} unchanged"
        typer.echo(f"{name}: {counts}. Checked only: nothing was written.")
    else:
        typer.echo(f"{name}: {report.created:,} created, {report.updated:,} updated, {report.unchanged:,} unchanged.")


async def _import(content: bytes, name: str, act: Import, settings: Settings) -> Report:
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("Checking", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, description="Writing", completed=done, total=total)

        async with opened(settings):
            return await act(content, name, now=lambda: datetime.now(UTC), ports=ports(), progress=progress)
