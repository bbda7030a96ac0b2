"""The report in a browser: drawn, linked, readable by everybody, on phones, in print, at night."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from kvratio.reports.render.looks import COLOURS, DARK_INK, DARK_PAPER, INK
from tests.browser.conftest import WIDTHS

pytestmark = pytest.mark.browser

SCREEN = 900  # pixels
MOST_SCREENS = 10  # of a page, at the width of a desktop
MOST_PAPER = 20  # sheets of a page
PAGES = ("index.html", "policies.html", "claims.html", "claims.html#claim-h-sf-optimal",
         "price.html", "experiments.html", "terms.html", "view.html")  # fmt: skip


def rgb(colour: str) -> str:
    return "rgb({}, {}, {})".format(*(int(colour[k : k + 2], 16) for k in (1, 3, 5)))


def pages(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.html"))


# axe would ask for the pages' style by a request that browsers refuse between files
AXE = {"preload": False}
# pages with maps of settings, whose table tells the numbers
MAPS = ("reproduction.html",)


def test_every_figure_is_drawn_and_tells_values(visit: Any, folder: Path) -> None:
    page = visit()
    total = 0
    for name in pages(folder):
        page.goto((folder / name).as_uri())
        figures = page.locator("figure svg")
        for k in range(figures.count()):
            box = figures.nth(k).bounding_box()
            assert box["width"] > 300, name
            assert box["height"] > 80, name
            assert figures.nth(k).locator("path").count() > 5
            assert page.locator("figure [role=img]").nth(k).get_attribute("aria-label")
            told = page.locator("figure").nth(k).locator("script").count()
            assert told == 1 or name in MAPS, name
        total += figures.count()
    assert total >= 20


def test_every_link_leads_somewhere(visit: Any, folder: Path) -> None:
    page = visit()
    ids: dict[str, set[str]] = {}
    links: dict[str, list[str]] = {}
    for name in pages(folder):
        page.goto((folder / name).as_uri())
        ids[name] = set(page.eval_on_selector_all("[id]", "all => all.map(e => e.id)"))
        links[name] = page.eval_on_selector_all(
            "a[href]", "all => all.map(a => a.getAttribute('href'))"
        )
    assert sum(map(len, links.values())) > 300
    for name, found in links.items():
        for link in found:
            file, _, anchor = link.partition("#")
            if link.startswith("https://"):
                assert re.match(r"https://(arxiv\.org/abs|github\.com/[\w-]+)/", link), link
                continue
            if file:
                assert (folder / file).stat().st_size > 0, link
            assert not anchor or anchor in ids[file or name], link


def test_no_page_is_longer_than_ten_screens(visit: Any, folder: Path) -> None:
    page = visit()
    for name in pages(folder):
        page.goto((folder / name).as_uri())
        height = page.evaluate("document.documentElement.scrollHeight")
        assert height <= MOST_SCREENS * SCREEN, name


def test_the_first_screen_has_paper_findings_figure_and_score(visit: Any) -> None:
    page = visit()
    for part in ("h1", "a[href='https://arxiv.org/abs/2508.14544']", "#figure-not-knowing svg"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= SCREEN, part
    for part in (".headlines li >> nth=-1", "#figure-score svg"):
        assert page.locator(part).bounding_box()["y"] < SCREEN, part
    assert 3 <= page.locator(".headlines").first.locator("> li").count() <= 5


def test_the_navigation_stays_and_names_the_page(visit: Any) -> None:
    page = visit("claims.html")
    page.evaluate("window.scrollTo(0, 700)")
    assert page.locator("nav.top").bounding_box()["y"] == 0
    assert page.locator("nav.top [aria-current=page]").text_content() == "Claims"
    page.locator("nav.top a", has_text="Overview").click()
    assert page.url.endswith("index.html")


def test_claims_are_filtered_and_sorted(visit: Any) -> None:
    page = visit("claims.html")
    rows = page.locator("table.claims tbody tr:visible")
    everything = rows.count()
    assert everything > 100
    page.select_option(".filters .verdict", "refuted")
    refuted = rows.count()
    assert 0 < refuted < everything
    assert set(page.locator("table.claims tbody tr:visible .verdict").all_text_contents()) == {
        "refuted"
    }
    page.select_option(".filters .number", "Theorem 6")
    assert 0 < rows.count() < refuted
    assert page.locator(".count").text_content() == f"{rows.count()} of {everything} claims"
    page.select_option(".filters .number", "")
    page.select_option(".filters .verdict", "")
    page.fill(".filters .words", "no such words in any claim")
    assert rows.count() == 0
    page.fill(".filters .words", "")
    heads = page.locator("table.claims thead th")
    heads.nth(2).locator("button").click()
    assert heads.nth(2).get_attribute("aria-sort") == "ascending"
    shown = page.locator("table.claims tbody .verdict").all_text_contents()
    assert shown == sorted(shown)
    heads.nth(2).locator("button").click()
    assert page.locator("table.claims tbody .verdict").all_text_contents() == sorted(shown)[::-1]


def test_a_claim_opens_its_panel_with_formula_counterexample_and_evidence(visit: Any) -> None:
    page = visit("claims.html")
    assert page.locator(".finding:visible").count() == 0
    page.locator("a[href='#claim-t6-exact']").click()
    panel = page.locator("#claim-t6-exact")
    assert panel.is_visible()
    assert page.locator(".finding:visible").count() == 1
    assert panel.locator(".statement math").count() >= 1
    fraction = panel.locator(".statement mfrac").first.bounding_box()
    assert fraction["height"] > 12, "a fraction is drawn, not written in a line"
    assert panel.locator("code").first.text_content() == "kvratio check --claim t6-exact"
    assert panel.locator("canvas.bars").first.get_attribute("data-mode") == "bars"
    assert panel.locator("li").count() > 3
    page.locator("#claim-t6-exact a[href='#table-claims']").click()
    assert page.locator(".finding:visible").count() == 0


def test_pointing_and_keys_tell_values(visit: Any) -> None:
    page = visit()
    drawing = page.locator("#figure-not-knowing .drawing")
    told = page.locator("#figure-not-knowing .told")
    assert told.text_content() == ""
    x, y, _ = page.evaluate("[plots[0].points[0].x, plots[0].points[0].y, 0]")
    box = page.locator("#figure-not-knowing svg").bounding_box()
    scale = box["width"] / page.evaluate("plots[0].svg.viewBox.baseVal.width")
    page.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
    assert "worst ratio to the optimum" in told.text_content()
    page.mouse.move(5, 5)
    assert told.text_content() == ""
    drawing.focus()
    page.keyboard.press("ArrowRight")
    first = told.text_content()
    page.keyboard.press("ArrowRight")
    assert "" != first != told.text_content()
    page.keyboard.press("Escape")
    assert told.text_content() == ""


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("width", "scheme"), [("desktop", "light"), ("desktop", "dark"), ("phone", "light")]
)
def test_axe_finds_no_violation(visit: Any, name: str, scheme: str, width: str) -> None:
    page = visit(name, width, scheme)
    results = Axe().run(page, options=AXE)
    assert results.violations_count == 0, results.generate_report()


def test_axe_would_find_a_violation(visit: Any) -> None:
    page = visit("view.html")
    page.evaluate("document.querySelector('h1').style.color = '#fdfdfd'")
    assert Axe().run(page, options=AXE).violations_count == 1


@pytest.mark.parametrize("pixels", [320, 390, 768])
def test_nothing_overflows_a_narrow_screen(visit: Any, folder: Path, pixels: int) -> None:
    page = visit("view.html", "phone")
    page.set_viewport_size({"width": pixels, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= pixels
    page = visit("index.html", "phone")
    page.set_viewport_size({"width": pixels, "height": 800})
    for name in [*pages(folder), "claims.html#claim-a-max-exact"]:
        page.goto(f"{folder.as_uri()}/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= pixels, name
        for figure in page.locator("figure svg").all():
            box = figure.bounding_box()
            assert box["x"] + box["width"] <= pixels, f"{name}: a figure is cut"


def test_a_tap_on_a_phone_tells_a_value(visit: Any) -> None:
    page = visit("index.html", "phone")
    figure = page.locator("#figure-not-knowing svg")
    figure.scroll_into_view_if_needed()
    x, y = page.evaluate("[plots[0].points[9].x, plots[0].points[9].y]")
    box = figure.bounding_box()
    scale = box["width"] / page.evaluate("plots[0].svg.viewBox.baseVal.width")
    page.mouse.click(box["x"] + x * scale, box["y"] + y * scale)
    assert "worst ratio" in page.locator("#figure-not-knowing .told").text_content()


def test_at_night_the_page_and_its_figures_are_dark(visit: Any) -> None:
    for scheme, ink, curve in (
        ("light", INK, COLOURS[0].light),
        ("dark", DARK_INK, COLOURS[0].dark),
    ):
        page = visit("policies.html", scheme=scheme)
        assert page.evaluate("getComputedStyle(document.body).color") == rgb(ink)
        label = page.locator("#figure-own-ratios svg text").first
        assert label.evaluate("e => getComputedStyle(e).fill") == rgb(ink)
        lines = page.eval_on_selector_all(
            "#figure-own-ratios svg path", "all => all.map(e => getComputedStyle(e).stroke)"
        )
        assert rgb(curve) in lines
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == rgb(DARK_PAPER)


def test_no_page_takes_more_paper_than_twenty_sheets(visit: Any, folder: Path) -> None:
    page = visit()
    for name in pages(folder):
        page.goto((folder / name).as_uri())
        sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
        assert 1 <= sheets <= MOST_PAPER, name


def test_tables_carry_the_marks_of_figures_and_typeset_closed_forms(visit: Any) -> None:
    page = visit("policies.html")
    mark = "e => [getComputedStyle(e, '::before').content, getComputedStyle(e, '::before').color]"
    for name, shape, colour in (("H-SF", "●", COLOURS[0]), ("A_max", "■", COLOURS[1])):
        cell = page.locator("#table-policies-latency .look").get_by_text(name, exact=True)
        assert cell.evaluate(mark) == [f'"{shape}"', rgb(colour.light)]
    page = visit("bounds.html")
    cases = page.locator("#table-bounds-two-point mtable.cases").first
    assert cases.locator("mtr").count() > 1
    rows = [row.bounding_box()["y"] for row in cases.locator("mtr").all()]
    assert rows == sorted(rows)
    assert rows[0] < rows[-1]


def test_on_a_phone_a_claim_is_a_card_with_its_statement(visit: Any) -> None:
    page = visit("claims.html", "phone")
    row = page.locator("table.claims tbody tr").first
    for k in range(5):
        box = row.locator("td").nth(k).bounding_box()
        assert 0 <= box["x"] < box["x"] + box["width"] <= WIDTHS["phone"]
    page.select_option(".filters .verdict", "refuted")
    assert not row.is_visible(), "what is filtered out is hidden there, too"


def test_print_leaves_out_the_controls_and_stays_on_the_paper(visit: Any) -> None:
    page = visit(scheme="dark")
    page.emulate_media(media="print")
    for part in ("nav", ".files", ".told"):
        assert not page.locator(part).first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == rgb(INK)
    page.set_viewport_size({"width": 700, "height": 900})  # A4 less its margins, in CSS pixels
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    paper = page.pdf(format="A4")
    assert len(paper) > 30_000
