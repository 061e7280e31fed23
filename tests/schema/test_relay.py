"""What a front end with Relay needs of the schema: its compiler takes fragments that refetch and page themselves."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from schema import schema

NODE = Path(__file__).parents[1] / "node"
COMPILER = NODE / "node_modules" / ".bin" / "relay-compiler"
PAGED = re.compile(r"@refetchable\(queryName: \"(\w+)\"\)")


@pytest.fixture
def front_end(tmp_path: Path) -> Path:
    """The fragments of tests/node/relay beside the schema as it is printed."""
    assert COMPILER.exists(), "make install"
    folder = tmp_path / "front-end"
    shutil.copytree(NODE / "relay", folder)
    (folder / "schema.graphql").write_text(schema.as_str(), encoding="utf-8")
    return folder


def compiled(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMPILER, "relay.config.json"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )


def test_relay_compiles_fragments_that_refetch_and_page_themselves(front_end: Path) -> None:
    sources = [file.read_text(encoding="utf-8") for file in (front_end / "src").glob("*.js")]
    queries = {name for text in sources for name in PAGED.findall(text)}
    assert len(queries) == 4

    run = compiled(front_end)

    assert run.returncode == 0, run.stdout
    made = {file.name.partition(".")[0]: file for file in (front_end / "src" / "__generated__").iterdir()}
    assert queries <= made.keys()
    for query in queries:  # found again by its id alone, and continued after a cursor
        text = made[query].read_text(encoding="utf-8")
        assert "node(id: $id)" in text
        assert "after: $after" in text


def test_the_compiler_would_say_no(front_end: Path) -> None:
    """Guards the test above: without pageInfo there is nothing to page by."""
    printed = front_end / "schema.graphql"
    printed.write_text(printed.read_text(encoding="utf-8").replace("pageInfo: PageInfo!", "place: PageInfo!"))

    run = compiled(front_end)

    assert run.returncode != 0
    assert "pageInfo" in run.stdout
