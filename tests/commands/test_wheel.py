"""What `pip install` of a wheel gives: the pages, the licence, and nothing else at the top of site-packages."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from server import ROOT, Server, migrate

PACKAGES = {"app", "schema", "resolvers", "models", "realtime", "rules"}
CHANGELOG = ROOT / "CHANGELOG.md"


class Installed(Server):
    """From a folder where a wheel was unpacked, and not from this checkout."""

    forks = False


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder)]
    done = subprocess.run([*build, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    [wheel] = folder.glob("leitai-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def test_a_wheel_holds_the_pages_and_the_licence_inside_its_own_packages(site: Path) -> None:
    names = {one.name for one in site.iterdir()}
    [info] = names - PACKAGES
    assert names - {info} == PACKAGES
    assert info == f"leitai-{project()['version']}.dist-info"
    assert (site / info / "licenses" / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    told = (site / info / "METADATA").read_text("utf-8")
    assert "License-Expression: Apache-2.0\n" in told
    assert "Requires-Python: >=3.11\n" in told
    for minor in (11, 12, 13):
        assert f"Classifier: Programming Language :: Python :: 3.{minor}\n" in told
    assert not list((site / "app" / "built").rglob(".*"))


def test_an_installed_wheel_serves_its_pages(site: Path, tmp_path: Path) -> None:
    database = f"sqlite://{tmp_path / 'leitai.sqlite3'}"
    migrate(database)
    server = Installed(DATABASE_URL=database, PYTHONPATH=str(site), LEITAI_GRAPHIQL="1")
    server.start()
    try:
        with httpx.Client(base_url=server.url, trust_env=False) as browser:
            for page in ("/screens/", "/screens/desk", "/screens/leaderboard", "/graphiql/"):
                found = browser.get(page)
                assert found.status_code == 200, found.text
                files = re.findall(r'(?:src|href)="([^"#]+\.(?:js|css))"', found.text)
                assert files
                for file in files:
                    assert browser.get(urljoin(page, file)).status_code == 200, file
    finally:
        server.close()


def test_the_newest_dated_version_is_the_project_s() -> None:
    dated = re.findall(r"^## (\d+\.\d+\.\d+) — (\d{4}-\d{2}-\d{2})$", CHANGELOG.read_text("utf-8"), re.MULTILINE)
    assert dated[0][0] == project()["version"]
    assert [day for _, day in dated] == sorted((day for _, day in dated), reverse=True)


def test_the_readme_in_chinese_leads_wherever_the_english_one_leads() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))
    links = [set(re.findall(r"\]\(([^)]+)\)", text)) for text in (english, chinese)]
    assert links[0] - {"README.zh-CN.md"} == links[1] - {"README.md"}
    assert ("README.zh-CN.md" in links[0], "README.md" in links[1]) == (True, True)
    assert all((ROOT / link).exists() for link in links[0])
    commands = [re.findall(r"^(make \w+) +#", text, re.MULTILINE) for text in (english, chinese)]
    assert commands[0] == commands[1] != []


def project() -> dict[str, str]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
