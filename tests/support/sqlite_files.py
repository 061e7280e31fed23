"""SQLite databases for tests."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path


class Sqlite:
    """The same two verbs as Postgres, for files; each in its own folder, for a key may lie beside it."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def create_database(self, template: str | None = None) -> str:
        file = self._folder / str(next(self._numbers)) / "leitai.sqlite3"
        file.parent.mkdir(parents=True)
        if template is not None:
            _copy(_file(template), file)
        return f"sqlite://{file}"

    def drop_database(self, url: str) -> None:
        shutil.rmtree(_file(url).parent)

    def files_of(self, url: str) -> Path:
        """The folder that holds a database and what lies beside it."""
        return _file(url).parent


class Copied:
    """Copies of one migrated database."""

    def __init__(self, files: Sqlite, template: str) -> None:
        self._files, self._template = files, template

    def take(self) -> str:
        return self._files.create_database(template=self._template)

    async def give_back(self, url: str) -> None:
        self._files.drop_database(url)


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite://"))


def _copy(source: Path, target: Path) -> None:
    # Not a copied file: what was written last may still lie in the log beside it.
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
