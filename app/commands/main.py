"""`leitai`: one command for everything an operator does."""

from datetime import UTC, datetime
from typing import Annotated

import typer

import models
from app import logs, running
from app.commands import create_admin as commands_create_admin
from app.commands import doctor, importing, simulate, watch
from app.commands.heads import heads_app
from app.commands.keys import keys_app
from app.commands.member import persons_app
from app.commands.roles import roles_app
from app.database import migrate, opened, pending, takes_changes
from app.demo import command as demo
from app.expected import DatabaseOutdated
from app.keys import data_keys
from app.running import fail, run
from app.settings import Settings, described, load
from app.version import version

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="Leitai 擂台: tasks, points and live leaderboards.")
cli.add_typer(importing.import_app, name="import", help="Organizations and members from CSV or XLSX.")
cli.add_typer(heads_app, name="heads")
cli.add_typer(keys_app, name="keys")
cli.add_typer(persons_app, name="member")
cli.add_typer(roles_app, name="role")


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leitai {version()}")
        raise typer.Exit


@cli.callback()
def about(
    _: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    pass


@cli.command(help=f"API and screens.\n\nSettings, from the environment:\n\n{described()}")
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0: any free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes; above 1 needs PostgreSQL and REDIS_URL.")] = 1,
) -> None:
    from app.factory import create_app
    from app.server import listening_port, serve_many
    from app.server import serve as serve_one

    settings = load()
    logs.configure(settings.log_level, settings.log_json)
    if workers > 1 and settings.database_url.startswith("sqlite"):
        fail("SQLite serves one process. Use --workers 1, or DATABASE_URL=postgres://… for several.")
    if workers > 1 and not settings.redis_url:
        fail("Several workers tell each other of changes through Redis. Set REDIS_URL=redis://…, or use --workers 1.")
    listening_port(host, port)
    if missing := run(pending(settings.database_url)):
        raise DatabaseOutdated(f"The database lacks {len(missing)} migration(s). Run `leitai migrate`, then try again.")
    run(_checked(settings))
    if workers > 1:
        serve_many(host, port, workers)
    else:
        serve_one(create_app(settings), settings, host, port)


async def _checked(settings: Settings) -> None:
    """SettingsRefused: there is something in the database that needs a key, and it is not here. DatabaseUnavailable: it
    can only be read, and a server writes: sessions, attempts, time."""
    data_keys.use(settings)
    await models.database.connect(settings.database_url)
    try:
        await data_keys.check()
        await takes_changes(settings.database_url)
    finally:
        await models.database.close()


cli.command("demo", help="Serve the demo company and its life.")(demo)
cli.command("simulate", help="Lifelike activity through the public API, for a hall's rehearsal.")(simulate.command)
cli.command("watch", help="The live board in the terminal, through the API.")(watch.command)


@cli.command("migrate", help="Bring the database up to date.")
def migrate_command() -> None:
    applied = run(migrate(load().database_url, lambda words: typer.echo(words, err=True)))
    typer.echo(f"Applied {', '.join(applied)}." if applied else "The database is up to date.")


@cli.command(help="Print docs/visibility.md: who may see each field.")
def visibility() -> None:
    from schema.audiences import table

    typer.echo(table(), nl=False)


@cli.command(help="Print the table of docs/privacy.md: what is kept of persons.")
def privacy() -> None:
    from resolvers.privacy.kept import table

    typer.echo(table(), nl=False)


@cli.command("create-admin", help="Create an operator's account: ADMIN everywhere, no member. It may create roots.")
def create_admin(login: Annotated[str, typer.Option(help="1 to 100 characters.")]) -> None:
    settings = load()
    password = running.secret("the password", "LEITAI_ADMIN_PASSWORD", settings.admin_password)

    async def work() -> None:
        async with opened(settings):
            await commands_create_admin.create_admin(login, password)

    run(work())
    typer.echo(f"{login} is ADMIN everywhere.")


@cli.command(
    help="Compare the schema with the migrations, and ledger, balances, slots, ranks and chains with their slow twins;"
    " exit 1 and name what differs."
)
def verify() -> None:
    from app.commands.verify import verify_all

    differences: list[str] = []

    async def work() -> None:
        differences.extend(await verify_all())

    run(work())
    for one in differences:
        typer.echo(one)
    if differences:
        fail(f"{len(differences)} difference(s).")
    typer.echo("Everything agrees.")


@cli.command(help="Run once after restoring a backup: raises versions and cursors above those that screens have seen.")
def restored() -> None:
    from app.commands.verify import schema_whole
    from resolvers import restoring

    async def work() -> None:
        await schema_whole()
        async with opened(load()):
            await restoring.restored(datetime.now(UTC))

    run(work())
    typer.echo("Every board has a newer version than any screen has seen. Now `leitai verify`, then `leitai serve`.")


cli.command("doctor", help="Check everything a server needs, one line each: ok, warning or fault. Exit 1 for a fault.")(
    doctor.command
)


@cli.command("schema", help="Print the GraphQL schema.")
def schema_command() -> None:
    from schema import schema

    typer.echo(schema.as_str())


def main() -> None:
    running.ended(cli)
