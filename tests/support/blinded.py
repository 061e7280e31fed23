"""`python tests/support/blinded.py`: takes one check away at a time from a copy of the tree, and runs the oracle on it.

Exit 1 if the oracle agrees with any of these copies, or disagrees with the tree as it is. Prints a table for
docs/tests.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parents[2]
TEST = "tests/schema/test_authorization.py"
FOLDERS = ("app", "models", "realtime", "resolvers", "rules", "schema", "tests", "screens")
LEFT_OUT = shutil.ignore_patterns("node_modules", "__pycache__", "dist", ".*")


@dataclass(frozen=True)
class Blinding:
    """In this file, this text is replaced once."""

    what: str
    path: str
    before: str
    after: str


BLINDINGS = (
    Blinding(
        "`Query.task`, `node`: `tasks.known` without its check",
        "resolvers/arena/tasks.py",
        "if task and sight.task(session, task):",
        "if task:",
    ),
    Blinding(
        "`Member.name`, `phone`, ledger: readable to everybody",
        "schema/directory/members.py",
        "return sight.personal(session, self.row)",
        "return True",
    ),
    Blinding(
        "`Claim.evidence`, `reviewNote`: for everybody",
        "schema/arena/tasks.py",
        "return sight.confidential(session, self.row, task)",
        "return True",
    ),
    Blinding(
        "`PointsEntry.source`: the claim of a hidden member",
        "schema/points/entries.py",
        "return Claim.of(claim) if sight.claim(context.session, claim, task, member) else None",
        "return Claim.of(claim)",
    ),
    Blinding(
        "`Task.claims`: hidden members listed",
        "schema/arena/tasks.py",
        "listing = CLAIMS_IN_PUBLIC if public else CLAIMS_OF_TASK",
        "listing = CLAIMS_OF_TASK",
    ),
    Blinding(
        "`pointsLog`, `pointsAwarded`: hidden members named",
        "resolvers/points/log.py",
        "if log.view is BoardView.FULL or not one.hidden_on_boards",
        "if True",
    ),
    Blinding(
        "every board: `Session.visible` lets all in",
        "resolvers/session.py",
        "        if not self.sees(lineage):\n",
        "        if not lineage:\n",
    ),
    Blinding(
        "`Organization.roleGrants`, `claims`: for everybody",
        "schema/directory/organizations.py",
        "return sight.may(info.context.session, scope, self.row.id)",
        "return True",
    ),
    Blinding(
        "`serviceTokens`: for everybody",
        "resolvers/accounts/service_tokens.py",
        "if sight.may(session, Scope.SERVICES_MANAGE, organization_id):",
        "if True:",
    ),
    Blinding(
        "mutations: `Session.require` grants all",
        "resolvers/session.py",
        "        if not self.allowed(scope, lineage):\n",
        "        if not lineage:\n",
    ),
    Blinding(
        "open streams: rights are not looked at again",
        "app/live/engine.py",
        "            if _sight(renewed) != _sight(viewer):\n",
        "            if False:\n",
    ),
    Blinding(
        "open streams: a token's end is not noticed",
        "app/live/engine.py",
        "                await socket.renew(None)\n",
        "                pass\n",
    ),
)


def copied(to: Path) -> None:
    for name in FOLDERS:
        shutil.copytree(HERE / name, to / name, ignore=LEFT_OUT)
    shutil.copy(HERE / "pyproject.toml", to)


def agrees(tree: Path) -> str | None:
    """None: the oracle agrees; otherwise what it says first."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-x", "--show-capture=no", "--tb=short", TEST],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if run.returncode == 0:
        return None
    said = [one for one in run.stdout.splitlines() if one.startswith("E   AssertionError: ([")]
    assert run.returncode == 1, run.stdout[-3000:]
    assert said or "E   AssertionError: [" in run.stdout, run.stdout[-3000:]
    found = said or [one for one in run.stdout.splitlines() if one.startswith("E   AssertionError: [")]
    return found[0].split("[", 2)[-1][:110]


def main() -> int:
    wanted = sys.argv[1:]
    unseen = 0
    for one in (None, *BLINDINGS):
        if wanted and (one is None or not any(part in one.path + one.what for part in wanted)):
            continue
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder)
            copied(tree)
            if one:
                text = (tree / one.path).read_text(encoding="utf-8")
                assert text.count(one.before) == 1, f"{one.path} has no longer, or twice: {one.before}"
                (tree / one.path).write_text(text.replace(one.before, one.after), encoding="utf-8")
            says = agrees(tree)
        unseen += (says is None) == (one is not None)
        sys.stdout.write(f"| {one.what if one else 'nothing'} | {'agrees' if says is None else 'disagrees'} |\n")
        sys.stdout.flush()
        sys.stderr.write(f"    {says or ''}\n")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
