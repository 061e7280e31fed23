"""Under which licences all stands that Leitai uses, for docs/licences.md: as the packages themselves say it.

PYTHONPATH=tests/support .venv/bin/python tests/support/licences.py > docs/licences.md
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
NPM = ("screens", "graphiql", "tests/node")
LOADED = ("screens", "graphiql")
# What classifiers and older metadata call them → SPDX.
SPDX = {
    "Apache Software License": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache": "Apache-2.0",
    "BSD License": "BSD",
    "BSD": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
HEADING = """# Licences

What Leitai uses, and under which licence, as each package says itself; made by `tests/support/licences.py`, and held
equal to what is installed by a test. Nothing of it is copied into this repository. None asks that what uses it be
published; MPL-2.0 asks it of its own files where they are changed. `make audit` looks all of it up in the databases of
known vulnerabilities, and fails where one can't be reached.
"""


def python_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned() -> dict[str, str]:
    """Name → version, as constraints.txt has them."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return {python_name(name): version for name, _, version in (one.partition("==") for one in lines) if version}


def of_python(name: str) -> str:
    found = metadata.metadata(name).json
    if "license_expression" in found:
        return str(found["license_expression"])
    said = [one.rpartition(" :: ")[2] for one in found.get("classifier", ()) if one.startswith("License ::")]
    kept = [one for one in said if one != "OSI Approved"] or [str(found.get("license", "")).partition("\n")[0]]
    return " OR ".join(SPDX.get(one, one) for one in kept)


def runs() -> set[str]:
    """Of Python's packages those that a server needs, with what they need themselves."""
    found, waiting = set[str](), ["leitai"]
    while waiting:
        for one in metadata.requires(waiting.pop()) or ():
            name = python_name(re.split(r"[\s\[;<>=!~(]", one, maxsplit=1)[0])
            if "extra ==" not in one and name not in found and _installed(name):
                found.add(name)
                waiting.append(name)
    return found


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def of_npm(folder: str) -> Iterator[tuple[str, str, str, bool]]:
    """Name, version, licence, and whether it is in what a browser loads."""
    declared = json.loads((ROOT / folder / "package.json").read_text())
    for kind in ("dependencies", "devDependencies"):
        for name in declared.get(kind, {}):
            package = json.loads((ROOT / folder / "node_modules" / name / "package.json").read_text())
            yield name, package["version"], package["license"], folder in LOADED and kind == "dependencies"


def _table(rows: Iterable[tuple[str, str, str]]) -> str:
    lines = [f"| {name} | {version} | {licence} |" for name, version, licence in sorted(rows)]
    return "\n".join(["| package | version | licence |", "|---|---|---|", *lines, ""])


def written() -> str:
    needed, python = runs(), {name: version for name, version in pinned().items() if _installed(name)}
    npm = [one for folder in NPM for one in of_npm(folder)]
    return "\n".join(
        [
            HEADING,
            "## A server runs with\n",
            _table((name, version, of_python(name)) for name, version in python.items() if name in needed),
            "## Browsers load\n",
            _table({(name, version, licence) for name, version, licence, loaded in npm if loaded}),
            "## Tests and builds need besides\n",
            _table(
                {(name, version, of_python(name)) for name, version in python.items() if name not in needed}
                | {(name, version, licence) for name, version, licence, loaded in npm if not loaded}
            ),
        ]
    )


if __name__ == "__main__":
    print(written(), end="")  # noqa: T201 -- it is a command
