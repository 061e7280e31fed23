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
from resolvers import importing
from resolvers.importing import ImportRefused, Report
from rules.matching_members import Namesakes
from rules.spreadsheets import check_size

Import = Callable[..., Awaitable[Report]]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV or XLSX.")]

Same = Annotated[
    Namesakes,
    typer.Option(help="Whom a line means whose name is known there, where neither phone nor login tells: ask refuses."),
]

import_app = typer.Typer(no_args_is_help=True)


@import_app.command("organizations")
def import_organizations(file: File) -> None:
    """Columns code, parent_code, name, kind. What the file leaves out stays as it is; again is an update."""
    _run(file, importing.organizations)


@import_app.command("members")
def import_members(file: File, namesakes: Same = Namesakes.ASK) -> None:
    """Columns organization_code, name, alias, phone, joined_on, login. An empty cell leaves what is kept."""
    _run(file, partial(importing.members, namesakes=namesakes))


def _run(file: Path, act: Import) -> None:
    try:
        check_size(file.stat().st_size)  # before a wrong file fills the memory
        report = run(_import(file.read_bytes(), file.name, act, load()))
    except ImportRefused as refusal:
        for line in refusal.printed():
            typer.echo(line, err=True)
        typer.echo(f"{file.name}: {len(refusal.faults):,} faults. Nothing was written.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{file.name}: {report.created:,} created, {report.updated:,} updated, {report.unchanged:,} unchanged.")


async def _import(content: bytes, name: str, act: Import, settings: Settings) -> Report:
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("Checking", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, description="Writing", completed=done, total=total)

        async with opened(settings):
            return await act(content, name, now=lambda: datetime.now(UTC), announce=lambda _: None, progress=progress)
