"""What is said of versions, dependencies and licences is the same in every place."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import skrnn

ROOT = Path(__file__).parents[1]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = CONFIG["project"]
EXTRAS = PROJECT["optional-dependencies"]
#: Of an import, the name of the distribution where it is another.
DISTRIBUTIONS = {
    "axe_playwright_python": "axe-playwright-python",
    "imblearn": "imbalanced-learn",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
#: What a requirement brings along that is imported too: of dask[array,distributed].
BROUGHT = {"dask": {"distributed"}}
#: The extras that skrnn itself imports.
RUNTIME_EXTRAS = ("dask", "frame", "onnx", "plot", "ray", "skops")

#: A source distribution has no folders that begin with a dot.
in_a_clone = pytest.mark.skipif(
    not (ROOT / ".ci").is_dir(), reason="a source distribution has no .ci and .github"
)


def text_of(path):
    return (ROOT / path).read_text("utf-8")


def split(requirement):
    """Return the name of a requirement, and what it says of the version."""
    name, _, version = re.fullmatch(
        r"([\w.-]+)(\[[\w,-]+\])?(.*)", requirement
    ).groups()
    return name, version


def requirements(*extras):
    """Return the version specifier of each requirement, those of extras too."""
    found = dict(map(split, PROJECT["dependencies"]))
    for extra in extras:
        for requirement in EXTRAS[extra]:
            name, version = split(requirement)
            if name == "skrnn":
                within = re.search(r"\[(.*)\]", requirement)[1].split(",")
                found |= requirements(*within)
            else:
                found[name] = version
    return found


def available(*extras):
    """Return the distributions that may be imported with these extras."""
    names = set(requirements(*extras))
    return names.union(*(BROUGHT.get(name, ()) for name in names))


def imported(tree):
    """Return the top-level names that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require":
            yield node.args[0].value if isinstance(node.args[0], ast.Constant) else ""


def distributions(paths, *ours, at_once=False):
    """Return the distributions that files import, without Python's and our own.

    `at_once` leaves out what is imported within functions and conditions.
    """
    found = set()
    for path in paths:
        tree = ast.parse(path.read_text("utf-8"))
        if at_once:
            tree.body = [
                node
                for node in tree.body
                if isinstance(node, ast.Import | ast.ImportFrom)
            ]
        found |= {name.partition(".")[0] for name in imported(tree)}
    found -= sys.stdlib_module_names | {"skrnn", *ours}
    return {DISTRIBUTIONS.get(name, name) for name in found}


def pythons():
    """Return the versions of Python that the classifiers name."""
    start = "Programming Language :: Python :: 3."
    lines = [line for line in PROJECT["classifiers"] if line.startswith(start)]
    return [line.rpartition(" ")[2] for line in lines]


def test_what_skrnn_imports_is_declared():
    files = list((ROOT / "skrnn").rglob("*.py"))
    found = distributions(files)
    assert found <= available(*RUNTIME_EXTRAS)
    # And the other way round: Ray and skops are used, not imported.
    assert available(*RUNTIME_EXTRAS) - found == {"ray", "skops"}


def test_what_is_imported_at_once_needs_no_extra():
    """Of `import skrnn`, and of each module below it but those of skrnn.dask."""
    files = [
        path
        for path in (ROOT / "skrnn").rglob("*.py")
        if "dask" not in path.relative_to(ROOT).parts
    ]
    assert distributions(files, at_once=True) == set(requirements())


@pytest.mark.parametrize("extra", ["test", "docs"])
def test_what_the_tests_import_is_declared(extra):
    """Those of the site are run where the site is built, benchmarks by hand."""
    tests = ROOT / "tests"
    files = list((tests / "site").rglob("*.py"))
    if extra == "test":
        others = {tests / "benchmarks", tests / "site"}
        files = [
            path
            for path in tests.rglob("*.py")
            if not others & set(path.parents) and path.name != "make_golden.py"
        ]
    assert files
    assert distributions(files, "tests") <= available(extra)


def test_what_the_examples_import_is_declared():
    files = list((ROOT / "examples").glob("*.py"))
    assert distributions(files) <= available("docs")


def test_the_version_is_written_in_one_place():
    assert PROJECT["dynamic"] == ["version"]
    assert CONFIG["tool"]["hatch"]["version"]["path"] == "skrnn/utils/version.py"
    assert re.fullmatch(r"\d+\.\d+\.\d+", skrnn.__version__)


def newest_release():
    """Return the version and the date at the top of the changelog."""
    return re.search(r"^## (\S+) - (\S+)$", text_of("CHANGELOG.md"), re.M).groups()


def test_the_changelog_begins_with_this_version():
    title, date = newest_release()
    assert title == skrnn.__version__
    assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", date)


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load(text_of("CITATION.cff"))
    assert citation["version"] == skrnn.__version__
    assert str(citation["date-released"]) == newest_release()[1]
    assert citation["url"] == PROJECT["urls"]["Documentation"]
    assert citation["repository-code"] == PROJECT["urls"]["Source"]
    assert citation["abstract"].strip().startswith(PROJECT["description"])


def test_licences_are_there():
    assert PROJECT["license"] == "BSD-3-Clause AND CC-BY-4.0"
    ours, of_data = map(text_of, PROJECT["license-files"])
    assert ours.startswith("BSD 3-Clause License\n")
    assert of_data.startswith("Creative Commons Attribution 4.0 International\n")
    for page in ("README.md", "skrnn/datasets/data/README.md"):
        assert "CC BY 4.0" in text_of(page)


@pytest.mark.parametrize("page", ["docs/install.md", "README.md"])
def test_pages_name_the_oldest_python(page):
    assert f"Python {pythons()[0]} or newer" in text_of(page)


def test_the_page_on_installing_lists_what_is_supported():
    page = text_of("docs/install.md")
    *first, last = pythons()
    assert f"supports Python {', '.join(first)} and {last}" in page
    oldest = dict(re.findall(r"^\| ([\w-]+) \| ([\d.]+) \|", page, re.M))
    names = {name.lower(): f">={version}" for name, version in oldest.items()}
    assert names.pop("python") == PROJECT["requires-python"]
    assert names == requirements()
    for name, version in re.findall(r'"([\w-]+)(>=[\d.]+)"', page):
        assert version == {"python": f">={pythons()[0]}", **requirements()}[name]


def test_the_page_on_installing_lists_the_extras():
    rows = re.findall(r"^\| `(\w+)` \|", text_of("docs/install.md"), re.M)
    assert sorted(rows) == sorted(EXTRAS)


def test_the_oldest_python_is_the_one_of_the_classifiers():
    versions = [tuple(map(int, version.split("."))) for version in pythons()]
    assert versions == [(3, minor) for minor in range(11, 11 + len(versions))]
    assert PROJECT["requires-python"] == f">={pythons()[0]}"
    oldest = pythons()[0].replace(".", "")
    assert CONFIG["tool"]["ruff"]["target-version"] == f"py{oldest}"


def oldest_tested():
    """Return the versions of the stage of .ci/run with the oldest dependencies."""
    listed = re.search(r"^oldest=\((.*?)^\)", text_of(".ci/run"), re.M | re.S)[1]
    return dict(re.findall(r'"([\w-]+)==([\d.]+?)(?:\.0)*(?:\.\*)?"', listed))


def bare(specifier):
    return re.sub(r"(\.0)+$", "", specifier.removeprefix(">="))


@in_a_clone
def test_the_lower_bounds_are_what_is_tested():
    tested, declared = oldest_tested(), requirements("test")
    bounds = {
        name: bare(declared[name])
        for name in {*requirements(*RUNTIME_EXTRAS)} | tested.keys() & declared.keys()
    }
    assert {name: re.sub(r"(\.0)+$", "", tested[name]) for name in bounds} == bounds
    assert f"python{pythons()[0]}" in text_of(".ci/run")


@in_a_clone
def test_the_workflow_tests_each_python_of_the_classifiers():
    jobs = yaml.safe_load(text_of(".github/workflows/tests.yml"))["jobs"]
    matrix = jobs["tests"]["strategy"]["matrix"]
    assert matrix["python"] == pythons()
    systems = " ".join(matrix["system"])
    assert all(name in systems for name in ("ubuntu", "macos", "windows"))
    for job in ("oldest", "everything"):
        assert pythons()[0] in str(jobs[job])


@in_a_clone
@pytest.mark.parametrize("name", ["tests", "docs", "release"])
def test_workflows_run_pinned_actions_with_few_rights(name):
    workflow = yaml.safe_load(text_of(f".github/workflows/{name}.yml"))
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", step["uses"])


@in_a_clone
def test_the_recipe_of_conda_has_the_dependencies():
    recipe = yaml.safe_load(text_of(".conda/recipe.yaml"))
    context = recipe["context"]
    assert context["version"] == skrnn.__version__
    assert f">={context['python_min']}" == PROJECT["requires-python"]
    run = [one for one in recipe["requirements"]["run"] if "python" not in one]
    expected = requirements()
    assert dict(one.split(" ", 1) for one in run) == expected
    build = dict(map(split, CONFIG["build-system"]["requires"]))
    host = [*(" ".join(one) for one in build.items()), "pip"]
    assert recipe["requirements"]["host"][1:] == host
    about = recipe["about"]
    assert about["license"] == PROJECT["license"]
    assert about["license_file"] == PROJECT["license-files"]
    assert about["summary"] == PROJECT["description"]
    assert about["documentation"] == PROJECT["urls"]["Documentation"]
    assert about["repository"] == PROJECT["urls"]["Source"]


def test_urls_have_labels_that_the_index_knows():
    labels = ["Documentation", "Source", "Issues", "Changelog"]
    assert list(PROJECT["urls"]) == labels
    site = PROJECT["urls"]["Documentation"]
    assert PROJECT["urls"]["Changelog"].startswith(site)
