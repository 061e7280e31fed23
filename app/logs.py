"""Structured logs to stderr: one event a line, readable in a terminal, JSON where a collector reads it."""

import logging
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog

ROOT = Path(__file__).parents[1]
OURS = ("app", "schema", "resolvers", "models", "realtime", "rules")
INNERMOST = 2  # places of whatever code, where an exception was raised
MOST_PLACES = 12  # of an exception and what it was raised from


def _quiet(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """uvicorn repeats its message with colours."""
    event.pop("color_message", None)
    return event


def _places(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Of an exception its type and the places of code it came through, innermost last. Its message is left out: a
    database's repeats the values of the row, a telephone number among them."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = " < ".join(type(one).__name__ for one in _causes(error))
        event["at"] = [place for one in _causes(error) for place in _came_through(one)][-MOST_PLACES:]
    return event


def _causes(error: BaseException) -> list[BaseException]:
    """It, and what it was raised from, outermost first."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


def _came_through(error: BaseException) -> list[str]:
    """Our own code, and the innermost of others'."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames[:-INNERMOST] if _is_ours(one.filename)]
    return [f"{_place(one.filename)}:{one.lineno} {one.name}" for one in ours + frames[-INNERMOST:]]


def _is_ours(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in OURS


def _place(filename: str) -> Path:
    """Our files by their path below the root; others by their last two parts."""
    path = Path(filename)
    return path.relative_to(ROOT) if _is_ours(filename) else Path(*path.parts[-2:])


def configure(level: str, json: bool) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _quiet,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _places,
    ]
    renderer = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(max(logging.INFO, root.level))  # below: headers and frames, tokens too
    logging.getLogger("uvicorn.error").addFilter(
        lambda record: (
            not str(record.msg).startswith(("connection ", '%s - "WebSocket'))
        )  # a line per screen says nothing
    )
    for name in ("tortoise", "asyncio", "aiosqlite"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("strawberry.execution").setLevel(logging.CRITICAL + 1)  # it would repeat what errors say
