"""`leitai heads`: of block chains and of the audit log, written out to be kept elsewhere, and held against later."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from app import logs, signing
from app.database import opened
from app.settings import load

heads_app = typer.Typer(no_args_is_help=True, help="Heads of block chains and of the audit log, to be kept elsewhere.")


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


@heads_app.command("export", help="All heads, a JSON object a line, to FILE or to the terminal.")
def export(
    file: Annotated[Path | None, typer.Argument(help="A new file: kept heads are never replaced.")] = None,
) -> None:
    from resolvers import audit, audit_heads, heads
    from resolvers.audit import Subject

    if file and file.exists():
        _fail(f"{file} is there already, and kept heads are not replaced; name another file.")
    found: list[str] = []

    async def work() -> None:
        async with opened(load()):
            found.extend(await heads.heads())
            found.extend(await audit_heads.heads(datetime.now(UTC), signing.signer(load())))
            subject = Subject("Block", (), None, None, details={"heads": len(found)})
            await audit.record(datetime.now(UTC), audit.command_line("heads export"), subject)

    _run(work)
    text = "".join(f"{one}\n" for one in found)
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        _fail(f"{file} can't be written ({error.strerror}).")
    typer.echo(f"{len(found)} head(s) in {file}. Keep the file where nobody who can write the database can reach it.")


@heads_app.command("check", help="What was rewritten or cut since FILE was exported; exit 1 and name it.")
def check(file: Annotated[Path, typer.Argument(help="As `leitai heads export` wrote it.")]) -> None:
    from resolvers import heads

    try:
        kept = heads.read(file.read_text(encoding="utf-8").splitlines())
    except OSError as error:
        _fail(f"{file} can't be read ({error.strerror}).")
    except UnicodeDecodeError:
        _fail(f"{file} is not text in UTF-8, so it holds no heads.")
    except heads.NoHead as fault:
        _fail(f"{file}: {fault}")
    found: list[str] = []

    async def work() -> None:
        async with opened(load()):
            found.extend(await heads.differences(kept))

    _run(work)
    for one in found:
        typer.echo(one)
    if found:
        _fail(f"{len(found)} of {len(kept)} kept head(s) are no more what they were.")
    typer.echo(f"All {len(kept)} kept head(s) are still there.")


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    settings = load()
    logs.configure(settings.log_level, settings.log_json)
    asyncio.run(work())
