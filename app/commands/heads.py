"""`leitai heads`: of block chains and of the audit log, written out to be kept elsewhere, and held against later."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.database import opened
from app.keys import signing
from app.running import fail, run
from app.settings import load

heads_app = typer.Typer(no_args_is_help=True, help="Heads of block chains and of the audit log, to be kept elsewhere.")


@heads_app.command("export", help="All heads, a JSON object a line, to FILE or to the terminal.")
def export(
    file: Annotated[Path | None, typer.Argument(help="A new file: kept heads are never replaced.")] = None,
) -> None:
    from resolvers import audit
    from resolvers.audit import Subject
    from resolvers.audit_log import kept_heads as audit_log_kept_heads
    from resolvers.blocks import kept_heads as blocks_kept_heads

    if file and file.exists():
        fail(f"{file} is there already, and kept heads are not replaced; name another file.")
    found: list[str] = []

    async def work() -> None:
        async with opened(load()):
            found.extend(await blocks_kept_heads.heads())
            found.extend(await audit_log_kept_heads.heads(datetime.now(UTC), signing.signer(load())))
            subject = Subject("Block", (), None, None, details={"heads": len(found)})
            await audit.record(datetime.now(UTC), audit.command_line("heads export"), subject)

    run(work())
    text = "".join(f"{one}\n" for one in found)
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{file} can't be written ({error.strerror}).")
    typer.echo(f"{len(found)} head(s) in {file}. Keep the file where nobody who can write the database can reach it.")


@heads_app.command("check", help="What was rewritten or cut since FILE was exported; exit 1 and name it.")
def check(file: Annotated[Path, typer.Argument(help="As `leitai heads export` wrote it.")]) -> None:
    from resolvers.blocks import kept_heads as blocks_kept_heads

    load()  # wrong settings are told before anything else
    try:
        kept = blocks_kept_heads.read(file.read_text(encoding="utf-8").splitlines())
    except OSError as error:
        fail(f"{file} can't be read ({error.strerror}).")
    except UnicodeDecodeError:
        fail(f"{file} is not text in UTF-8, so it holds no heads.")
    except blocks_kept_heads.NoHead as fault:
        fail(f"{file}: {fault}")
    if not kept:
        fail(f"{file} is empty: it holds no head, so that nothing can be compared.")
    found: list[str] = []

    async def work() -> None:
        async with opened(load()):
            found.extend(await blocks_kept_heads.differences(kept))

    run(work())
    for one in found:
        typer.echo(one)
    if found:
        fail(f"{len(found)} of {len(kept)} kept head(s) are no longer what they were.")
    typer.echo(f"All {len(kept)} kept head(s) are still there.")
