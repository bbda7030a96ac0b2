"""A comparison in a notebook: its table as text and as HTML, its frame, its page, its drawing."""

import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from kvratio.reports.compare import plot
from kvratio.reports.compare.shown import Shown, html_table
from kvratio.reports.compare.steps import Comparison, compare
from kvratio.reports.compare.table import STEP_COLUMNS
from kvratio.reports.render import html
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance


def two() -> Comparison:
    """Two of two tokens each before a budget of two: latencies of 2 and 4, in all 6."""
    return compare("two [bold]<requests>[/] 1 2", Instance.of(2, [2, 2]), ["fcfs", "h-sf"])


class Cells(HTMLParser):
    """The texts of a table's cells, row by row, and of what stands around it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.around: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert not self._open, "every element ends"

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag != "br":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("td", "th"):
            self.rows[-1][-1] += data
        elif data.strip():
            assert "table" not in self._open, "no text between the cells"
            self.around.append(data)


def test_a_table_of_html_has_the_rows_and_the_words() -> None:
    found = Cells(html_table("a <b>", ("x", "y&z"), [("<i>", "1"), ("", "2")], "one\n<two>"))
    assert found.rows == [["x", "y&z"], ["<i>", "1"], ["", "2"]]
    assert found.around == ["a <b>", "one", "<two>"]


def test_text_and_html_show_the_same_table() -> None:
    comparison = two()
    text = repr(comparison)
    assert "\x1b" not in text, "no colours: a notebook shows text as it is"
    lines = text.splitlines()
    assert lines[0] == "two [bold]<requests>[/] 1 2", "brackets are no styles"
    assert all(line == line.rstrip() for line in lines)
    rows = Cells(comparison._repr_html_()).rows
    assert rows[0] == list(STEP_COLUMNS)
    assert [row[0] for row in rows[1:]] == ["fcfs", "h-sf"]
    total = STEP_COLUMNS.index("TEL")
    assert [row[total] for row in rows[1:]] == ["6", "6"]
    shown = [line.split() for line in lines]
    for row in rows[1:]:
        assert row in shown


def test_a_frame_has_all_but_how_a_number_was_obtained() -> None:
    comparison = two()
    frame = comparison.to_pandas()
    rows = comparison.rows()
    assert list(frame.columns) == [key for key in rows[0] if key != "obtained"]
    assert "policy" in frame.columns, "a name that comes after in the alphabet"
    assert frame["policy"].tolist() == ["fcfs", "h-sf"]
    assert frame["tel"].tolist() == [6, 6]


def test_a_frame_without_pandas_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InputError, match="pip install pandas"):
        two().to_pandas()


@pytest.mark.parametrize(
    ("module", "function", "package"),
    [(plot, "latency_drawing", "matplotlib"), (html, "view_page", "jinja2")],
)
def test_what_needs_a_package_says_how_to_install_it(
    module: Any, function: str, package: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing(*_: object) -> None:
        raise ModuleNotFoundError(f"No module named '{package}'", name=package)

    monkeypatch.setattr(module, function, missing)
    found = two()
    with pytest.raises(InputError, match=r'pip install "kvratio\[report\]"'):
        found.plot() if module is plot else found.view(tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


def test_the_first_seed_of_every_policy_is_drawn() -> None:
    found = compare("x", Instance.of(4, [1, 2, 3]), ["a-random", "h-sf"], seed=5, seeds=3)
    first = [(run.policy, run.seed) for run in Shown._first_runs(found)]
    assert first == [("a-random", 5), ("h-sf", 5)]


def test_a_page_of_the_schedules_is_written(tmp_path: Path) -> None:
    page = two().view(tmp_path / "page.html")
    assert page == tmp_path / "page.html"
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "<requests>" not in text, "what comes from outside is escaped"
    (tmp_path / "other.html").write_text("mine")
    with pytest.raises(InputError, match="a page that kvratio view wrote"):
        two().view(tmp_path / "other.html")
    assert (tmp_path / "other.html").read_text() == "mine"
