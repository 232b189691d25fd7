"""The examples are pages of the gallery, which runs them when the site is built."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LISTED = re.findall(
    r"examples/(\w+)\.py", (ROOT / "docs/gallery.md").read_text("utf-8")
)


def test_the_gallery_has_each_example_once():
    assert sorted(LISTED) == [path.stem for path in EXAMPLES]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_a_page_with_a_picture_and_something_to_try(path):
    source = path.read_text(encoding="utf-8")
    title, line, *_ = ast.get_docstring(ast.parse(source)).splitlines()
    assert line == "=" * len(title)
    cells = re.split(r"^# %%$", source, flags=re.MULTILINE)
    assert any("plt." in cell or "Display." in cell for cell in cells)
    assert re.match(r"\n# Try it yourself\n# -+\n# \S", cells[-1])
