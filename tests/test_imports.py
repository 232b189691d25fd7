"""Imports point one way, from the border down to the arrays."""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import skrnn

ROOT = Path(skrnn.__file__).parent

#: What lives below `skrnn/`, from the bottom up: each may import what stands before it.
ORDER = (
    "utils",
    "sequences",
    "cells",
    "network",
    "optimizers",
    "losses",
    "training",
    "validation",
    "parameters",
    "metrics",
    "fitting",
    "estimators",
    "callbacks",
    "ensemble",
    "dask",
    "datasets",
    "interop",
    "streaming",
    "inspection",
    "preprocessing",
)
#: The first that may import scikit-learn and joblib.
BORDER = ORDER.index("validation")
#: `skrnn/__init__.py` stands above all.
TOP = len(ORDER)

#: What the levels below the border may import besides skrnn.
BELOW_THE_BORDER = sys.stdlib_module_names | {"numpy"}
#: What a single module below the border may import beyond that: L-BFGS is SciPy's.
#: And the threads of the BLAS are counted by a library of their own.
EXCEPTIONS = {
    "skrnn.training.lbfgs": {"scipy.optimize"},
    "skrnn.utils.threads": {"threadpoolctl"},
}
#: Optional packages: only inside the functions that need them.
OPTIONAL = {"matplotlib", "narwhals", "pandas", "torch", "onnx", "dask", "ray"} | {
    "distributed"
}

FILES = sorted(ROOT.rglob("*.py"))


def module_of(path):
    parts = ("skrnn", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def level_of(module):
    _, _, inner = module.partition(".")
    return ORDER.index(inner.split(".")[0]) if inner else TOP


def imports_of(path):
    """Every import of a file: ``(module, whether it stands at the top, relative)``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node in tree.body, False
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node in tree.body, node.level > 0


def is_allowed_below(importer, module):
    library = module.split(".")[0]
    return library in BELOW_THE_BORDER or module in EXCEPTIONS.get(importer, ())


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_point_down(path):
    level = level_of(module_of(path))
    for module, _, relative in imports_of(path):
        assert not relative, f"relative import of {module}"
        if module == "skrnn":
            assert level > ORDER.index("estimators"), "it imports the estimators"
        elif module.split(".")[0] == "skrnn":
            assert level_of(module) <= level, f"{module} stands above"


def test_the_order_names_all_that_there_is():
    there = {path.name.removesuffix(".py") for path in ROOT.iterdir()}
    assert there - {"__init__", "__pycache__", "py.typed"} == set(ORDER)


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_other_libraries_stay_in_their_places(path):
    below = level_of(module_of(path)) < BORDER
    for module, at_top, _ in imports_of(path):
        library = module.split(".")[0]
        assert not (at_top and library in OPTIONAL), f"{module} at the top"
        if below and library != "skrnn":
            assert is_allowed_below(module_of(path), module), f"{module} below"
        private = any(part.startswith("_") for part in module.split(".")[1:])
        assert library == "skrnn" or not private, f"{module} is not public"


def test_every_exception_is_needed():
    needed = {
        module_of(path): {
            module
            for module, _, _ in imports_of(path)
            if module.split(".")[0] not in BELOW_THE_BORDER | {"skrnn"}
        }
        for path in FILES
        if module_of(path) in EXCEPTIONS
    }
    assert needed == EXCEPTIONS
    assert all(level_of(importer) < BORDER for importer in EXCEPTIONS)


def test_there_is_no_cycle():
    modules = {module_of(path) for path in FILES}
    graph = {}
    for path in FILES:
        module = module_of(path)
        graph[module] = {
            target for target, _, _ in imports_of(path) if target in modules
        } - {module}
    assert list(TopologicalSorter(graph).static_order())


def test_the_rule_sees_what_it_forbids(tmp_path):
    path = tmp_path / "cells.py"
    path.write_text("from skrnn.training import train\nimport sklearn\n")
    assert [module for module, _, _ in imports_of(path)] == [
        "skrnn.training",
        "sklearn",
    ]
    assert level_of("skrnn.training") > level_of("skrnn.cells.lstm")
    assert not is_allowed_below("skrnn.cells.lstm", "sklearn")
    assert not is_allowed_below("skrnn.training.minibatch", "scipy.optimize")
    assert not is_allowed_below("skrnn.training.lbfgs", "scipy")
    assert not is_allowed_below("skrnn.training.lbfgs", "scipy.sparse")
