"""The links of README.md are those of the site, and lead somewhere there."""

import re
from pathlib import Path

import pytest

from tests.test_docs import ROOT, anchors, links
from tests.test_release import PROJECT

SITE = PROJECT["urls"]["Documentation"]
REPOSITORY = PROJECT["urls"]["Source"]
#: Pages whose links work on the package index and in What's new, far from the files.
PAGES = ["README.md", "CHANGELOG.md"]
#: Other addresses that these pages name.
ELSEWHERE = {
    "https://doi.org/10.24432/C5NS47",
    "https://keepachangelog.com/en/1.1.0/",
    "https://semver.org/spec/v2.0.0.html",
}


def source_of(link):
    """Return the file from which a page of the site is made."""
    path = link.removeprefix(SITE).partition("#")[0] or "index.html"
    page = ROOT / "docs" / path
    if page.parent == ROOT / "docs" / "gallery":
        return ROOT / "examples" / f"{page.stem}.py"
    return page.with_suffix(".md")


def dead_links(page):
    """Return the links of a page that lead nowhere, or depend on where it is read."""
    dead = []
    for link in links(page):
        if link in ELSEWHERE or link in (REPOSITORY, PROJECT["urls"]["Issues"]):
            continue
        if not link.startswith(SITE):
            dead.append(link)
            continue
        page, _, anchor = link.partition("#")
        source = source_of(link)
        is_there = source.is_file() and (page == SITE or page.endswith(".html"))
        if not is_there or (anchor and anchor not in anchors(source)):
            dead.append(link)
    return dead


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_pages_of_the_site(page):
    assert dead_links(ROOT / page) == []


def test_a_dead_link_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        f"[here]({SITE}) [page]({SITE}guide/steps.html) [none]({SITE}guide/no.html) "
        f"[file](docs/install.md) [heading]({SITE}install.html#extras) "
        f"[none]({SITE}install.html#none) [example]({SITE}gallery/quickstart.html)"
        f"[none]({SITE}gallery/no.html) [web](https://example.org)",
        encoding="utf-8",
    )
    assert dead_links(page) == [
        f"{SITE}guide/no.html",
        "docs/install.md",
        f"{SITE}install.html#none",
        f"{SITE}gallery/no.html",
        "https://example.org",
    ]


def test_the_readme_links_to_every_section():
    found = {link.removeprefix(SITE) for link in links(ROOT / "README.md")}
    assert found >= {
        *("", "install.html", "quickstart.html", "guide/index.html", "gallery.html"),
        *("how_do_i/index.html", "whats_new.html", "contributing.html"),
    }


def test_the_readme_installs_from_the_index_first():
    text = Path(ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"```sh\n(.*?)\n```", text)[0] == "pip install skrnn"
    setups = re.findall(r"^python3 -m venv .*$", text, re.M)
    assert len(setups) == 2
    assert ["[test]" in line for line in setups] == [False, True]
