"""Which version this is, as it was installed."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed


def version() -> str:
    try:
        return installed("leitai")
    except PackageNotFoundError:  # run from its folder without an installation
        return "unknown"
