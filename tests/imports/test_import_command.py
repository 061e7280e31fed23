"""`leitai import` as an operator meets it: what is said, and where, and with which exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from imports import MEMBERS, ORGANIZATIONS, table
from sqlite_files import Sqlite

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
PROGRAM = "from app.commands.main import main; main()"


def leitai(url: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_operator_imports_and_reads_what_is_wrong(engine: Sqlite, database_url: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "党组织.csv", tmp_path / "党员.csv"
    good.write_bytes(table(ORGANIZATIONS, "1,,公司党委,党委", "11,1,第一党支部,党支部"))
    bad.write_bytes(table(MEMBERS, "11,张伟,,1,,", "12,[bold]李娜,,,2021-02-30,"))

    outdated = leitai(database_url, "import", "organizations", good)
    assert outdated.returncode == 1
    assert "leitai migrate" in outdated.stderr
    assert "Traceback" not in outdated.stderr

    assert leitai(database_url, "migrate").returncode == 0
    imported = leitai(database_url, "import", "organizations", good)
    assert (imported.returncode, imported.stdout) == (0, "党组织.csv: 2 created, 0 updated, 0 unchanged.\n")
    assert "100%" in imported.stderr

    refused = leitai(database_url, "import", "members", bad)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[-4:] == [
        '党员.csv, line 2, column D (phone): The phone "1" is none: 5 to 20 digits, with + before them or not.',
        '党员.csv, line 3, column A (organization_code): There is no organization with the code "12".',
        '党员.csv, line 3, column E (joined_on): The date "2021-02-30" is none between 1900-01-01 and today; '
        "write it as 2021-07-01.",
        "党员.csv: 3 faults. Nothing was written.",
    ]

    twice = tmp_path / "twice.csv"
    twice.write_bytes(table(MEMBERS, "11,张伟,,,,", "11,李娜,,13800138000,,"))
    assert leitai(database_url, "import", "members", twice).returncode == 0
    twice.write_bytes(table(MEMBERS, "11,张　伟,,13900139000,,", "11,李 娜,,+86 138 0013 8000,,"))
    asked = leitai(database_url, "import", "members", twice)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert "--namesakes same" in asked.stderr
    same = leitai(database_url, "import", "members", twice, "--namesakes", "same")
    assert (same.returncode, same.stdout) == (0, "twice.csv: 0 created, 2 updated, 0 unchanged.\n")

    checked = leitai(database_url, "import", "organizations", good, "--check")
    assert (checked.returncode, checked.stdout) == (
        0,
        "党组织.csv: 0 to create, 0 to update, 2 unchanged. Checked only: nothing was written.\n",
    )
    assert "党组织.csv: The heading is line 1." in checked.stderr

    assert leitai(database_url, "import", "members", tmp_path / "nowhere.csv").returncode == 2
