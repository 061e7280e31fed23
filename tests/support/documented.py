"""Blocks of code as the docs show them, run as they stand but for the server's address."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NODE = ROOT / "tests" / "node"
# What a page has and Node 20 lacks; told is what the test reads.
PAGE = """
import { WebSocket } from 'ws';
globalThis.WebSocket ??= WebSocket;
const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\\n`);
"""
# graphql-ws's client, whose options are looked at afterwards.
CLIENT = """
import { createClient as made } from 'graphql-ws';
let options;
const createClient = (given) => made((options = given));
"""


def blocks(page: str, language: str = "") -> list[str]:
    """Of one page, in order; language empty: blocks of none."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(code: str, seconds: float = 30.0) -> list[Any]:
    """A module of JavaScript; what it told, a line each."""
    done = subprocess.run(
        ["node", "--input-type=module", "-"],
        input=PAGE + code,
        cwd=NODE,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
