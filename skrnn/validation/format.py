"""Format of sequences: their layout, and which features they have."""

from dataclasses import dataclass, field

import numpy as np

from skrnn.sequences import n_features_of
from skrnn.validation.categories import Categories
from skrnn.validation.layouts import RAGGED, TABLE, reads_gaps
from skrnn.validation.padding import reads_padding


@dataclass(frozen=True, eq=False)
class SequenceFormat:
    """Layout and features of a collection of sequences.

    Attributes
    ----------
    layout : {"3-D array", "ragged list", "table"}
        Layout of the collection.
    n_features : int
        Number of features of a step; of a table, of those that are no facts.
    n_features_in : int
        Number of features of a step, or of columns of a table.
    names : ndarray of str objects of shape (n_features_in,), or None
        Names of these features, if data frames have them.
    gaps : bool
        Whether NaN is a gap, and no mistake.
    padding : bool
        Whether steps of NaN at the end of a row do not belong to its sequence.
    static : ndarray of int
        Indices of the static features of a step, or columns of a table.
    categories : Categories or None
        The categorical features and their vocabularies, if there are some.
    """

    layout: str
    n_features: int
    n_features_in: int
    names: np.ndarray | None = None
    gaps: bool = False
    padding: bool = False
    static: np.ndarray = field(default_factory=lambda: np.empty(0, np.intp))
    categories: Categories | None = None

    @classmethod
    def of(cls, estimator):
        """Return the format of the sequences that an estimator was fitted on."""
        n_features_in = estimator.n_features_in_
        n_features = getattr(estimator, "features_per_step_", n_features_in)
        names = getattr(estimator, "feature_names_in_", None)
        architecture = getattr(estimator, "architecture_", None)
        architecture = architecture if isinstance(architecture, dict) else {}
        layout = estimator.input_layout_
        options = {
            "gaps": reads_gaps(architecture.get("missing_values")),
            "padding": layout != RAGGED and reads_padding(architecture.get("padding")),
        }
        if hasattr(estimator, "static_features_"):
            options["static"] = estimator.static_features_
        if hasattr(estimator, "categories_"):
            options["categories"] = Categories.of(
                estimator.is_categorical_, estimator.categories_
            )
        return cls(layout, n_features, n_features_in, names, **options)

    @property
    def attributes(self):
        """Fitted attributes of an estimator with this format, a dict."""
        found = {"n_features_in_": self.n_features_in, "input_layout_": self.layout}
        if self.names is not None:
            found["feature_names_in_"] = self.names
        if self.layout == TABLE:
            found["features_per_step_"] = self.n_features
        return found

    @property
    def attributes_of_network(self):
        """Those, and what a network knows of its features beside, a dict."""
        values = () if self.categories is None else self.categories.values
        return {
            **self.attributes,
            "static_features_": self.static,
            "is_categorical_": self.is_categorical,
            "categories_": list(values),
        }

    @property
    def n_in_step(self):
        """Number of features of a step, with the facts that stand behind it."""
        return self.n_features + len(self.static) * (self.layout == TABLE)

    @property
    def is_categorical(self):
        """Which features of a step are codes of categories, ndarray of bool."""
        if self.categories is None:
            return np.zeros(self.n_in_step, bool)
        return self.categories.mask(self.n_in_step)

    @property
    def static_in_step(self):
        """Indices of the static features in a step; those of a table are the last."""
        if self.layout == TABLE:
            return self.n_features + np.arange(len(self.static))
        return self.static

    @property
    def numeric(self):
        """Indices of the features of a step that are neither static nor categorical.

        `slice(None)` for all.
        """
        if len(self.static) == 0 and self.categories is None:
            return slice(None)
        numeric = ~self.is_categorical
        numeric[self.static_in_step] = False
        return np.flatnonzero(numeric)

    @property
    def n_numeric(self):
        """Number of features of a step that are neither static nor categorical."""
        return len(np.arange(self.n_in_step)[self.numeric])

    @property
    def n_steps(self):
        """Number of steps in the row of a table; None for other layouts."""
        if self.layout != TABLE:
            return None
        return (self.n_features_in - len(self.static)) // self.n_features

    @property
    def columns_of_steps(self):
        """Columns of a table that are no facts, in their order."""
        return np.setdiff1d(np.arange(self.n_features_in), self.static)

    def cut(self, values):
        """Return the rows of a table as sequences of steps, (n, n_steps, width).

        Facts stand behind the features of every step.
        """
        n = len(values)
        if len(self.static) == 0:
            return values.reshape(n, -1, self.n_features)
        steps = values[:, self.columns_of_steps].reshape(n, -1, self.n_features)
        facts = np.repeat(values[:, np.newaxis, self.static], steps.shape[1], axis=1)
        return np.concatenate([steps, facts], axis=2)

    def uncut(self, sequences):
        """Return a row for each of some sequences of a table: `cut` undone.

        What stands for a fact is the sum over its steps.
        """
        rows = np.empty((len(sequences), self.n_features_in), sequences.dtype)
        steps, facts = np.split(sequences, [self.n_features], axis=2)
        rows[:, self.columns_of_steps] = steps.reshape(len(rows), -1)
        rows[:, self.static] = facts.sum(axis=1)
        return rows

    def names_of_facts(self):
        """Return the names under which the head reads the static features, a list."""
        if self.names is None:
            return [f"fact_{k}" for k in self.static]
        return [f"fact_{name}" for name in self.names[self.static]]


@dataclass(frozen=True, eq=False)
class CheckedSequences:
    """Sequences that have passed validation.

    Attributes
    ----------
    samples : ndarray of shape (n, n_steps, n_features), list of 2-D arrays, or Unloaded
        The sequences; not copied if they were arrays of numbers. A list of data
        frames, if those are left unchanged.
    dtype : dtype
        float32 for float32 input, else float64.
    format : SequenceFormat
        Their layout and features.
    has_new_categories : bool
        Whether the vocabularies are those of all of these sequences, not of others.
    n_steps : int or None
        Number of steps that their rows had with padding, if that was cut off.
    """

    samples: object
    dtype: np.dtype
    format: SequenceFormat
    has_new_categories: bool = False
    n_steps: int | None = None

    @property
    def n_features(self):
        """Number of features of a step."""
        return n_features_of(self.samples)

    def __len__(self):
        return len(self.samples)
