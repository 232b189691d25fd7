"""Docstrings stand whole in the source: these hold what they share, and defaults."""

import inspect
import re
from importlib import import_module
from typing import get_args, get_origin

import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc
from numpydoc.validate import validate

import skrnn
from skrnn.estimators.base_classifier import RecurrentClassifier
from skrnn.estimators.base_regressor import RecurrentRegressor
from skrnn.streaming import EarlyClassifier
from tests.conftest import (
    CLASSIFIERS,
    REGRESSORS,
    STEP_CLASSIFIERS,
    STEP_REGRESSORS,
)

OF_SEQUENCES, OF_STEPS = CLASSIFIERS + REGRESSORS, STEP_CLASSIFIERS + STEP_REGRESSORS
KINDS = OF_SEQUENCES + OF_STEPS
SUBPACKAGES = skrnn._SUBPACKAGES

#: Rules of numpydoc that are not ours.
IGNORED = {
    "ES01",  # a summary may say all
    "EX01",  # examples stand in the docstring of the class
    "SA01",  # not everything has relatives
    "RT02",  # "self : object" is scikit-learn's form, and names say what is returned
    "RT03",  # where the summary says what is returned, the type is all that is left
}
#: What a method that overrides another need not repeat, if it refers to that.
SAID_THERE = {"PR01", "RT01"}


def public_objects():
    """Every public class and function, and the public methods that are ours."""
    for module in ("skrnn", *(f"skrnn.{name}" for name in SUBPACKAGES)):
        for name in import_module(module).__all__:
            thing = getattr(import_module(module), name)
            if callable(thing):
                yield f"{module}.{name}"
            if isinstance(thing, type):
                yield from (f"{module}.{name}.{of}" for of in methods_of(thing))


def methods_of(kind):
    for name in dir(kind):
        owner = next((base for base in kind.__mro__ if name in vars(base)), object)
        value = inspect.getattr_static(kind, name)
        if (
            not name.startswith("_")
            and owner.__module__.startswith("skrnn.")
            and (callable(value) or hasattr(value, "__get__"))
            and not re.fullmatch("set_.*_request", name)
        ):
            yield name


def entries(doc, section):
    return {entry.name: (entry.type, entry.desc) for entry in doc[section]}


def entries_of(kind, section):
    return entries(ClassDoc(kind), section)


@pytest.mark.parametrize("name", sorted(set(public_objects())))
def test_numpydoc_finds_no_fault(name):
    found = validate(name)
    ignored = set(IGNORED)
    if re.search(r"[Ss]ee `Cell\.\w+`", found["docstring"]):
        ignored |= SAID_THERE
    if re.fullmatch(r"skrnn\.dask\.\w+", name):
        # Of twelve times forty parameters, two are their own.
        assert f"see `{name.replace('.dask', '')}`" in found["docstring"]
        ignored.add("PR01")
    if name == "skrnn.streaming.Stream.copy":
        ignored.add("RT01")  # a copy
    faults = [fault for fault in found["errors"] if fault[0] not in ignored]
    assert not faults


def without_default(entry):
    return re.sub(r"default=\S+", "", entry[0]), entry[1]


@pytest.mark.parametrize("section", ["Parameters", "Attributes"])
def test_estimators_have_entries_in_common(section):
    """Only a default may differ, and what each kind says of its own."""
    own = {"dropout", "recurrent_dropout", "learning_rate_init"}
    alike = CLASSIFIERS, REGRESSORS, STEP_CLASSIFIERS, STEP_REGRESSORS
    for kinds in (*alike, OF_SEQUENCES, OF_STEPS):
        first, *others = (entries_of(kind, section) for kind in kinds)
        differing = own | {"validation_fraction", "validation_scores_", "linear_steps"}
        differing |= {"n_filters", "augmentation"}
        for other in others:
            for name in first.keys() & other.keys() - (
                own if kinds in alike else differing
            ):
                assert without_default(other[name]) == without_default(first[name])


@pytest.mark.parametrize("kind", KINDS)
def test_documented_defaults_are_those_of_the_signature(kind):
    parameters = inspect.signature(kind).parameters
    documented = entries_of(kind, "Parameters")
    assert list(documented) == list(parameters)
    for name, (text, _) in documented.items():
        default = re.search(r"default=(.*)", text)[1]
        value = parameters[name].default
        assert eval(default) == value, name


@pytest.mark.parametrize("kind", KINDS)
def test_documented_values_of_auto(kind):
    documented = entries_of(kind, "Parameters")
    for name, rate in zip(
        ("dropout", "recurrent_dropout"), kind._default_dropout, strict=True
    ):
        assert f'"auto" is {rate}, and with' in " ".join(documented[name][1])
    rates = kind._default_learning_rates
    assert (
        f'"auto" is {rates["adam"]} for Adam and {rates["sgd"]} for gradient descent.'
        in " ".join(documented["learning_rate_init"][1])
    )


@pytest.mark.parametrize("kind", KINDS)
def test_annotations_are_the_options(kind):
    """The texts that the type of a parameter has are those that `fit` takes."""
    for name, parameter in inspect.signature(kind).parameters.items():
        union = get_args(parameter.annotation)
        literals = [parameter.annotation, *union]
        texts = {
            text
            for literal in literals
            if str(get_origin(literal)) == "typing.Literal"
            for text in get_args(literal)
        }
        options = {
            option
            for constraint in kind._parameter_constraints[name]
            for option in getattr(constraint, "values", ())
            if isinstance(option, str)
        }
        assert texts == options, name


@pytest.mark.parametrize("kind", KINDS)
def test_attributes_are_documented_and_annotated(kind):
    documented = {
        name
        for names in entries_of(kind, "Attributes")
        for name in names.split(", ")
        if name.endswith("_") or name.endswith("_in_")
    }
    annotated = {
        name
        for base in kind.__mro__
        for name in inspect.get_annotations(base)
        if name.endswith("_") and not name.startswith("_")
    }
    assert documented == annotated


#: What methods say of an argument: the same, or the beginning of the same.
SHARED = ("X", "sample_weight", "groups", "X_val", "sample_weight_val", "classes")


@pytest.mark.parametrize("name", SHARED)
def test_methods_say_the_same_of_an_argument(name):
    said = {}
    for base in (RecurrentClassifier, RecurrentRegressor, EarlyClassifier):
        for method in methods_of(base):
            function = inspect.getattr_static(base, method)
            function = getattr(function, "fn", function)
            if not inspect.isfunction(function):
                continue
            entry = entries(FunctionDoc(function), "Parameters").get(name)
            if entry:
                said.setdefault(entry[0], set()).add(" ".join(entry[1]).split(".")[0])
    assert len(said) == 1
    texts = sorted(*said.values(), key=len)
    assert all(text.startswith(texts[0].split(",")[0].split(":")[0]) for text in texts)
