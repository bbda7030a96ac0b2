"""The page in a real browser: `pytest -n0 -m browser tests/browser` (`make browser`).

Needs the extra `browser` and a chromium of the system. Without `-m browser` nothing here is even
imported, so that the everyday tests need neither. With REPORT=FOLDER the report in that folder is
looked at, otherwise one is made, which takes a minute.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

OURS = (".html", ".css", ".js")
WIDTHS = {"desktop": 1440, "tablet": 768, "phone": 390}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    asked = "browser" in config.getoption("markexpr", "")
    return True if collection_path.name.startswith("test_") and not asked else None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives a headless chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
    assert found, "no chromium: apt-get install chromium, or set CHROMIUM to its path"
    switches = (
        "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking"
        " disable-component-update disable-sync"
    )
    arguments = [f"--{switch}" for switch in switches.split()]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole report, all sections."""
    from kvratio.reports.cli import main

    if "REPORT" in os.environ:
        return Path(os.environ["REPORT"]).absolute()
    out = tmp_path_factory.mktemp("report")
    workload = ("--workload", "two-point:l=5,u=60,q=0.3", "--memory", "900", "--requests", "400")
    main(["report", *workload, "--all", "--out", str(out)])
    return out


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ten.json, the lecture's ten requests, and view.html, which shows them."""
    from kvratio.reports.cli import main
    from kvratio.reports.compare.steps import compare
    from kvratio.reports.runs import save_runs
    from kvratio.reports.sections.schedules import LECTURE

    out = tmp_path_factory.mktemp("view")
    ten = compare("ten requests", LECTURE, ["h-sf", "a-min", "a-max"])
    save_runs(out / "ten.json", ten.description, ten.runs)
    main(["view", str(out / "ten.json"), "--out", str(out / "view.html")])
    return out


class Visit:
    """A page, and everything that it said or asked for."""

    def __init__(self, browser: Any, address: str, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)
        self.page.wait_for_load_state("load")


@pytest.fixture
def visit(browser: Any, folder: Path, alone: Path) -> Iterator[Any]:
    """Open a page of the report, or view.html; at the end nothing may have been said by the
    console, nor asked for but pages of the same folder, to which links led, with the style and the
    scripts there."""
    visits: list[tuple[Visit, str]] = []

    def open_page(name: str = "index.html", width: str = "desktop", scheme: str = "light") -> Any:
        file, _, anchor = name.partition("#")
        address = ((alone if name == "view.html" else folder) / file).as_uri()
        address += f"#{anchor}" if anchor else ""
        size = {"width": WIDTHS[width], "height": 900}
        one = Visit(browser, address, viewport=size, color_scheme=scheme)
        visits.append((one, address))
        return one.page

    yield open_page
    for one, address in visits:
        assert one.said == []
        asked = {url.split("#")[0] for url in one.asked if not url.startswith("data:")}
        assert address.split("#")[0] in asked
        near = (folder.as_uri(), alone.as_uri())
        assert all(url.startswith(near) and url.endswith(OURS) for url in asked)
        one.context.close()
