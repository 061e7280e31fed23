"""What it costs to tell one change to many subscribers: this server beside others, on the same machine.

For each server: (CPU of all its threads with many subscribers, less the same with one) for each extra frame.
"""

import argparse
import json
import resource
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import report
from contenders import HERE, Bare, Contender, Node, Stock
from contenders_leitai import Leitai
from contenders_town import Alone, Boards
from measure import Sample, measure

BOARD = HERE / "baselines" / "board.json"
PRODUCT = "leitai"
ROWS = 10  # of every board
BASELINES: dict[str, Callable[[Path, int], Contender]] = {"bare": Bare, "node": Node, "stock": Stock}


def main() -> int:
    options = arguments()
    allow_open_files(options.subscribers + 200)
    with tempfile.TemporaryDirectory() as folder:
        runs = compare(options, Path(folder) / "board.json")
    setting = (
        f"{shape(options)}, {options.changes} changes at least {options.beat:g} s apart; "
        f"median (least–most) of {options.runs} interleaved runs."
    )
    kept, lines = report.verdict(runs, options.promise)
    if options.json:
        print(json.dumps([{name: asdict(sample) for name, sample in run.items()} for run in runs], indent=1))
    else:
        print("\n".join((setting, report.machine(), "", report.table(runs), *lines)))
    if options.write:
        report.write(runs, setting, options.promise)
    return 0 if kept else 1


def shape(options: argparse.Namespace) -> str:
    if options.boards > 1:
        return f"{options.boards} boards with {options.per_board} subscribers each, all changed each time"
    who = "viewers whose operations can't be shared" if options.unshared else "subscribers"
    return f"{options.subscribers:,} {who}"


def compare(options: argparse.Namespace, captured: Path) -> list[report.Run]:
    """Let each run once before any runs again; where the product takes part, all others send its bytes."""
    runs: list[report.Run] = []
    for number in range(1, options.runs + 1):
        run: report.Run = {}
        for name in options.only:
            frame = captured if captured.exists() and not options.unshared else BOARD
            contender = product(options) if name == PRODUCT else BASELINES[name](frame, options.boards)
            sample = measure(contender, subscribers=options.subscribers, changes=options.changes, beat=options.beat)
            if name == PRODUCT and not captured.exists():
                captured.write_text(payload(sample.first_frame), encoding="utf-8")
            say(number, sample)
            run[sample.contender] = sample
        runs.append(run)
    return runs


def product(options: argparse.Namespace) -> Contender:
    if options.unshared:
        return Alone(options.subscribers)
    return Boards(branches=options.boards, members=ROWS) if options.boards > 1 else Leitai()


def payload(frame: str) -> str:
    """Cut what a `next` message carries out of its text, byte for byte."""
    start = frame.index('"payload":') + len('"payload":')
    text = frame[start:].rstrip().removesuffix("}")
    json.loads(text)
    return text


def say(number: int, sample: Sample) -> None:
    cpu = f"{sample.microseconds:8.1f} µs per extra frame"
    print(f"run {number}: {sample.contender:20} {cpu}, p99 {sample.p99_late * 1000:.0f} ms", file=sys.stderr)


def allow_open_files(needed: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(needed, hard), hard))


def arguments() -> argparse.Namespace:
    known = [PRODUCT, *BASELINES]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--boards", type=int, default=1, help="that many boards with --per-board subscribers each")
    parser.add_argument("--per-board", type=int, default=50)
    parser.add_argument("--unshared", action="store_true", help="operations that select what is the viewer's own")
    parser.add_argument("--changes", type=int, help="50; with more than 1,000 frames for each, fewer")
    parser.add_argument("--runs", type=int, help="5, or 3 of the other shapes")
    parser.add_argument("--beat", type=float, default=0.25, help="seconds from one change to the next, or more")
    parser.add_argument("--only", nargs="+", choices=known, help="the servers to run")
    parser.add_argument("--json", action="store_true", help="print every run as JSON instead of the table")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    options = parser.parse_args()
    if options.boards > 1:
        options.subscribers, options.beat = options.boards * options.per_board, 2.0
        options.promise = report.Promise("fanout boards", 1.5, None)
        usual, changes = [PRODUCT, "bare"], 10
    elif options.unshared:
        options.beat = 3.0  # far above what a thousand executions take, so that none is skipped
        options.promise = report.Promise("fanout unshared", None, 0.25)
        usual, changes = [PRODUCT, "node"], 10
    elif options.subscribers > 1000:
        options.promise = report.Promise(f"fanout {options.subscribers}", 1.2, 6.0)
        usual, changes = [PRODUCT, "bare", "node"], max(10, 50_000 // options.subscribers)
    else:
        options.promise = report.Promise("fanout", 1.2, 6.0)
        usual, changes = known, 50
    options.only = options.only or usual
    options.changes = options.changes or changes
    options.runs = options.runs or (5 if options.promise.section == "fanout" else 3)
    if options.subscribers < 2 or options.changes < 1 or options.runs < 1:
        parser.error("at least 2 subscribers, 1 change and 1 run")
    return options


if __name__ == "__main__":
    sys.exit(main())
