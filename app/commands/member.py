"""`leitai member`: everything about one person as JSON, and erasing a person's data permanently."""

import json
import os
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from app.database import opened
from app.running import fail, run, secret
from app.settings import load

persons_app = typer.Typer(no_args_is_help=True, help="One person's data: to be handed out, or erased.")
Who = Annotated[str, typer.Argument(metavar="ID-OR-LOGIN", help="A member's id, as the API gives it, or login.")]


@persons_app.command("export", help="Everything that is kept about one person, as JSON; see docs/privacy.md.")
def export(
    who: Who,
    file: Annotated[Path | None, typer.Argument(help="A new file, for its owner's eyes; left out: stdout.")] = None,
) -> None:
    from resolvers.privacy import erasure
    from resolvers.privacy import export as privacy_export

    found: dict[str, Any] = {}

    async def work() -> None:
        member = await erasure.find(who)
        found.update(await privacy_export.export(member.id, datetime.now(UTC)))

    _run(work)
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            written.write(text)
    except FileExistsError:
        fail(f"{file} is there already; name another file.")
    except OSError as error:
        fail(f"{file} can't be written ({error.strerror}).")
    typer.echo(f"Written to {file}, readable by its owner alone.")


@persons_app.command("erase", help="Erase a person's names, texts and addresses permanently; points stay.")
def erase(who: Who, yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False) -> None:
    from resolvers.privacy import erasure
    from resolvers.systems import ports

    found: list[erasure.Erased] = []

    async def work() -> None:
        member = await erasure.find(who)
        if not yes:
            shown = f"{member.name} ({member.id})" if member.name else f"{member.id}, erased before,"
            typer.confirm(f"Erase {shown} permanently? Ranks and sums stay; this cannot be undone.", abort=True)
        found.append(await erasure.erase(member.id, now=lambda: datetime.now(UTC), ports=ports()))

    _run(work)
    typer.echo(f"Member {found[0].member.id} is erased.")
    if not found[0].freed:
        typer.echo(
            "Somebody reads the database without pause, so that copies may be left in the file beside it (-wal)."
            " Run this again when it is quieter.",
            err=True,
        )


@persons_app.command("password", help="A member's password, the first or another; all its sessions end.")
def password(
    who: Who, login: Annotated[str | None, typer.Option(help="A first login, or another one.")] = None
) -> None:
    from resolvers.directory import by_operator
    from resolvers.privacy import erasure
    from resolvers.systems import ports

    given = secret("the password", "LEITAI_MEMBER_PASSWORD", load().member_password)
    found: list[str] = []

    async def work() -> None:
        member = await erasure.find(who)
        made = by_operator.set_password(member, login, given, now=lambda: datetime.now(UTC), ports=ports())
        found.append(await made)

    _run(work)
    typer.echo(f"{found[0]} has a new password; every session of theirs has ended.")


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def inside() -> None:
        async with opened(load()):
            await work()

    run(inside())
