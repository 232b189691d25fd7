"""Messages are sentences that end once."""

import ast
import re
from pathlib import Path

import pytest

import skrnn
from skrnn.validation.arrays import sentence

FILES = sorted(Path(skrnn.__file__).parent.rglob("*.py"))
DOUBLE = re.compile(r"(?<!\.)\.\.(?!\.)")


def doubled(tree):
    """List the lines where a text has two full stops, or gives an error another one.

    What other libraries say mostly ends with a full stop of its own.
    """
    caught = {
        node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)
    }
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if DOUBLE.search(node.value):
                lines.append(node.lineno)
        elif isinstance(node, ast.JoinedStr):
            for value, text in zip(node.values, node.values[1:], strict=False):
                is_error = (
                    isinstance(value, ast.FormattedValue)
                    and isinstance(value.value, ast.Name)
                    and value.value.id in caught
                )
                if is_error and isinstance(text, ast.Constant) and text.value[0] == ".":
                    lines.append(value.lineno)
    return lines


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_text_ends_twice(path):
    assert doubled(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "x = 'Stop..'",
        "try:\n    f()\nexcept ValueError as e:\n    raise TypeError(f'No: {e}. Go.')",
    ],
)
def test_the_rule_sees_what_it_forbids(source):
    assert doubled(ast.parse(source))
    assert not doubled(ast.parse("x = f'And so on... {x}.'"))


@pytest.mark.parametrize("text", ["a b", "a b.", "a\n  b", "a b...", "a b.\n"])
def test_a_sentence_ends_once(text):
    assert sentence(ValueError(text)) == "a b."
