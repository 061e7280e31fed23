"""`leitai watch`: a live board in the terminal, by the public API alone. It outlives the server's restarts."""

import asyncio
import contextlib
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.live import Live

from app.client import Address, Api, Refused, SignedOut, Unreachable, refusal
from app.commands import terminal
from app.commands.terminal import Shown
from app.settings import load
from resolvers.boards import Subject
from rules.periods import PeriodKind

PER_SECOND = 2  # frames; more than eyes follow
LONGEST_WAIT = 15.0  # seconds between two tries
WIDTH = 100  # columns, where no terminal says how many it has
FIND = """query ($parent: ID, $after: String) { organizations(parentId: $parent, first: 100, after: $after) {
  edges { node { id code timeZone children(first: 0) { totalCount } } } pageInfo { hasNextPage endCursor } } }"""
WATCH = """subscription ($input: LeaderboardInput!, $rows: Int!, $pace: Float!) {
  leaderboardUpdated(input: $input, maxPerSecond: $pace) {
    id version asOf state view size subject
    organization { id code name }
    period { kind startsAt endsAt }
    rows(first: $rows) {
      id rank previousRank score points memberCount
      subject { __typename ... on Member { displayName organization { name } } ... on Organization { name } }
    }
  }
}"""


@dataclass(frozen=True, slots=True)
class Asked:
    """credentials None: with a token."""

    code: str
    subject: Subject
    period: PeriodKind
    rows: int
    credentials: tuple[str, str] | None
    once: bool


def command(
    organization: Annotated[str, typer.Option(help="Code of the organization whose board it is.")],
    url: Annotated[str, typer.Option(help="The server.")] = "http://127.0.0.1:8000",
    login: Annotated[str | None, typer.Option(help="Or LEITAI_WATCH_LOGIN.")] = None,
    password: Annotated[str | None, typer.Option(help="Or LEITAI_WATCH_PASSWORD, or a prompt.")] = None,
    token: Annotated[str | None, typer.Option(help="Instead of login and password.")] = None,
    period: Annotated[PeriodKind, typer.Option(case_sensitive=False, help="How far it looks back.")] = PeriodKind.MONTH,
    subject: Annotated[Subject, typer.Option(case_sensitive=False, help="Who is ranked.")] = Subject.MEMBER,
    rows: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 10,
    once: Annotated[bool, typer.Option("--once", help="One frame, then the end.")] = False,
) -> None:
    settings = load()
    login = login or (None if token else settings.watch_login)
    password = password or settings.watch_password
    if login and not password and sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True)
    if not token and not (login and password):
        _end("Say who you are: --login and --password, or --token.")
    credentials = (login, password) if login and password and not token else None
    asked = Asked(organization, subject, period, rows, credentials, once)
    try:
        asyncio.run(_watch(Address.read(url), token, asked))
    except (Refused, SignedOut, Unreachable) as refusal:
        _end(str(refusal))
    except KeyboardInterrupt:
        pass


def _end(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(1)


async def _watch(address: Address, token: str | None, asked: Asked) -> None:
    task = asyncio.current_task()
    assert task
    with contextlib.suppress(NotImplementedError):  # a system without signals
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    watching = Watching(Api(address, token), asked, console)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            if console.is_terminal and not asked.once:
                with Live(get_renderable=watching.rendered, console=console, refresh_per_second=4, transient=False):
                    await watching.run(lambda: None)
            elif asked.once:
                await watching.run(lambda: console.print(watching.rendered()))
            else:
                await watching.run(lambda: print(terminal.line(watching.shown), flush=True))
    finally:
        await watching.close()


class Watching:
    def __init__(self, api: Api, asked: Asked, console: Console) -> None:
        self.shown = Shown()
        self._console = console
        self._api = api
        self._asked = asked
        self._organization: str | None = None
        self._signed_in = False
        self._within = 0.0
        self._failures = 0

    def rendered(self) -> Any:
        return terminal.table(self.shown, time.monotonic(), self._console.width)

    async def run(self, told: Callable[[], None]) -> None:
        """For ever; once: until the first frame. Refused: it can never be. told: after each frame."""
        while True:
            try:
                await self._connected(told)
                return
            except Unreachable as lost:
                if self._asked.once:
                    raise
                await self._wait(str(lost), lost.retry_after)
            except Refused as refused:
                if refused.final or self._asked.once or self.shown.board is None:
                    raise
                await self._wait(str(refused), None)
            except SignedOut as ended:
                if self._asked.credentials is None or (self._asked.once and self._signed_in):
                    raise
                self._api.token, self._organization = None, None  # the server may hold another world by now
                await self._wait(str(ended), None)

    async def _connected(self, told: Callable[[], None]) -> None:
        """Until the connection is lost, which raises; returns after one frame where one is all."""
        asked = self._asked
        if self._api.token is None and asked.credentials:
            await self._api.sign_in(*asked.credentials)
            self._signed_in = True
        if self._organization is None:
            self._organization, self.shown.zone = await find(self._api, asked.code)
        board = {
            "organizationId": self._organization,
            "subject": asked.subject.value,
            "period": asked.period.value,
        }
        variables = {"input": board, "rows": asked.rows, "pace": PER_SECOND}
        async with aclosing(self._api.follow(WATCH, variables)) as messages:
            async for message in messages:
                if message.payload is None:
                    self._within = message.reconnect_within or 0.0
                    continue
                if not message.payload.get("data"):
                    raise refusal(message.payload.get("errors") or [])
                self._failures = 0
                if self.shown.take(message.payload["data"]["leaderboardUpdated"], time.monotonic()):
                    told()
                if asked.once:
                    return

    async def _wait(self, why: str, seconds: float | None) -> None:
        """The first time spread as the server asked, so that a hall does not return all at once; then ever longer."""
        if seconds is None:
            longest = min(LONGEST_WAIT, 2.0**self._failures)
            within = self._within if self._failures == 0 and self._within else longest
            seconds = random.uniform(0.1, max(0.2, within))
        self._failures += 1
        self.shown.lost, self.shown.again_at = why, time.monotonic() + seconds
        if not sys.stdout.isatty():
            typer.echo(f"{why} Again in {seconds:.1f} s.", err=True)
        await asyncio.sleep(seconds)

    async def close(self) -> None:
        """Leaves no token behind that it made itself."""
        with contextlib.suppress(Unreachable, SignedOut, Refused):
            if self._signed_in and self._api.token and self.shown.lost is None:
                await self._api.sign_out()
        await self._api.close()


async def find(api: Api, code: str) -> tuple[str, ZoneInfo]:
    """Id and time zone of the organization with this code, level by level from the roots. Refused: there is none."""
    level: list[str | None] = [None]
    while level:
        below: list[str | None] = []
        for parent in level:
            after: str | None = None
            while True:
                page = (await api.ask(FIND, parent=parent, after=after))["organizations"]
                for node in (edge["node"] for edge in page["edges"]):
                    if node["code"] == code:
                        return node["id"], _zone(node["timeZone"])
                    if node["children"]["totalCount"]:
                        below.append(node["id"])
                after = page["pageInfo"]["endCursor"]
                if not page["pageInfo"]["hasNextPage"]:
                    break
        level = below
    raise Refused(f"There is no organization with the code {code}, or you may not see it.")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
