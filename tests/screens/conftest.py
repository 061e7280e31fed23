from __future__ import annotations

from collections.abc import Iterator

import pytest
from halls import Hall
from kiosks import chromium
from services import ServiceIsMissing

from app.web.screens import BUILT


@pytest.fixture(scope="module")
def built() -> None:
    """Chromium, and screens to show in it."""
    try:
        chromium()
    except ServiceIsMissing as reason:
        pytest.skip(str(reason))
    assert (BUILT / "index.html").is_file(), "the screens are not built: make screens"


@pytest.fixture(scope="module")
def hall(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """One for a file: a test that stops its server starts it again."""
    hall = Hall(tmp_path_factory.mktemp("hall"))
    try:
        yield hall
        assert " at=[" not in hall.server.log
    finally:
        hall.close()
