"""What is used stands in docs/licences.md, under a licence that everybody may use it by."""

from __future__ import annotations

import re

from licences import ROOT, pinned, python_name, written

FREE = {
    "Apache-2.0",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
    "0BSD",
}
ROW = re.compile(r"^\| (\S+) \| (\S+) \| (.+) \|$", re.MULTILINE)


def test_the_page_says_what_is_installed() -> None:
    """What another version of Python needs besides may stand there and not be installed here."""
    kept, found = (set(ROW.findall(text)) for text in ((ROOT / "docs/licences.md").read_text(), written()))
    assert found <= kept, "make it anew: see tests/support/licences.py"
    assert {python_name(name) for name, _, _ in kept - found} <= set(pinned())


def test_every_licence_is_a_free_one() -> None:
    for name, _, licence in ROW.findall(written()):
        if name != "package":
            assert set(re.split(r" (?:AND|OR) |[()]", licence)) - {""} <= FREE, (name, licence)
