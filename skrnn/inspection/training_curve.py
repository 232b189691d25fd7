"""Display of the training curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.introspection import (
    FITTED,
    check_is_network,
    final_network,
)
from skrnn.training import SOLVERS
from skrnn.utils.plotting import new_or_given

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from sklearn.base import BaseEstimator

    from skrnn.utils.typing import ArrayLike

#: Curves of so few points show each of them.
FEW = 30

ENDS_IN_NETWORK = f"{FITTED}, or a pipeline or search that ends in one"


class TrainingCurveDisplay:
    """Draws the loss of every epoch, and the validation score where there is one.

    Make it with `from_estimator`.

    Read more in the :ref:`User Guide <guide_training>`.

    Parameters
    ----------
    loss_curve : array-like of shape (n_epochs,)
        The loss of each epoch.
    validation_scores : array-like of shape (n_scores,), default=None
        The score after each of the last epochs.
    best_epoch : int, default=None
        The epoch after which the weights were kept, counted from 1.
    score_name : str, default="score"
        What the scores are.
    unit : str, default="epoch"
        What an entry of the loss curve stands for.
    estimator_name : str, default=None
        For the title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the loss.
    score_ax_ : matplotlib Axes or None
        With the scores, on the other side of the same epochs.
    figure_ : matplotlib Figure
        The figure of both.
    line_, score_line_ : matplotlib Line2D
        The curves; `score_line_` may be None.

    Examples
    --------
    >>> from skrnn import GRUClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> from skrnn.inspection import TrainingCurveDisplay
    >>> X, y = make_sign_of_sum(300, random_state=0)
    >>> clf = GRUClassifier(max_iter=20, early_stopping=True, random_state=0)
    >>> display = TrainingCurveDisplay.from_estimator(clf.fit(X, y))
    >>> display.ax_.get_xlabel()
    'epoch'
    """

    ax_: Axes
    score_ax_: Axes | None
    figure_: Any
    line_: Any
    score_line_: Any

    def __init__(
        self,
        *,
        loss_curve: ArrayLike,
        validation_scores: ArrayLike | None = None,
        best_epoch: int | None = None,
        score_name: str = "score",
        unit: str = "epoch",
        estimator_name: str | None = None,
    ) -> None:
        self.loss_curve = loss_curve
        self.validation_scores = validation_scores
        self.best_epoch = best_epoch
        self.score_name = score_name
        self.unit = unit
        self.estimator_name = estimator_name

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        *,
        ax: Axes | None = None,
        name: str | None = None,
    ) -> Self:
        """Draw how a model was trained.

        Parameters
        ----------
        estimator : estimator
            A fitted network of skrnn, or a pipeline or search that ends in one. After
            `warm_start` and `partial_fit` the curve is that of all epochs.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure by default.
        name : str, default=None
            For the title; by default that of the network.

        Returns
        -------
        TrainingCurveDisplay
        """
        check_is_fitted(estimator)
        network = final_network(estimator)
        if network is None:
            check_is_network(estimator, cls.__name__, expected=ENDS_IN_NETWORK)
        scores = network.validation_scores_ or None
        display = cls(
            loss_curve=network.loss_curve_,
            validation_scores=scores,
            best_epoch=scores and _best_epoch(network),
            score_name=network._score_name,
            unit=SOLVERS[network.solver].unit,
            estimator_name=name or type(network).__name__,
        )
        return display.plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure by default.

        Returns
        -------
        TrainingCurveDisplay
        """
        self.ax_ = ax = new_or_given(ax, type(self).__name__)
        self.figure_ = ax.figure
        epochs = np.arange(1, len(self.loss_curve) + 1)
        style = {"marker": "."} if len(epochs) <= FEW else {}
        (self.line_,) = ax.plot(
            epochs, self.loss_curve, "C0", label="loss in training", **style
        )
        ax.set(xlabel=self.unit, ylabel="loss in training", title=self.estimator_name)
        ax.xaxis.get_major_locator().set_params(integer=True)
        self.score_ax_ = self.score_line_ = None
        if self.validation_scores is not None:
            self._plot_scores(epochs[-len(self.validation_scores) :], style)
        return self

    def _plot_scores(self, epochs, style):
        ax, label = self.ax_, f"{self.score_name} on the held-out part"
        self.score_ax_ = ax.twinx()
        (self.score_line_,) = self.score_ax_.plot(
            epochs, self.validation_scores, "C1--", label=label, **style
        )
        self.score_ax_.set_ylabel(label)
        handles = [self.line_, self.score_line_]
        if self.best_epoch is not None:
            best = f"best {self.unit}: {self.best_epoch}"
            handles.append(
                ax.axvline(self.best_epoch, color="0.4", linestyle=":", label=best)
            )
        # Below: between two axes there is no place that is free of both curves.
        self.score_ax_.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(0.5, 0.0),
            borderaxespad=4.0,
        )


def _best_epoch(network):
    """Return the epoch of the last fit whose weights were kept, of all epochs."""
    scores = network.validation_scores_[-network.n_iter_ :]
    return len(network.loss_curve_) - len(scores) + int(np.argmax(scores)) + 1
