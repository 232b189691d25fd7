"""What all classifiers share: labels, probabilities, decisions."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.class_weight import compute_class_weight

from skrnn.base import BaseRecurrent
from skrnn.losses import classification_loss
from skrnn.problem import Problem
from skrnn.validation import (
    check_class_weight,
    check_labels,
    check_sequences,
    check_weights,
)


class RecurrentClassifier(ClassifierMixin, BaseRecurrent):
    """Base of the classifiers: labels, probabilities, decisions."""

    def __init__(
        self,
        hidden_size=32,
        *,
        pooling="concat",
        solver="adam",
        alpha=0.003,
        batch_size="auto",
        learning_rate="cosine",
        learning_rate_init=0.005,
        momentum=0.9,
        max_grad_norm=1.0,
        max_iter=100,
        tol=1e-4,
        n_iter_no_change=25,
        early_stopping=False,
        validation_fraction=0.1,
        class_weight=None,
        features_per_step=1,
        warm_start=False,
        verbose=False,
        random_state=None,
    ):
        self.hidden_size = hidden_size
        self.pooling = pooling
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.momentum = momentum
        self.max_grad_norm = max_grad_norm
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.features_per_step = features_per_step
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None):
        """Learn from sequences.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences. A row of a table is a whole sequence, `features_per_step`
            columns a step.
        y : array-like of shape (n,)
            The label of each sequence, of any type.
        sample_weight : array-like of shape (n,), default=None
            How much each sequence counts: a weight of k is k copies, zero is absence.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        return self._train(X, y, sample_weight)

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Learn from some more sequences, in one pass over them.

        The state of the optimizer is kept from call to call; the learning rate stays
        at `learning_rate_init`, or falls from call to call with "invscaling".

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n,)
            The label of each sequence.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever come; needed in the first call.
        sample_weight : array-like of shape (n,), default=None
            How much each sequence counts.

        Returns
        -------
        self : object
            The estimator.
        """
        if classes is None and not hasattr(self, "classes_"):
            raise ValueError(
                "classes must be passed on the first call to partial_fit: all labels "
                "that will ever come."
            )
        if self.class_weight == "balanced":
            raise ValueError(
                "class_weight='balanced' needs all labels at once and cannot be used "
                "with partial_fit. Pass a dict, or sample_weight."
            )
        return self._train(X, y, sample_weight, classes=classes, once=True)

    def predict(self, X):
        """Predict the label of each sequence.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n,)
        """
        scores = self._raw_scores(X)
        return self.classes_[_winners(scores)]

    def predict_proba(self, X):
        """Predict the probability of each class for each sequence.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_classes)
            Columns in the order of `classes_`; rows sum to one.
        """
        scores = self._raw_scores(X)
        return classification_loss(len(self.classes_)).probabilities(scores)

    def predict_log_proba(self, X):
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_classes)
            Exact also where the probability itself is too small for a float.
        """
        scores = self._raw_scores(X)
        return classification_loss(len(self.classes_)).log_probabilities(scores)

    def decision_function(self, X):
        """Compute the raw scores.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n,) or (n, n_classes)
            Log-odds of the second of two classes, or one score a class.
        """
        scores = self._raw_scores(X)
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def _read_problem(self, X, y, sample_weight, classes, *, goes_on):
        X = check_sequences(self, X, reset=not goes_on)
        y = check_labels(y, len(X))
        sample_weight = check_weights(sample_weight, len(X))
        check_class_weight(self.class_weight)
        present = np.unique(y[sample_weight > 0])
        classes = self._all_classes(classes, present, goes_on)
        codes = np.minimum(np.searchsorted(classes, y), len(classes) - 1)
        loss_weight = sample_weight * self._weight_of_classes(classes, y, sample_weight)
        if not loss_weight.any():
            raise ValueError(
                "class_weight gives every sequence a weight of zero: no sequence is "
                "left to learn from."
            )
        return Problem(
            X=X,
            y=codes,
            sample_weight=sample_weight,
            loss_weight=loss_weight,
            rows=np.flatnonzero(loss_weight),
            loss=classification_loss(len(classes)),
            n_outputs=1 if len(classes) == 2 else len(classes),
            fitted={"classes_": classes},
        )

    def _all_classes(self, classes, present, goes_on):
        """Settle the classes: those known, those announced or those that came."""
        name = type(self).__name__
        if classes is not None:
            classes = np.unique(classes)
            if len(classes) < 2:
                raise ValueError(
                    f"{name} needs at least two classes, but classes has one: "
                    f"{classes.tolist()}."
                )
        if goes_on:
            if classes is not None and not np.array_equal(classes, self.classes_):
                raise ValueError(
                    f"classes={classes.tolist()} differs from those of the earlier "
                    f"fit, {self.classes_.tolist()}. Make a new {name} for them."
                )
            classes = self.classes_
        classes = present if classes is None else classes
        if len(classes) < 2:
            raise ValueError(
                f"{name} needs at least two classes, but y has one class with weight: "
                f"{classes.tolist()}."
            )
        unknown = present[~np.isin(present, classes)]
        if len(unknown):
            raise ValueError(
                f"y has labels {unknown.tolist()}, which are not among the classes "
                f"{classes.tolist()} that {name} was told of. Announce all classes in "
                "the first call, or fit a new model."
            )
        return classes

    def _weight_of_classes(self, classes, y, sample_weight):
        """Give the weight of the class of each sequence; one where it has none."""
        counts = sample_weight > 0
        weight = compute_class_weight(
            self.class_weight,
            classes=classes,
            y=y[counts],
            sample_weight=sample_weight[counts],
        )
        each = np.ones(len(y))
        each[counts] = weight[np.searchsorted(classes, y[counts])]
        return each

    def _stratify(self, y):
        return y

    def _rate(self, scores, y, sample_weight):
        return accuracy_score(y, _winners(scores), sample_weight=sample_weight)


def _winners(scores):
    """Give the number of the class that each row of scores speaks for."""
    if scores.shape[1] == 1:
        return (scores[:, 0] > 0).astype(np.intp)
    return scores.argmax(axis=1)
