"""Where built pages lie: inside the package, where a wheel was installed; in a checkout, where `make` built them."""

from pathlib import Path

HERE = Path(__file__).parents[1]  # app/
PACKAGED = "built"


def built(name: str) -> Path:
    """The folder of index.html; it need not be there. name: screens or graphiql."""
    packaged = HERE / PACKAGED / name
    return packaged if packaged.is_dir() else HERE.parent / name / "dist"
