"""A live board in a terminal: rows that moved since the frame before stand out for a while, by shape and by colour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

HOLD = 6.0  # seconds for which a movement stands out: long enough to be seen from across a room
MEDALS = {1: "bold #f5c542", 2: "bold #c8ccd4", 3: "bold #cd8b5a"}
STATES = {"LIVE": "bold green", "SETTLING": "bold yellow", "FINAL": "bold blue", "FROZEN": "bold cyan"}
BAR = 18  # columns
ROOM_FOR_BARS, ROOM_FOR_PLACES = 80, 60  # columns of the terminal
NOBODY = "·"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Movement:
    """places: up is above zero. entered: it was not among the rows before. gained: points."""

    places: int = 0
    entered: bool = False
    gained: float = 0


@dataclass(slots=True)
class Movements:
    """What changed between one frame and the next; what follows within HOLD adds up."""

    _before: dict[str, Row] | None = None
    _held: dict[str, tuple[Movement, float]] = field(default_factory=dict[str, tuple[Movement, float]])

    def take(self, rows: Sequence[Row], now: float) -> None:
        before, self._before = self._before, {row["id"]: row for row in rows}
        self._held = {key: kept for key, kept in self._held.items() if kept[1] > now and key in self._before}
        for key, row in self._before.items() if before is not None else ():
            assert before is not None
            old, (held, _) = before.get(key), self._held.get(key, (Movement(), 0.0))
            if old is None:
                self._held[key] = (Movement(entered=True), now + HOLD)
            elif (old["rank"], old["score"]) != (row["rank"], row["score"]):
                places, gained = old["rank"] - row["rank"], row["score"] - old["score"]
                added = Movement(held.places + places, held.entered, held.gained + gained)
                self._held[key] = (added, now + HOLD)

    def of(self, key: str, now: float) -> Movement | None:
        """None: it stands as it stood."""
        held = self._held.get(key)
        return held[0] if held and held[1] > now else None


@dataclass(slots=True)
class Shown:
    """The newest frame and when it came. lost: why the connection is gone; again_at: when it is tried again."""

    zone: tzinfo = field(default_factory=lambda: ZoneInfo("UTC"))
    board: dict[str, Any] | None = None
    at: float = 0.0
    movements: Movements = field(default_factory=Movements)
    lost: str | None = None
    again_at: float = 0.0

    def take(self, board: dict[str, Any], now: float) -> bool:
        """False: older than what is shown, so nothing changed."""
        old = self.board
        if old is None or old["id"] != board["id"] or old["view"] != board["view"]:
            self.movements = Movements()
        elif int(board["version"]) < int(old["version"]):
            return False
        self.movements.take(board["rows"], now)
        self.board, self.at, self.lost = board, now, None
        return True


# ---------------------------------------------------------------- parts


def subject(row: Row) -> tuple[str, str]:
    """Name and organization; a row without a subject chose not to be shown."""
    found = row["subject"]
    if found is None:
        return "", ""
    if found["__typename"] == "Member":
        return found["displayName"], found["organization"]["name"]
    return found["name"], f"{row['memberCount']} members" if row["memberCount"] is not None else ""


def points(row: Row) -> str:
    return f"{row['score']:,.0f}" if row["memberCount"] is None else f"{row['score']:,.3f}"


def arrow(row: Row, moved: Movement | None) -> Text:
    """Bright: just now. Pale: since the day began."""
    if moved and moved.entered:
        return Text("● new", "bold cyan")
    if moved and moved.places:
        return Text(f"▲{moved.places}", "bold green") if moved.places > 0 else Text(f"▼{-moved.places}", "bold red")
    if row["previousRank"] is None:
        return Text("", "dim")
    climbed = row["previousRank"] - row["rank"]
    if climbed == 0:
        return Text("–", "dim")
    return Text(f"▲{climbed}", "dim green") if climbed > 0 else Text(f"▼{-climbed}", "dim red")


def period(board: Mapping[str, Any], zone: tzinfo) -> str:
    kind, starts, ends = (board["period"][name] for name in ("kind", "startsAt", "endsAt"))
    if starts is None:
        return "all time"
    first, last = day_of(starts, zone), day_of(ends, zone) - timedelta(days=1)
    return f"{kind.lower()} {first}" + ("" if first == last else f" – {last}")


def day_of(instant: str, zone: tzinfo) -> date:
    return moment(instant, zone).date()


def moment(instant: str, zone: tzinfo) -> datetime:
    return datetime.fromisoformat(instant).astimezone(zone)


def ago(seconds: float) -> str:
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60:02} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60:02} min"


# ---------------------------------------------------------------- the whole


def table(shown: Shown, now: float, width: int) -> RenderableType:
    """width: columns of the terminal; a narrow one goes without bars, a very narrow one without organizations."""
    board = shown.board
    if board is None:
        return Text(shown.lost or "Connecting …", "yellow" if shown.lost else "dim")
    title = Text.assemble(
        (f" {board['organization']['name']} ", "bold"),
        f"· {board['subject'].lower()}s · {period(board, shown.zone)} ",
    )
    return Panel(
        Group(_grid(shown, board, now, width), Text(), _status(shown, board, now)),
        title=title,
        title_align="left",
        box=box.ROUNDED,
        border_style="yellow" if shown.lost is not None else "#c0392b",
        padding=(1, 2, 0, 2),
    )


def _grid(shown: Shown, board: Mapping[str, Any], now: float, width: int) -> Table:
    rows = board["rows"]
    of_members = board["subject"] == "MEMBER"
    grid = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, show_edge=False, padding=(0, 1))
    grid.header_style = grid.border_style = "dim"
    grid.add_column("#", justify="right", width=3)
    grid.add_column("", width=5)
    grid.add_column("Name", ratio=2, no_wrap=True, overflow="ellipsis")
    if width >= ROOM_FOR_PLACES:
        grid.add_column("Organization" if of_members else "Size", ratio=3, no_wrap=True, overflow="ellipsis")
    grid.add_column("Points" if of_members else "Score", justify="right", width=7)
    grid.add_column("", width=6, no_wrap=True)
    if width >= ROOM_FOR_BARS:
        grid.add_column("", width=BAR, no_wrap=True)
    most = max((row["score"] for row in rows), default=0)
    for row in rows:
        cells = _cells(row, shown.movements.of(row["id"], now), most)
        kept = cells if width >= ROOM_FOR_BARS else cells[:-1]
        grid.add_row(*(kept if width >= ROOM_FOR_PLACES else (*kept[:3], *kept[4:])))
    if not rows:
        grid.add_row("", "", Text("Nobody has points here yet.", "dim italic"))
    return grid


def _cells(row: Row, moved: Movement | None, most: float) -> tuple[RenderableType, ...]:
    name, place = subject(row)
    strong = "bold" if moved else ""
    medal = MEDALS.get(row["rank"], "")
    gained = Text()
    if moved and moved.gained:
        gained = Text(f"{moved.gained:+,.3f}".rstrip("0").rstrip("."), "green" if moved.gained > 0 else "red")
    return (
        Text(str(row["rank"]), medal or "dim"),
        arrow(row, moved),
        Text(name, f"{strong} {medal}".strip()) if name else Text("not shown", "dim italic"),
        Text(place, "dim"),
        Text(points(row), f"{strong} {medal}".strip() or "default"),
        gained,
        _bar(row["score"], most, medal, moved),
    )


def _bar(score: float, most: float, medal: str, moved: Movement | None) -> Text:
    """In eighths of a column."""
    eighths = round(8 * BAR * max(0.0, score) / most) if most > 0 else 0
    text = "█" * (eighths // 8) + ("▏▎▍▌▋▊▉"[eighths % 8 - 1] if eighths % 8 else "")
    colour = medal.removeprefix("bold ") or "#8c4a43"
    return Text(text, f"bold {colour}" if moved else colour)


def _status(shown: Shown, board: Mapping[str, Any], now: float) -> Text:
    parts: list[tuple[str, str]] = [
        (
            "● " if shown.lost is None else "○ ",
            STATES.get(board["state"], "bold") if shown.lost is None else "yellow",
        ),
        (board["state"], STATES.get(board["state"], "bold")),
        (f"   version {board['version']} of {moment(board['asOf'], shown.zone):%Y-%m-%d %H:%M:%S}", "dim"),
        (f"   {board['size']} ranked", "dim"),
    ]
    if shown.lost is not None:
        parts.append((f"\n{shown.lost} Last frame {ago(now - shown.at)} ago", "yellow"))
        left = shown.again_at - now
        parts.append((f"; again in {ago(left + 0.999)}." if left > 0 else "; trying again …", "yellow"))
    return Text.assemble(*parts)


def line(shown: Shown) -> str:
    """A frame on one line, where there is no terminal."""
    board = shown.board
    assert board
    rows = "; ".join(f"{row['rank']}. {subject(row)[0] or NOBODY} {points(row)}" for row in board["rows"])
    as_of = moment(board["asOf"], shown.zone).isoformat(timespec="seconds")
    head = f"{as_of} {board['organization']['code']} {period(board, shown.zone)} {board['state']} v{board['version']}"
    return f"{head} | {rows or 'nobody has points yet'}"
