"""The schedule viewer, used: hover, keyboard, zoom, drag, other policies, other orders."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from kvratio.reports.sections.schedules import LECTURE
from kvratio.theory.area import lower_bound

pytestmark = pytest.mark.browser

SKY = "[...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
# how many different colours a canvas shows
PAINTED = f"c => new Set({SKY}.map((v, k, a) => k % 4 ? 0 : a.slice(k, k + 3).join())).size"
GUTTER = 46


def canvas(page: Any, pane: int = 0, part: str = "bars") -> Any:
    return page.locator(f".viewer .pane .{part}").nth(pane)


def attempts(page: Any, pane: int = 0) -> int:
    return int(canvas(page, pane).get_attribute("data-attempts"))


def hover(page: Any, request: int, step: float, pane: int = 0) -> str:
    """Point at a request in a step; the ten requests are in order of their numbers."""
    box = canvas(page, pane).bounding_box()
    end = page.evaluate("viewers[0].end")
    page.mouse.move(
        box["x"] + GUTTER + (box["width"] - GUTTER) * step / end,
        box["y"] + box["height"] * (request + 0.5) / LECTURE.n,
    )
    return str(page.locator(".detail").nth(pane).text_content())


def test_all_canvases_of_the_report_are_painted(visit: Any) -> None:
    page = visit("schedules.html")
    assert page.locator(".viewer").count() == 2
    for part in ("bars", "cache"):
        parts = page.locator(f".viewer .{part}")
        for k in range(parts.count()):
            parts.nth(k).scroll_into_view_if_needed()
            assert parts.nth(k).evaluate(PAINTED) >= 3
    assert canvas(page, 0).get_attribute("data-mode") == "bars"
    assert canvas(page, 2).get_attribute("data-mode") == "density"


def test_hovering_tells_what_the_run_did(visit: Any, alone: Path) -> None:
    page = visit("view.html")
    assert "Point at a request" in page.locator(".detail").first.text_content()
    runs = json.loads((alone / "ten.json").read_text())["runs"]
    first = next(row for row in runs[0]["schedule"] if row[0] == 5)
    told = hover(page, 5, first[1] + 0.5)
    assert f"Request 5: prompt 2, output {LECTURE.output[5]} tokens, arrives at 0" in told
    assert f"now {first[1]} to {first[2]} completed" in told
    assert f"Step {first[1]}: " in told
    second = page.locator(".detail").nth(1).text_content()
    evicted = [row for row in runs[1]["schedule"] if row[0] == 5 and not row[3]]
    assert evicted
    for row in evicted:
        assert f"{row[1]} to {row[2]} evicted" in second
    page.mouse.move(5, 5)
    assert "Point at a request" in page.locator(".detail").first.text_content()


def test_the_cache_that_is_told_is_the_cache_of_the_model(visit: Any, alone: Path) -> None:
    page = visit("view.html")
    runs = json.loads((alone / "ten.json").read_text())["runs"]
    for pane in (0, 1):
        for step in range(0, 15, 3):
            used = sum(
                LECTURE.prompt[i] + step + 1 - start
                for i, start, end, _ in runs[pane]["schedule"]
                if start <= step < end
            )
            assert f"Step {step}: {used} tokens in the cache" in hover(page, 3, step + 0.5, pane)


def test_zooming_shows_fewer_attempts_and_everything_brings_them_back(visit: Any) -> None:
    page = visit("view.html")
    before = attempts(page)
    assert before == LECTURE.n
    page.locator(".zoom-in").click()
    page.locator(".zoom-in").click()
    page.locator(".rows-in").click()
    assert attempts(page) < before
    assert attempts(page, 1) < LECTURE.n + 6
    assert page.evaluate("viewers[0].time[1] - viewers[0].time[0]") < 10
    page.locator(".zoom-out").click()
    page.locator(".rows-out").click()
    page.locator(".reset").click()
    assert attempts(page) == before


def test_the_wheel_zooms_only_when_asked(visit: Any) -> None:
    page = visit("view.html")
    page.set_viewport_size({"width": 1440, "height": 500})
    box = canvas(page).bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 40)
    page.mouse.wheel(0, 100)
    page.wait_for_function("window.scrollY > 0")
    assert attempts(page) == LECTURE.n
    span = "viewers[0].time[1] - viewers[0].time[0]"
    whole = page.evaluate(span)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function(f"{span} < {whole}")
    rows = "viewers[0].rows[1] - viewers[0].rows[0]"
    page.keyboard.down("Shift")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Shift")
    page.wait_for_function(f"{rows} < 10")


def test_the_steps_tell_the_state_of_the_queue(visit: Any, alone: Path) -> None:
    page = visit("view.html")
    runs = json.loads((alone / "ten.json").read_text())["runs"]
    for step in range(3):
        page.locator(".step-on").click()
        told = page.locator(".detail").first.text_content()
        running = [i for i, start, end, _ in runs[0]["schedule"] if start <= step < end]
        waiting = sorted({i for i, start, _, _ in runs[0]["schedule"] if start > step})
        assert f"Step {step}: " in told
        assert f"Running {len(running)} ({', '.join(map(str, sorted(running)))})" in told
        assert f"waiting {len(waiting)} ({', '.join(map(str, waiting))})" in told
    page.locator(".step-back").click()
    assert "Step 1: " in page.locator(".detail").first.text_content()
    canvas(page).focus()
    page.keyboard.press(".")
    assert "Step 2: " in page.locator(".detail").first.text_content()


def test_the_certified_bound_stands_beside_the_latency(visit: Any) -> None:
    page = visit("view.html")
    title = page.locator(".pane .title").first.text_content()
    assert f"times the certified lower bound of {lower_bound(LECTURE)}" in title


def test_what_is_shown_is_saved_as_svg(visit: Any, tmp_path: Path) -> None:
    page = visit("view.html")
    with page.expect_download() as caught:
        page.locator(".save").click()
    assert caught.value.suggested_filename == "viewer-runs.svg"
    caught.value.save_as(tmp_path / "x.svg")
    drawing = ElementTree.parse(tmp_path / "x.svg").getroot()
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    bars = drawing.findall(".//{http://www.w3.org/2000/svg}rect")
    assert len(bars) == 1 + attempts(page) + attempts(page, 1)


def test_dragging_moves_what_is_shown(visit: Any) -> None:
    page = visit("view.html")
    page.locator(".zoom-in").click()
    start = page.evaluate("viewers[0].time[0]")
    box = canvas(page).bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 50, steps=4)
    page.mouse.up()
    assert page.evaluate("viewers[0].time[0]") > start


def test_the_keyboard_does_all_that_the_mouse_does(visit: Any) -> None:
    page = visit("view.html")
    canvas(page).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert "Request 1:" in page.locator(".detail").first.text_content()
    page.keyboard.press("ArrowUp")
    assert "Request 0:" in page.locator(".detail").first.text_content()
    page.keyboard.press("+")
    assert attempts(page) <= LECTURE.n
    low = page.evaluate("viewers[0].time[0]")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("viewers[0].time[0]") < low
    page.keyboard.press("]")
    assert page.evaluate("viewers[0].rows[1] - viewers[0].rows[0]") == 5
    page.keyboard.press("PageDown")
    assert page.evaluate("viewers[0].rows[1]") == LECTURE.n
    page.keyboard.press("ArrowUp")
    assert "Request 0:" in page.locator(".detail").first.text_content()
    assert page.evaluate("viewers[0].rows[0]") == 0
    page.keyboard.press("Home")
    page.keyboard.press("Escape")
    assert attempts(page) == LECTURE.n
    assert "Point at a request" in page.locator(".detail").first.text_content()


def test_two_schedules_stand_side_by_side_or_one_alone(visit: Any) -> None:
    page = visit("view.html")
    left, right = (canvas(page, k).bounding_box() for k in (0, 1))
    assert left["y"] == pytest.approx(right["y"], abs=1)
    assert left["x"] + left["width"] <= right["x"]
    page.locator(".right").select_option(label="nothing")
    assert not canvas(page, 1).is_visible()
    assert canvas(page).bounding_box()["width"] > 1.5 * left["width"]
    page.locator(".left").select_option(label="A_max")
    page.locator(".right").select_option(label="H-SF")
    titles = page.locator(".pane .title").all_text_contents()
    assert titles[0].startswith("A_max: total latency")
    assert titles[1].startswith("H-SF: total latency")
    assert page.evaluate("viewers[0].end") == page.evaluate(
        "Math.max(...viewers[0].panes.map(p => p.run.makespan))"
    )


@pytest.mark.parametrize("order", ["number", "arrival", "start", "completion", "output"])
def test_rows_come_in_the_order_asked_for(visit: Any, order: str) -> None:
    page = visit("view.html")
    page.locator(".order").select_option(order)
    found = page.evaluate("viewers[0].order")
    assert sorted(found) == list(range(LECTURE.n))
    if order == "output":
        assert [LECTURE.output[i] for i in found] == sorted(LECTURE.output)
    if order in ("number", "arrival"):
        assert found == sorted(found)


def test_many_requests_are_shown_as_densities_and_as_bars_when_zoomed(visit: Any) -> None:
    page = visit("schedules.html")
    chosen = page.locator("#viewer-chosen")
    bars = chosen.locator(".bars").first
    bars.scroll_into_view_if_needed()
    assert bars.get_attribute("data-mode") == "density"
    requests = page.evaluate("viewers[1].n")
    assert int(bars.get_attribute("data-attempts")) >= requests >= 400
    for _ in range(7):
        chosen.locator(".rows-in").click()
    assert bars.get_attribute("data-mode") == "bars"
    assert 0 < int(bars.get_attribute("data-attempts")) < requests


def test_the_viewer_is_redrawn_for_the_night_and_for_paper(visit: Any) -> None:
    page = visit("view.html")
    corner = "viewers[0].panes[0].bars.getContext('2d').getImageData(1, 1, 1, 1).data[0]"
    assert page.evaluate(corner) == 255
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{corner} < 60")
    page.emulate_media(media="print")
    page.wait_for_function(f"{corner} == 255")


def test_a_tap_tells_what_the_run_did(browser: Any, alone: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900}, has_touch=True)
    page = context.new_page()
    page.goto((alone / "view.html").as_uri())
    bars = page.locator(".bars").first
    bars.scroll_into_view_if_needed()
    box = bars.bounding_box()
    page.touchscreen.tap(box["x"] + 60, box["y"] + 10)
    # which step lies under the finger depends on the font
    assert re.match(r"Step [01]: \d+ tokens", page.locator(".detail").first.text_content())
    context.close()
