"""A wheel holds the built pages, as data of the package `app`. All else stands in pyproject.toml."""

import os
import shutil
import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
PAGES = ("screens", "graphiql")
INSIDE = Path("app") / "built"
NOT_BUILT = (
    "A wheel of Leitai holds the screens, and they are not built here. Run `make screens graphiql` first, which needs "
    "Node 20.19 or newer and npm. For a wheel without pages set LEITAI_WITHOUT_PAGES=1."
)


class WithPages(build_py):
    """Pages of a checkout are brought up to date where make and npm are there."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode and not os.environ.get("LEITAI_WITHOUT_PAGES"):
            self._bring_up_to_date()
            shutil.rmtree(Path(self.build_lib) / INSIDE, ignore_errors=True)  # of an earlier build
            for source, target in self._pages():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        pages = [] if self.editable_mode else [str(target) for _, target in self._pages()]
        return super().get_outputs(include_bytecode) + pages

    def _bring_up_to_date(self) -> None:
        built = all((HERE / name / "dist" / "index.html").is_file() for name in PAGES)
        if all(map(shutil.which, ("make", "npm", "git"))) and (HERE / ".git").exists():
            subprocess.run(["make", "--no-print-directory", *PAGES], cwd=HERE, check=True)
        elif not built:
            raise SystemExit(NOT_BUILT)

    def _pages(self) -> list[tuple[Path, Path]]:
        inside = Path(self.build_lib) / INSIDE
        return [
            (file, inside / name / file.relative_to(HERE / name / "dist"))
            for name in PAGES
            for file in sorted((HERE / name / "dist").rglob("*"))
            if file.is_file() and not file.name.startswith(".")
        ]


setup(cmdclass={"build_py": WithPages})
