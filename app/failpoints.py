"""LEITAI_FAILPOINT=NAME or NAME:N — for tests of durability: SIGKILL at the Nth passing of a named place."""

import os
import signal

from app.settings import SettingsRefused
from resolvers import failpoints

MIGRATION_APPLIED = "migration_applied"  # within the transaction of all
NAMES = (*failpoints.NAMES, MIGRATION_APPLIED)


def arm(setting: str | None) -> None:
    if not setting:
        return
    name, _, count = setting.partition(":")
    if name not in NAMES or not (count or "1").isdigit():
        raise SettingsRefused(f"LEITAI_FAILPOINT is {setting}; it is one of {', '.join(NAMES)}, then :N.")
    left = int(count or "1")

    def passing(passed: str) -> None:
        nonlocal left
        if passed == name:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    failpoints.arm(passing)
