"""Every link of the site leads somewhere, and tasks are found in three clicks."""

from functools import cache
from html.parser import HTMLParser
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

import pytest

from tests.site.conftest import SITE, pages

#: Lists of every page, which would make any way short, and need not be found.
LISTS = {"genindex.html", "search.html", "py-modindex.html"}
#: A task, and the page with its answer.
TASKS = {
    "imbalance": "guide/imbalance.html",
    "sequences of different length": "guide/input_layouts.html",
    "gaps": "guide/gaps_and_facts.html",
    "categories": "guide/categories.html",
    "a label for each step": "guide/steps.html",
    "windows from a recording": "guide/windows.html",
    "forecasting with sktime": "guide/forecasting_tools.html",
    "an ONNX file": "gallery/export_onnx.html",
    "explain a prediction": "guide/inspection.html",
    "resume a fit": "guide/checkpoints.html",
    "every parameter of a network": "api/generated/skrnn.LSTMClassifier.html",
    "when not to use a recurrent network": "guide/small_series.html",
}


class Reader(HTMLParser):
    """Collect what a page links to, what it shows, and the places in it.

    `clicks` are the links in the article itself, and those of the bar at the top; not
    those of the bars beside it, which list whole sections.
    """

    def __init__(self):
        super().__init__()
        self.links, self.clicks, self.places, self.open = [], [], set(), []

    def handle_starttag(self, tag, attributes):
        """Note where the tag leads."""
        found = dict(attributes)
        self.places |= {found.get("id"), found.get("name")}
        if tag in {"article", "header"}:
            self.open.append(tag)
        link = found.get("src" if tag in {"img", "script"} else "href")
        if link:
            self.links.append(link)
            if tag == "a" and self.open:
                self.clicks.append(link)

    def handle_endtag(self, tag):
        """Note the end of a part."""
        if self.open and tag == self.open[-1]:
            self.open.pop()


@cache
def read(page):
    """Return what is on a page."""
    reader = Reader()
    reader.feed((SITE / page).read_text(encoding="utf-8"))
    return reader


def target(page, link):
    """Return the path on the site that a link leads to, and the place there."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None, ""
    path = normpath(join(dirname(page), unquote(parts.path))) if parts.path else page
    return path, unquote(parts.fragment)


def leads_nowhere(page, link):
    """Return whether a link leads to a file or a place that is not there."""
    path, place = target(page, link)
    if path is None or link == "#":
        return False
    if not (SITE / path).is_file():
        return True
    return bool(place) and path.endswith(".html") and place not in read(path).places


@cache
def clicks_from_the_front():
    """Return how many clicks each page is from the front page."""
    clicks, at_hand = {"index.html": 0}, ["index.html"]
    for page in at_hand:
        for link in read(page).clicks:
            path, _ = target(page, link)
            if path in clicks or path in LISTS or not str(path).endswith(".html"):
                continue
            if (SITE / path).is_file():
                clicks[path] = clicks[page] + 1
                at_hand.append(path)
    return clicks


@pytest.mark.parametrize("page", pages())
def test_links_lead_somewhere(page):
    assert [link for link in read(page).links if leads_nowhere(page, link)] == []


@pytest.mark.parametrize("task", TASKS)
def test_a_task_is_found_in_three_clicks(task):
    assert clicks_from_the_front()[TASKS[task]] <= 3


def test_every_page_is_found():
    assert set(pages()) - set(clicks_from_the_front()) <= LISTS


def test_a_dead_link_is_noticed():
    assert leads_nowhere("index.html", "no.html")
    assert leads_nowhere("index.html", "#nowhere")
    assert not leads_nowhere("index.html", "guide/index.html")
