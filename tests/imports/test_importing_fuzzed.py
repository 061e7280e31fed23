"""Whatever bytes an import is given: it is done, or refused with faults that are named; nothing else is ever raised."""

import asyncio
import io
import os
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import statements_kept
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from imports import MEMBERS, NOW, ORGANIZATIONS, table, xlsx
from server import migrate
from world import DATA_KEYS

import models
from app.keys import data_keys
from app.settings import Settings
from resolvers.imports import importing
from resolvers.imports.importing import ImportRefused
from resolvers.systems import ports

SEED = int(os.environ.get("LEITAI_SEED", "20260301"))
PLACES = table(ORGANIZATIONS, "1,,市委,COMMITTEE", '2,1,"第一, 支部",BRANCH', "3,2,小组,GROUP")
PEOPLE = table(MEMBERS, "2,王芳,,13800000001,2020-01-02,wang", "3,李强,小李,,2021-03-04,")
ODD = [
    "\x00",
    "\ud800",
    "\u202e",
    '"',
    '""',
    ",",
    "\n",
    "\r",
    "\t",
    ";",
    "\ufeff",
    "=1+1",
    "9" * 400,
    "1e999",
    "－1",
    "COMMITTEE",
]
Act = Callable[..., Any]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.fixture(scope="module")
def attempt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Act, bytes, str], bool]]:
    """An import into one database, which stays: whether it was done. Anything but a refusal is raised."""
    url = f"sqlite://{tmp_path_factory.mktemp('fuzzed') / 'leitai.sqlite3'}"
    migrate(url)
    data_keys.use(Settings(DATABASE_URL=url, LEITAI_DATA_KEYS=DATA_KEYS))  # pyright: ignore[reportCallIssue]
    loop = asyncio.new_event_loop()
    statements_kept.use(url)
    loop.run_until_complete(models.database.connect(url))

    async def imported(act: Act, content: bytes, name: str) -> bool:
        said = ["nothing"]
        try:
            await act(content, name, now=lambda: NOW, ports=ports(), progress=lambda *_: None)
            return True
        except ImportRefused as refused:
            said = refused.printed()
        assert said
        assert all(line and line.isprintable() for line in said), said
        return False

    assert loop.run_until_complete(imported(importing.organizations, PLACES, "good.csv"))
    yield lambda act, content, name: loop.run_until_complete(imported(act, content, name))
    loop.run_until_complete(models.database.close())
    loop.close()


def mutated(good: bytes) -> st.SearchStrategy[bytes]:
    """Up to four cuts of it replaced, by bytes or by what spreadsheets hold."""
    piece = st.binary(max_size=4) | st.sampled_from([one.encode("utf-8", "surrogatepass") for one in ODD])
    cut = st.tuples(st.integers(0, len(good)), st.integers(0, 6), piece)

    def apply(cuts: list[tuple[int, int, bytes]]) -> bytes:
        changed = good
        for at, length, piece in cuts:
            changed = changed[:at] + piece + changed[at + length :]
        return changed

    return st.lists(cut, min_size=1, max_size=4).map(apply)


def repacked(good: bytes) -> st.SearchStrategy[bytes]:
    """A workbook, one of whose parts was changed inside the archive: its checksums are right."""
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def pack(name: str, content: bytes | None) -> bytes:
        kept = io.BytesIO()
        with zipfile.ZipFile(kept, "w") as archive:
            for one, was in parts.items():
                if one != name or content is not None:
                    archive.writestr(one, was if one != name or content is None else content)
        return kept.getvalue()

    changed = {name: mutated(content) | st.none() | st.binary(max_size=60) for name, content in parts.items()}
    return st.sampled_from(sorted(parts)).flatmap(lambda name: changed[name].map(lambda new: pack(name, new)))


def fuzz(attempt: Callable[[Act, bytes, str], bool], number: int, act: Act, name: str, given_bytes: Any) -> int:
    """How many of them were done."""
    done = 0

    @seed(SEED)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        suppress_health_check=SLOW,
    )
    @given(given_bytes)
    def one(content: bytes) -> None:
        nonlocal done
        done += attempt(act, content, name)

    one()
    return done


@pytest.mark.parametrize(("act", "good"), [(importing.organizations, PLACES), (importing.members, PEOPLE)])
def test_any_csv(attempt: Callable[[Act, bytes, str], bool], scaled: Any, act: Act, good: bytes) -> None:
    done = fuzz(attempt, scaled(3_000), act, "any.csv", mutated(good) | st.binary(max_size=200))
    assert done > 0


@pytest.mark.parametrize(("act", "good"), [(importing.organizations, PLACES), (importing.members, PEOPLE)])
def test_any_xlsx(attempt: Callable[[Act, bytes, str], bool], scaled: Any, act: Act, good: bytes) -> None:
    book = xlsx([line.split(",") for line in good.decode().replace('"', "").splitlines()])
    free = st.binary(max_size=200) | st.binary(max_size=60).map(lambda rest: b"PK\x03\x04" + rest)
    fuzz(attempt, scaled(3_000), act, "any.xlsx", repacked(book) | mutated(book) | free)
    attempt(act, good, "good.csv")
