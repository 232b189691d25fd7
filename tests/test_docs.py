"""The pages for readers: their examples run, and their links lead somewhere."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from skrnn.estimators.callbacks import HAS_CALLBACKS

ROOT = Path(__file__).parents[1]
#: The pages of the site, without what is made when it is built.
MARKDOWN_OF_THE_SITE = [
    page
    for page in (ROOT / "docs").rglob("*.md")
    if not {"_build", "generated", "gallery"} & {part.name for part in page.parents}
]
PAGES = [
    page
    for page in sorted([ROOT / "README.md", *MARKDOWN_OF_THE_SITE])
    if HAS_CALLBACKS or page.name != "callbacks.md"
    # Each program there runs by itself: tests/test_how_do_i.py.
    if page.parent.name != "how_do_i"
]
MARKDOWN = sorted(
    [*ROOT.glob("*.md"), *MARKDOWN_OF_THE_SITE, *(ROOT / "skrnn").rglob("*.md")]
)
AT_LEAST = {"index.md", "install.md", "quickstart.md", "whats_new.md"}

FENCE = re.compile(
    r"^[ \t]*```(?P<language>\w*)[^\n]*\n(?P<source>.*?)^[ \t]*```[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


#: What needs a cluster is run where there is one, in tests/clusters, and what needs
#: other libraries by tests/benchmarks/tools.py, forecasting_tools.py and how_do_i.py.
ELSEWHERE = {
    "docs/guide/cluster_searches.md": 4,
    "docs/guide/dask_fit.md": 2,
    "docs/guide/forecasting_tools.md": 8,
    "docs/guide/other_tools.md": 8,
    "docs/guide/pytorch.md": 1,
    "docs/how_do_i/choosing.md": 1,
    "docs/how_do_i/data.md": 3,
    "docs/how_do_i/deployment.md": 1,
    "docs/how_do_i/forecasting.md": 2,
    "docs/how_do_i/predictions.md": 2,
}


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def python_blocks(page, languages=("python",)):
    """Give the source of each Python block, on the lines on which it stands."""
    text = page.read_text(encoding="utf-8")
    return [
        "\n" * text.count("\n", 0, fence.start("source")) + dedent(fence["source"])
        for fence in FENCE.finditer(text)
        if fence["language"] in languages
    ]


def links(page):
    """Give the targets of the links in the text, those in code left out."""
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    return LINK.findall(re.sub(r"`[^`\n]*`", "code", prose))


def anchor(heading):
    """Give the name of a heading as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page):
    """Give the name of each heading as GitHub makes it."""
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    return set(map(anchor, HEADING.findall(prose)))


def dead_links(page):
    """Give the links of a page to a file or a heading that is not there."""
    dead = []
    for link in links(page):
        if re.match(r"(?!repo:)[a-z][a-z+.-]*:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if path.startswith("repo:"):
            target = ROOT / path.removeprefix("repo:")
        elif target.suffix == ".rst" and target.parent.name == "gallery":
            target = ROOT / "examples" / f"{target.stem}.py"
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    return dead


def test_docs_has_its_pages():
    assert {page.name for page in (ROOT / "docs").glob("*.md")} >= AT_LEAST


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_examples_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__"}
    for source in python_blocks(page):
        exec(compile(source, page, "exec"), namespace)


@pytest.mark.parametrize("page", MARKDOWN, ids=name_of)
def test_no_other_python_is_shown(page):
    text = page.read_text(encoding="utf-8")
    languages = [fence["language"] for fence in FENCE.finditer(text)]
    assert set(languages) <= {"python", "py", "sh", "text", ""}
    assert languages.count("py") == ELSEWHERE.get(name_of(page), 0)


@pytest.mark.parametrize("page", MARKDOWN, ids=name_of)
def test_links_lead_somewhere(page):
    assert dead_links(page) == []


def test_a_dead_link_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# One `heading`, or two\n"
        "[file](no.md), [heading](#none), [self](#one-heading-or-two), [me](page.md)\n"
        "`[code](no.md)`, [web](https://example.org/no.md), [file](repo:no.md)\n"
        "```python\nx = [f](y)\n```\n"
    )
    assert dead_links(page) == ["no.md", "#none", "repo:no.md"]


def test_an_example_that_fails_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "```python\nx = 1\n```\n- Item\n\n  ```python\n  assert x == 2\n  ```\n"
    )
    first, second = python_blocks(page)
    namespace = {}
    exec(first, namespace)
    with pytest.raises(AssertionError):
        exec(second, namespace)
