"""The report in a browser: drawn, linked, readable by everybody, on phones, in print, at night."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from kvratio.reports.render.looks import COLOURS, DARK_INK, DARK_PAPER, INK

pytestmark = pytest.mark.browser

PAGES = ("index.html", "view.html")


def rgb(colour: str) -> str:
    return "rgb({}, {}, {})".format(*(int(colour[k : k + 2], 16) for k in (1, 3, 5)))


def test_every_figure_is_drawn(visit: Any) -> None:
    page = visit()
    figures = page.locator("figure svg")
    assert figures.count() >= 10
    for k in range(figures.count()):
        box = figures.nth(k).bounding_box()
        assert box["width"] > 300
        assert box["height"] > 100
        assert figures.nth(k).locator("path").count() > 10
    for k in range(page.locator("figure").count()):
        assert page.locator("figure [role=img]").nth(k).get_attribute("aria-label")


def test_titles_and_units_are_on_every_figure(visit: Any) -> None:
    page = visit()
    words = page.locator("figure svg").all_text_contents()
    assert all(text.strip() for text in words)
    assert sum("steps" in text or "tokens" in text for text in words) >= 5


def test_every_link_leads_somewhere(visit: Any, folder: Path) -> None:
    page = visit()
    links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    assert len(links) > 60
    for link in links:
        if link.startswith("#"):
            assert page.locator(f"[id='{link[1:]}']").count() == 1
        else:
            assert (folder / link).stat().st_size > 0
    page.locator("nav a").last.click()
    assert page.url.endswith("#run")
    assert page.locator("#run").is_visible()
    page.goto((folder / "index.html").as_uri())


def test_a_verdict_unfolds_to_its_evidence_by_mouse_and_keyboard(visit: Any) -> None:
    page = visit()
    claim = page.locator("details.finding").nth(0)
    assert not claim.locator("li").first.is_visible()
    claim.locator("summary").click()
    assert claim.locator("li").first.is_visible()
    claim.locator("summary").focus()
    page.keyboard.press("Enter")
    assert not claim.locator("li").first.is_visible()
    assert page.locator("details.finding").count() > 50


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("width", "scheme"), [("desktop", "light"), ("desktop", "dark"), ("phone", "light")]
)
def test_axe_finds_no_violation(visit: Any, name: str, scheme: str, width: str) -> None:
    page = visit(name, width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach((d, k) => { d.open = k % 9 == 0 })")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_axe_would_find_a_violation(visit: Any) -> None:
    page = visit("view.html")
    page.evaluate("document.querySelector('h1').style.color = '#fdfdfd'")
    assert Axe().run(page).violations_count == 1


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("pixels", [320, 360, 700])
def test_nothing_overflows_a_narrow_screen(visit: Any, name: str, pixels: int) -> None:
    page = visit(name, "phone")
    page.set_viewport_size({"width": pixels, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= pixels
    page.set_viewport_size({"width": 360, "height": 800})


def test_at_night_the_page_and_its_figures_are_dark(visit: Any) -> None:
    for scheme, ink, curve in (
        ("light", INK, COLOURS[0].light),
        ("dark", DARK_INK, COLOURS[0].dark),
    ):
        page = visit(scheme=scheme)
        assert page.evaluate("getComputedStyle(document.body).color") == rgb(ink)
        label = page.locator("#figure-policies-latency svg text").first
        assert label.evaluate("e => getComputedStyle(e).fill") == rgb(ink)
        lines = page.eval_on_selector_all(
            "#figure-policies-latency svg path", "all => all.map(e => getComputedStyle(e).stroke)"
        )
        assert rgb(curve) in lines
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == rgb(DARK_PAPER)


def test_print_leaves_out_the_controls_and_stays_on_the_paper(visit: Any) -> None:
    page = visit(scheme="dark")
    page.emulate_media(media="print")
    for part in ("nav", ".controls", ".files"):
        assert not page.locator(part).first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == rgb(INK)
    page.set_viewport_size({"width": 700, "height": 900})  # A4 less its margins, in CSS pixels
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    assert len(page.pdf(format="A4")) > 100_000
