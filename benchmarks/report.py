"""Medians, ratios and the table of docs/benchmarks.md."""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from measure import Sample

DOCS = Path(__file__).parent.parent / "docs" / "benchmarks.md"
PRODUCT, FLOOR, RIVAL = "Leitai", "bare Starlette loop", "graphql-ws on Node"


@dataclass(frozen=True)
class Promise:
    """section: its place in docs/benchmarks.md. floor, cheaper: at most so many times the bare loop's cost, at least so
    many times cheaper than graphql-ws; None: not promised."""

    section: str
    floor: float | None
    cheaper: float | None


Run = dict[str, Sample]


def spread(values: list[float], form: str) -> str:
    return f"{median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def ratios(runs: list[Run], above: str, below: str) -> list[float]:
    """A ratio for each run that measured both: neighbours in time, so the machine's moods cancel."""
    pairs = [(run[above], run[below]) for run in runs if above in run and below in run]
    return [a.microseconds / b.microseconds for a, b in pairs]


def table(runs: list[Run]) -> str:
    lines = [
        "| server | CPU per extra frame, µs | × bare loop | bytes per frame | reached after: median · p99 |",
        "|---|---|---|---|---|",
    ]
    names = sorted(runs[0], key=lambda name: median(run[name].microseconds for run in runs))
    for name in names:
        samples = [run[name] for run in runs]

        def middle(of: Callable[[Sample], float], samples: list[Sample] = samples) -> float:
            return median(map(of, samples))

        to_floor = ratios(runs, name, FLOOR)
        cells = (
            name,
            spread([each.microseconds for each in samples], ".1f"),
            spread(to_floor, ".2f") if to_floor else "",
            f"{middle(lambda each: each.bytes_per_frame):,.0f}",
            " · ".join(
                f"{middle(late) * 1000:.0f} ms" for late in (lambda each: each.median_late, lambda each: each.p99_late)
            ),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def verdict(runs: list[Run], promise: Promise) -> tuple[bool, list[str]]:
    """What was promised of the product, where it and the other were both measured."""
    kept, lines = True, []
    if promise.floor and (to_floor := ratios(runs, PRODUCT, FLOOR)):
        kept &= median(to_floor) <= promise.floor
        lines.append(f"{spread(to_floor, '.2f')} × the bare loop; promised: at most {promise.floor}")
    if promise.cheaper and (cheaper := ratios(runs, RIVAL, PRODUCT)):
        kept &= median(cheaper) >= promise.cheaper
        lines.append(f"{spread(cheaper, '.2f')} × cheaper than graphql-ws; promised: at least {promise.cheaper}")
    wholes = [run[PRODUCT].whole for run in runs if PRODUCT in run and run[PRODUCT].whole != run[PRODUCT].microseconds]
    if wholes:
        lines.append(f"with what loading and executing each further board costs: {spread(wholes, '.1f')} µs per frame")
    counted = [run[PRODUCT].counted for run in runs if PRODUCT in run and run[PRODUCT].counted]
    if counted:
        loads, executions = ({each[name] for each in counted} for name in ("loads", "executions"))
        lines.append(f"loads {sorted(loads)} and executions {sorted(executions)} in each run's changes")
    return kept, lines


def machine() -> str:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        named = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = named[0].partition(":")[2].strip() if named else model
    packages = ", ".join(f"{name} {version(name)}" for name in ("uvicorn", "websockets", "strawberry-graphql"))
    node = shutil.which("node")
    node_version = subprocess.check_output([node, "--version"], text=True).strip() if node else "none"
    python = f"Python {platform.python_version()}, {packages}, Node {node_version}"
    return f"{os.cpu_count()} × {model}; {python}."


def write(runs: list[Run], setting: str, promise: Promise) -> None:
    _, lines = verdict(runs, promise)
    parts = [setting, machine(), "", table(runs), *([""] if lines else []), *(f"- {line}" for line in lines)]
    put(promise.section, parts)


def put(section: str, lines: list[str]) -> None:
    """Into its place in docs/benchmarks.md, between two comments."""
    text = DOCS.read_text(encoding="utf-8")
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"{DOCS.name} has no place for {section}")
    DOCS.write_text("\n".join((before + begin, *lines, end + after)), encoding="utf-8")


def told(section: str, setting: str, rows: list[tuple[str, str, str, bool]], *, write: bool) -> int:
    """Print what was measured, promised and kept, perhaps put it into the documentation, and give the exit code."""
    lines = ["| measured | value | promised | kept |", "|---|---|---|---|"]
    lines += [f"| {what} | {value} | {promised} | {'yes' if kept else 'no'} |" for what, value, promised, kept in rows]
    lines = [setting, machine(), "", *lines]
    print("\n".join(lines))
    if write:
        put(section, lines)
    return 0 if all(kept for *_, kept in rows) else 1


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]
