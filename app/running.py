"""How a command runs: its log, its loop, a word where it is silent for long, and its end in a sentence."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import typer

from app import expected, logs
from app.expected import CommandFailed
from app.setting_faults import SettingsRefused
from app.settings import load

T = TypeVar("T")
SILENCE = 3.0  # seconds without a word
_waiting_for: list[str] = []


def run(work: Coroutine[Any, Any, T]) -> T:
    try:
        settings = load()
    except SettingsRefused:
        work.close()
        raise
    logs.configure(settings.log_level, settings.log_json)
    word = threading.Timer(SILENCE, _say)
    word.daemon = True
    word.start()
    try:
        return asyncio.run(work)
    finally:
        word.cancel()


@contextmanager
def waiting_for(what: str) -> Generator[None]:
    """What is said when it lasts."""
    _waiting_for.append(what)
    try:
        yield
    finally:
        _waiting_for.pop()


def _say() -> None:
    typer.echo(f"Still waiting for {_waiting_for[-1]} …" if _waiting_for else "Still at work …", err=True)


def secret(what: str, variable: str, given: str | None) -> str:
    """A password: from the environment, typed twice, or a line of what is piped in. CommandFailed: none came."""
    if given:
        return given
    if not sys.stdin.isatty():
        if piped := sys.stdin.readline().rstrip("\r\n"):
            return piped
        fail(f"There is no terminal to ask for {what}; put it into {variable}.")
    return typer.prompt("Password", hide_input=True, confirmation_prompt=True)


def fail(message: str) -> NoReturn:
    raise CommandFailed(message)


def ended(command: Callable[[], Any]) -> NoReturn:
    """Run a command to its exit code: 2 for settings and usage, 1 for what else was expected, 130 for Ctrl-C."""
    try:
        command()
        code = 0
    except SettingsRefused as refusal:
        code = _told(str(refusal), 2)
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        code = _pipe_closed()
    except Exception as error:
        said = expected.sentence(error, _database())
        if said is None:
            raise
        code = _told(said, 1)
    sys.exit(code)


def _told(sentence: str, code: int) -> int:
    typer.echo(sentence, err=True)
    return code


def _pipe_closed() -> int:
    """A reader that closed the pipe has seen enough; Python would say so once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _database() -> str:
    try:
        return load().database_url
    except SettingsRefused:
        return ""
