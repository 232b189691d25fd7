"""Links of the HTML representation lead to pages of the API reference."""

import re
from importlib import import_module

import pytest
from sklearn.base import BaseEstimator

import skrnn
from skrnn.utils.documentation import SITE
from tests.test_release import PROJECT, text_of

LISTED = re.findall(r"^   (\w+)$", text_of("docs/api/index.md"), re.M)


def public(module):
    """Return the public names of a module, and what they are."""
    for name in import_module(module).__all__:
        yield f"{module}.{name}", getattr(import_module(module), name)


MODULES = ["skrnn", *(f"skrnn.{name}" for name in skrnn._SUBPACKAGES)]
NAMES = dict(pair for module in MODULES for pair in public(module))
ESTIMATORS = {
    name: kind
    for name, kind in NAMES.items()
    if isinstance(kind, type) and issubclass(kind, BaseEstimator)
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_an_estimator_is_linked_to_its_page(name):
    estimator = ESTIMATORS[name].__new__(ESTIMATORS[name])
    assert estimator._get_doc_link() == f"{SITE}api/generated/{name}.html"


def test_the_representation_has_the_link():
    html = skrnn.LSTMClassifier()._repr_html_()
    assert f'href="{SITE}api/generated/skrnn.LSTMClassifier.html"' in html


def test_a_class_of_a_user_has_no_page():
    class Mine(skrnn.LSTMClassifier):
        pass

    assert Mine()._get_doc_link() == ""


def test_the_site_is_that_of_the_metadata():
    assert PROJECT["urls"]["Documentation"] == SITE


def test_the_api_reference_has_every_public_name():
    expected = [name.rpartition(".")[2] for name in NAMES if "__" not in name]
    assert sorted(LISTED) == sorted(expected)
