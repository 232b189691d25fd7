"""The page on which a network reads what is drawn."""

import re
from math import cos, pi, sin
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PROGRAM, SCRIPT = DOCS / "try_it" / "shapes.py", DOCS / "_static" / "try_it.js"


@pytest.fixture
def board(address, browser):
    """Return the page, when its network is there."""
    tab = browser.new_page()
    tab.goto(f"{address}/try_it/index.html")
    tab.wait_for_selector("#try-it[data-ready]")
    yield tab
    tab.close()


def stroke(tab, points):
    """Draw a line with the mouse, through points around the middle of the board."""
    box = tab.locator("#try-it canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    places = [
        (x + 0.35 * box["width"] * a, y + 0.35 * box["width"] * b) for a, b in points
    ]
    tab.mouse.move(*places[0])
    tab.mouse.down()
    for place in places[1:]:
        tab.mouse.move(*place, steps=6)
    tab.mouse.up()


@pytest.mark.parametrize(
    ("shape", "angles"),
    [
        ("circle", [15 * k for k in range(25)]),
        ("triangle", [20, 140, 260, 380]),
        ("square", [10, 100, 190, 280, 370]),
        ("star", [5, 149, 293, 437, 581, 725]),
    ],
)
def test_it_reads_what_is_drawn(board, shape, angles):
    stroke(board, [(cos(a * pi / 180), sin(a * pi / 180)) for a in angles])
    board.wait_for_selector(f"#try-it[data-shape={shape}]", timeout=5000)


@pytest.mark.parametrize("shape", ["spiral", "zigzag", "line"])
def test_it_draws_by_itself(board, shape):
    board.get_by_role("button", name=shape).click()
    board.wait_for_selector(f"#try-it[data-drawn={shape}]")
    assert board.locator("#try-it").get_attribute("data-shape") == shape


def test_a_drawing_takes_the_place_of_one_that_is_not_ready(board):
    for shape in ("spiral", "zigzag"):
        board.get_by_role("button", name=shape).click()
    board.wait_for_selector("#try-it[data-drawn=zigzag]")
    assert board.locator("#try-it").get_attribute("data-shape") == "zigzag"


def test_the_board_is_cleared(board):
    stroke(board, [(-1, 0), (1, 0)])
    board.wait_for_selector("#try-it[data-shape]")
    board.get_by_role("button", name="Clear").click()
    assert board.locator("#try-it").get_attribute("data-shape") is None
    assert set(board.locator(".try-it-percent").all_inner_texts()) == {"0 %"}


def test_the_page_and_the_program_agree():
    program, page = PROGRAM.read_text("utf-8"), SCRIPT.read_text("utf-8")
    for pattern in (r"SHAPES = (\[.*?\])", r"N_POINTS = (\d+)"):
        assert re.search(pattern, program)[1] == re.search(pattern, page)[1]
