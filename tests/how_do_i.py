"""The pages "How do I ...?", read: questions, and the program that answers each."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.test_docs import FENCE, ROOT, anchor

FOLDER = ROOT / "docs" / "how_do_i"
INDEX = FOLDER / "index.md"


@dataclass(frozen=True)
class Question:
    """A heading of a page, and what stands below it."""

    page: Path
    heading: str
    text: str

    @property
    def link(self):
        return f"{self.page.name}#{anchor(self.heading)}"

    @property
    def fences(self):
        """Return language and source of each block of code, in order."""
        return [
            (found["language"], found["source"]) for found in FENCE.finditer(self.text)
        ]

    @property
    def programs(self):
        return [source for name, source in self.fences if name in ("python", "py")]

    @property
    def language(self):
        return self.fences[0][0]

    @property
    def program(self):
        return self.programs[0]

    @property
    def output(self):
        """Return what the page says that the program prints, or None."""
        return next((source for name, source in self.fences if name == "text"), None)


def questions():
    """Return the questions of all pages, in order."""
    return [
        Question(page, *part.split("\n", 1))
        for page in sorted(FOLDER.glob("*.md"))
        if page != INDEX
        for part in re.split(r"^## +", page.read_text(encoding="utf-8"), flags=re.M)[1:]
    ]
