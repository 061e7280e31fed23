"""Making the demo's database, serving it, and telling who can sign in once it answers."""

import asyncio
import contextlib
import json
import shutil
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
from rich import box
from rich.console import Console, Group
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

import models
from app import logs
from app.addresses import ANY_PORT, LOOPBACK, PublicUrl
from app.database import migrate
from app.demo import network, tables
from app.demo.company import MARK, MEMBERS_SIGNING_IN, PASSWORD
from app.demo.history import build
from app.demo.life import Life
from app.demo.tables import BRANCHES, ROOT_CODE
from app.expected import CommandFailed
from app.factory import create_app
from app.keys import signing
from app.running import run
from app.server import listening_port, serve
from app.settings import Settings, load
from app.web import graphiql
from models import database_url

LIVELY = 120.0  # seconds with the whole rate; afterwards a fifth, which a hall can look at all day
FILES = ("", "-wal", "-shm", "-journal", ".datakeys")
SCREENS = (("Kiosk", ""), ("Board", "leaderboard"), ("Desk", "desk"))
LOCAL = {"127.0.0.1", "localhost", "::1"}


def start(host: str, port: int, database: str, keep: bool, rate: float, lan: bool = False) -> None:
    settings = load()
    console = Console()
    # Started by hand to be looked at: the server's own lines only where they were asked for.
    logs.configure(settings.log_level if "log_level" in settings.model_fields_set else "warning", settings.log_json)
    port = listening_port(host, port)
    url = database if "://" in database else f"sqlite://{database}"
    try:
        database_url.read(url)
    except ValueError as fault:
        raise CommandFailed(f"--database: {fault}.") from None
    prepare(url, keep, console)
    host, address, own = reach(settings, host, port, network.addresses() if lan else None)
    # Made of the demo's own choice: DATABASE_URL and REDIS_URL belong to the real server.
    own |= {"database_url": url, "redis_url": None, "public_url": PublicUrl.read(address)}
    settings = settings.model_copy(update=own)
    companion = Companion(address, rate, lambda: _tell(console, address, host, rate))
    companion.start()
    try:
        serve(create_app(settings), settings, host, port)
    finally:
        companion.stop()


def reach(
    settings: Settings, host: str, port: int, here: Sequence[str] | None = None
) -> tuple[str, str, dict[str, object]]:
    """Where to listen, how that is reached, and whom it answers. here: for the local network, in which this machine has
    these addresses. CommandFailed: it has none."""
    # Pages of this machine on any port: a front end under development, whatever serves it.
    origins, hosts = [*settings.allowed_origins, LOOPBACK], [*settings.allowed_hosts]
    every = host in ("0.0.0.0", "::")
    reached = "127.0.0.1" if every else host
    if here is not None:
        if not here:
            raise CommandFailed("--lan: this machine is in no network; connect it to one, or leave --lan out.")
        names = [*here, *network.names()]
        host, reached = "0.0.0.0", here[0]
        hosts += names
        origins += [f"http://{one}{ANY_PORT}" for one in names]
    elif every and not hosts:
        hosts = ["*"]  # open to the whole network, whatever name or address it is called by
    address = f"http://{f'[{reached}]' if ':' in reached else reached}:{port}"
    told = graphiql.is_built() or settings.graphiql
    return host, address, {"allowed_origins": origins, "allowed_hosts": hosts, "graphiql": told}


# ---------------------------------------------------------------- the database


def prepare(url: str, keep: bool, console: Console) -> None:
    """A database with the demo company in it. CommandFailed: it holds something else, which is never touched."""
    holds = run(_holds(url))
    if holds == "other":
        raise CommandFailed(f"{url} holds something that is not the demo's; name another --database.")
    if holds == "demo" and keep:
        run(migrate(url))
        return
    if holds != "nothing" and not _file(url):
        raise CommandFailed("This database holds a demo already: go on with --keep, or make a new database.")
    if file := _file(url):
        for ending in FILES:
            file.with_name(file.name + ending).unlink(missing_ok=True)
        file.parent.mkdir(parents=True, exist_ok=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("270 members and their last two months …", total=1.0)
        run(_make(url, lambda share: progress.update(bar, completed=share)))


def _file(url: str) -> Path | None:
    scheme, _, rest = url.partition("://")
    return Path(rest.partition("?")[0]) if scheme == "sqlite" else None


async def _holds(url: str) -> str:
    """nothing, half (a demo that was not finished), demo or other."""
    file = _file(url)
    if file and (not file.exists() or file.stat().st_size == 0):
        return "nothing"
    await models.database.connect(url)
    try:
        if not await models.servers.has_tables():
            return "nothing"
        found = await models.kept_secrets.marked(MARK)
        if found:
            return "demo" if found == "done" else "half"
        return "other" if file or await models.Organization.exists() else "nothing"
    except Exception as error:
        raise CommandFailed(f"{url} can't be read as a database of ours ({type(error).__name__}).") from error
    finally:
        await models.database.close()


async def _make(url: str, told: Callable[[float], None]) -> None:
    await migrate(url)
    signer = signing.signer(load().model_copy(update={"database_url": url}))
    signing.seal_ledger(signer)
    # Nothing is lost when a half-made demo is: it is made anew.
    await models.database.connect(f"{url}{'&' if '?' in url else '?'}synchronous=OFF" if _file(url) else url)
    try:
        await build(datetime.now(UTC), told=told, signer=signer)
        await models.kept_secrets.mark(MARK, "done")
    finally:
        await models.database.close()


# ---------------------------------------------------------------- beside the server


class Companion(threading.Thread):
    """Waits until the server answers, tells so, and then lives. A thread with a loop of its own."""

    def __init__(self, url: str, rate: float, told: Callable[[], None]) -> None:
        super().__init__(name="demo-life", daemon=True)
        self._url, self._rate, self._told = url, rate, told
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._live())
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)
        self._loop.close()

    def stop(self) -> None:
        with contextlib.suppress(RuntimeError):  # it ended by itself
            self._loop.call_soon_threadsafe(lambda: self._task and self._task.cancel())
        self.join(5)

    async def _live(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{self._url}/readyz")).status_code == 200:
                        break
                await asyncio.sleep(0.1)
        self._told()
        if self._rate > 0:
            await Life(self._url, logins(), lambda age: self._rate if age < LIVELY else self._rate / 5).run()


def logins() -> list[tuple[str, str]]:
    numbers = [place.code.removeprefix(f"{ROOT_CODE}-") for place in BRANCHES]
    names = ["secretary", "reviewer"]
    for number in numbers:
        names += [f"secretary-{number}", f"reviewer-{number}"]
        names += [f"member-{number}-{index}" for index in range(1, MEMBERS_SIGNING_IN + 1)]
    return [(name, PASSWORD) for name in names]


# ---------------------------------------------------------------- what is told


def _command() -> str:
    """How this program can be called from here, also where it is not on the PATH."""
    called, here = Path(sys.argv[0]).resolve(), Path.cwd()
    if shutil.which("leitai") or called.name != "leitai":
        return "leitai"
    return str(called.relative_to(here)) if called.is_relative_to(here) else str(called)


def _tell(console: Console, address: str, host: str, rate: float) -> None:
    console.print(_panel(address, host, rate))
    watch = f"{_command()} watch --organization {ROOT_CODE} --login member-1-1 --password {PASSWORD}"
    if not address.endswith(":8000"):
        watch += f" --url {address}"
    lines = (
        ("The live board, in another terminal", watch),
        ("A first question: it answers a token, and the organizationId that most queries ask for", _curl(address)),
    )
    for text, line in lines:
        console.print(f"\n  [dim]{text}[/]")
        console.print(Text(line, "green"), soft_wrap=True)  # one line however long, so that it can be copied
    console.print()


def _panel(address: str, host: str, rate: float) -> Panel:
    people = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 3, 0, 0))
    for heading in ("Login", "Password", "Who"):
        people.add_column(heading)
    for login, who in (
        ("admin", "ADMIN everywhere: the operator, who is no member"),
        ("secretary", "SECRETARY of the committee; secretary-1 … secretary-9 of its branches"),
        ("reviewer", "REVIEWER of the committee; reviewer-1 … reviewer-9 of its branches"),
        ("member-1-1", f"a member of branch 1; member-1-1 … member-9-{MEMBERS_SIGNING_IN}"),
    ):
        people.add_row(Text(login, "bold"), PASSWORD, Text(who, "dim"))
    addresses = [("GraphQL", f"{address}/graphql"), ("Schema", f"{address}/schema.graphql"), *_pages(address)]
    parts = [Text.assemble((f"{name:<10}", "dim"), (one, "bold")) for name, one in addresses]
    if host not in LOCAL:
        parts.append(Text("Anyone who reaches this address can sign in: the password is public.", "yellow"))
    life = f"{rate:g} acts a second at first, then {rate / 5:g}" if rate else "nothing happens by itself"
    footer = f"{tables.MEMBERS} invented members in {len(BRANCHES)} branches · {life} · Ctrl-C ends it"
    return Panel(
        Group(*parts, Text(), people),
        title="[bold]Leitai 擂台[/] · the demo company",
        title_align="left",
        subtitle=Text(footer, "dim"),
        subtitle_align="left",
        box=box.ROUNDED,
        border_style="#c0392b",
        padding=(1, 2),
    )


def _pages(address: str) -> list[tuple[str, str]]:
    """Only where this server has them."""
    pages = [("GraphiQL", f"{address}/graphiql/")] if _is_there(f"{address}/graphiql/") else []
    if _is_there(f"{address}/screens/"):
        pages += [(name, f"{address}/screens/{page}") for name, page in SCREENS]
    return pages


def _is_there(address: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(address, timeout=2, trust_env=False, follow_redirects=True).status_code == 200
    return False


def _curl(address: str) -> str:
    signing_in = f'signIn(input: {{login: "member-1-1", password: "{PASSWORD}"}})'
    told = "token viewer { member { id organization { id name } } }"
    body = json.dumps({"query": f"mutation {{ {signing_in} {{ __typename ... on SignInSuccess {{ {told} }} }} }}"})
    return f"curl {address}/graphql -H 'content-type: application/json' -d '{body}'"
