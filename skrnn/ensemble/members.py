"""Members of a committee: trained on samples, asked one by one."""

from dataclasses import dataclass

import numpy as np
from sklearn import get_config
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import has_fit_parameter

from skrnn.estimators.introspection import answers_every_step
from skrnn.fitting.validation_split import NAMES as OF_VALIDATION

#: Seeds are below this, as those of scikit-learn's ensembles are.
SEEDS = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Predictor:
    """Constraint: an estimator of one kind.

    Parameters
    ----------
    kind : {"classifier", "regressor"}
        Which.
    """

    kind: str

    def is_satisfied_by(self, value):
        """Return whether a value is one."""
        methods = "fit", "predict", "get_params", "__sklearn_tags__"
        if isinstance(value, type) or not all(hasattr(value, it) for it in methods):
            return False
        if answers_every_step(value):
            return False
        return get_tags(value).estimator_type == self.kind

    def __str__(self):
        return f"a {self.kind} with one answer a sequence"


def takes_weights(estimator):
    """Return whether `fit` of an estimator takes weights of sequences.

    That of a pipeline does if metadata routing is on and a step has requested them.
    """
    if get_config()["enable_metadata_routing"]:
        routing = get_routing_for_object(estimator)
        return bool(routing.consumes("fit", ["sample_weight"]))
    return has_fit_parameter(estimator, "sample_weight")


def set_random_states(estimator, rng):
    """Set every `random_state` in an estimator, and return it."""
    names = sorted(estimator.get_params(deep=True))
    return estimator.set_params(
        **{
            name: rng.randint(SEEDS)
            for name in names
            if name == "random_state" or name.endswith("__random_state")
        }
    )


def fit_member(estimator, X, y, sample, params):
    """Fit an estimator on a sample, and return it.

    Parameters
    ----------
    estimator : estimator
        Not fitted.
    X : 3-D array, list of 2-D arrays, or table
        All sequences.
    y : ndarray of shape (n,) or (n, n_targets)
        Their labels or targets.
    sample : Sample
        What of them to learn from.
    params : dict
        What else `fit` takes.
    """
    if takes_weights(estimator):
        return estimator.fit(X, y, sample_weight=sample.weight, **params)
    rows, n = sample.drawn, len(y)
    params = {name: _of_rows(name, it, rows, n) for name, it in params.items()}
    return estimator.fit(take(X, rows), y[rows], **params)


def fit_and_ask(member, X, y, sample, params, question):
    """Fit a member, and ask it of what it has not seen."""
    fit_member(member, X, y, sample, params)
    if question is None or len(sample.left_out) == 0:
        return member, None
    return member, question(member, take(X, sample.left_out))


def _of_rows(name, values, rows, n):
    """Return what belongs to some sequences, if there is one value for each."""
    is_list = hasattr(values, "__len__") and not isinstance(values, str | bytes | dict)
    if name in OF_VALIDATION or not is_list or len(values) != n:
        return values
    return take(values, rows)


def take(values, rows):
    """Return some rows of an array, a list or a table."""
    if isinstance(values, list | tuple):
        return [values[i] for i in rows]
    if hasattr(values, "iloc"):
        return values.iloc[rows]
    if hasattr(values, "column_names"):  # a table of pyarrow
        return values.take(rows)
    return values[rows]


def probabilities(member, X, classes):
    """Return probabilities; of a member without them, those of one that is sure."""
    if hasattr(member, "predict_proba"):
        return member.predict_proba(X)
    return (member.predict(X)[:, np.newaxis] == classes).astype(float)


def predictions(member, X):
    """Return the predictions of a regressor."""
    return member.predict(X)
