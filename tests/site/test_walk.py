"""A walk through the site with a browser.

Build the site first. Then ``python -m pytest tests/site``. It needs Chromium.
"""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site.conftest import pages

PHONE = {"width": 400, "height": 800}
DESKTOP = {"width": 1280, "height": 900}
RULES = {"runOnly": ["color-contrast", "image-alt", "link-name"]}
#: Whether to read every page, which takes minutes.
EVERY_PAGE = "READ_EVERY_PAGE" in os.environ
#: Pages that differ in what they are made of. The colours are the same on all pages of
#: a kind, and the pages of the API are all made alike.
OF_EACH_KIND = [
    "api/generated/skrnn.LSTMClassifier.html",
    "api/generated/skrnn.preprocessing.sliding_windows.html",
    "api/index.html",
    "gallery.html",
    "gallery/saliency.html",
    "guide/bptt.html",
    "guide/steps.html",
    "how_do_i/data.html",
    "index.html",
    "install.html",
    "search.html",
    "try_it/index.html",
    "whats_new.html",
]


@pytest.fixture(scope="module", params=["light", "dark"])
def visit(request, address, browser):
    """Return a function that opens a page and returns it, and what went wrong."""
    context = browser.new_context(color_scheme=request.param)
    tab = context.new_page()
    troubles = []
    tab.on("console", lambda it: it.type == "error" and troubles.append(it.text))
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.on(
        "requestfailed",
        # What the page before was still waiting for is of no interest any more.
        lambda it: (
            it.failure == "net::ERR_ABORTED"
            or troubles.append(f"no answer from {it.url}: {it.failure}")
        ),
    )
    tab.on(
        "request",
        lambda it: (
            it.url.startswith((address, "data:", "blob:"))
            or troubles.append(f"another host is asked: {it.url}")
        ),
    )

    def open_page(path, viewport):
        troubles.clear()
        tab.set_viewport_size(viewport)
        tab.goto(f"{address}/{path}", wait_until="load")
        return tab, troubles

    yield open_page
    context.close()


def missing_images(tab):
    return tab.evaluate(
        """async () => {
            const images = [...document.images];
            images.forEach(image => { image.loading = "eager"; });
            await Promise.all(images.map(image => image.decode().catch(() => {})));
            return images.filter(i => i.naturalWidth === 0).map(i => i.src);
        }"""
    )


def faults_for_readers(tab):
    """Return what axe-core finds: too little contrast, pictures without words."""
    found = Axe().run(tab, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['html']}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


VISITED = [
    page
    for page in pages()
    if EVERY_PAGE or page in OF_EACH_KIND or not page.startswith("api/generated/")
]


@pytest.mark.parametrize("page", VISITED)
@pytest.mark.parametrize("visit", ["light"], indirect=True)
def test_a_page_is_whole(visit, page):
    tab, troubles = visit(page, PHONE)
    assert missing_images(tab) == []
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert tab.evaluate(wide) <= 0, "the page scrolls to the side on a phone"
    if EVERY_PAGE or page in OF_EACH_KIND:
        tab.set_viewport_size(DESKTOP)
        assert faults_for_readers(tab) == []
    assert troubles == []


@pytest.mark.parametrize("page", OF_EACH_KIND)
@pytest.mark.parametrize("visit", ["dark"], indirect=True)
def test_a_page_can_be_read_in_the_dark(visit, page):
    tab, troubles = visit(page, DESKTOP)
    assert faults_for_readers(tab) == []
    assert troubles == []


@pytest.mark.parametrize("words", ["saliency", "ragged", "Checkpoint"])
@pytest.mark.parametrize("visit", ["light"], indirect=True)
def test_the_search_finds(visit, words):
    tab, troubles = visit("index.html", DESKTOP)
    tab.locator("button.search-button__button:visible").first.click()
    box = tab.locator("input[type=search]:visible").first
    box.fill(words)
    box.press("Enter")
    tab.wait_for_selector("#search-results li")
    tab.wait_for_load_state("networkidle")  # it reads the pages that it has found
    found = tab.locator("#search-results li").all_inner_texts()
    assert any(words.lower() in text.lower() for text in found)
    assert troubles == []
