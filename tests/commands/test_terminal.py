"""A board in a terminal: who moved, and what is said when the server is gone."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from app.commands import terminal
from app.commands.terminal import HOLD, Movement, Movements, Shown


def row(key: str, rank: int, points: int, previous: int | None = None, name: str | None = "王芳") -> dict[str, Any]:
    subject = name and {"__typename": "Member", "displayName": name, "organization": {"name": "第一党支部"}}
    return {
        "id": key,
        "rank": rank,
        "previousRank": previous,
        "score": float(points),
        "points": points,
        "memberCount": None,
        "subject": subject,
    }


def frame(version: int, *rows: dict[str, Any], board: str = "one", view: str = "PUBLIC") -> dict[str, Any]:
    period = {"kind": "MONTH", "startsAt": "2026-02-28T16:00:00Z", "endsAt": "2026-03-31T16:00:00Z"}
    return {
        "id": board,
        "version": str(version),
        "view": view,
        "state": "LIVE",
        "size": len(rows),
        "asOf": "2026-03-10T02:00:00Z",
        "subject": "MEMBER",
        "period": period,
        "rows": list(rows),
        "organization": {"id": "o", "code": "GS", "name": "公司党委"},
    }


def drawn(shown: Shown, now: float, width: int = 100) -> str:
    paper = StringIO()
    Console(file=paper, width=width).print(terminal.table(shown, now, width))
    return paper.getvalue()


def test_who_moved_since_the_frame_before_stands_out_for_a_while() -> None:
    movements = Movements()
    movements.take([row("a", 1, 9), row("b", 2, 7)], now=0)
    assert movements.of("a", 0) is None, "the first frame moves nobody"

    movements.take([row("b", 1, 10), row("a", 2, 9), row("c", 3, 2)], now=1)

    assert movements.of("b", 1) == Movement(places=1, gained=3)
    assert movements.of("a", 1) == Movement(places=-1)
    assert movements.of("c", 1) == Movement(entered=True)
    assert movements.of("b", 1 + HOLD) is None


def test_movements_that_follow_each_other_add_up() -> None:
    movements = Movements()
    movements.take([row("a", 3, 1)], now=0)
    movements.take([row("a", 2, 4)], now=1)
    movements.take([row("a", 1, 6)], now=2)
    assert movements.of("a", 2) == Movement(places=2, gained=5)


def test_a_frame_older_than_the_shown_one_changes_nothing() -> None:
    shown = Shown()
    assert shown.take(frame(5, row("a", 1, 9)), now=0)
    assert not shown.take(frame(4, row("a", 1, 2)), now=1)
    assert shown.board
    assert shown.board["version"] == "5"


@pytest.mark.parametrize("other", [{"view": "FULL"}, {"board": "the next month's"}])
def test_another_view_or_board_replaces_what_is_shown_and_moves_nobody(other: dict[str, str]) -> None:
    shown = Shown()
    shown.take(frame(5, row("a", 1, 9)), now=0)
    assert shown.take(frame(4, row("b", 1, 2), **other), now=1)
    assert shown.movements.of("b", 1) is None


def test_movement_is_told_by_shape() -> None:
    shown = Shown()
    shown.take(frame(1, row("a", 1, 9, name="王芳"), row("b", 2, 7, name="李强"), row("x", 3, 1, name=None)), now=0)
    shown.take(frame(2, row("b", 1, 12, name="李强"), row("a", 2, 9, name="王芳"), row("c", 3, 2, name="赵敏")), now=1)
    lines = {name: line for line in drawn(shown, 1).splitlines() for name in ("李强", "王芳", "赵敏") if name in line}
    assert "▲1" in lines["李强"]
    assert "+5" in lines["李强"]
    assert "▼1" in lines["王芳"]
    assert "● new" in lines["赵敏"]


def test_without_a_fresh_movement_the_day_s_is_shown() -> None:
    shown = Shown()
    shown.take(frame(1, row("a", 1, 9, previous=4, name="王芳"), row("b", 2, 7, previous=2, name="李强")), now=0)
    wang, li = (line for line in drawn(shown, 0).splitlines() if "第一党支部" in line)
    assert "▲3" in wang
    assert "–" in li


def test_a_lost_connection_says_how_old_the_board_is() -> None:
    shown = Shown()
    shown.take(frame(1, row("a", 1, 9)), now=0)
    shown.lost, shown.again_at = "The connection was lost.", 95.0
    assert "Last frame 1 min 30 s ago; again in 5 s." in drawn(shown, 90.0)


def test_who_chose_not_to_be_shown_keeps_the_rank_and_has_no_name() -> None:
    shown = Shown()
    shown.take(frame(1, row("a", 1, 9, name=None)), now=0)
    assert "not shown" in drawn(shown, 0)
    assert terminal.line(shown).endswith("| 1. · 9")


@pytest.mark.parametrize("width", [50, 79, 80, 200])
def test_it_fits_the_terminal(width: int) -> None:
    shown = Shown()
    shown.take(frame(1, row("a", 1, 9)), now=0)
    lines = drawn(shown, 0, width).splitlines()
    assert all(terminal.Text(line).cell_len <= width for line in lines)
    assert any("王芳" in line and "9" in line for line in lines)
