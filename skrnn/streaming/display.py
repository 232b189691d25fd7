"""Display of accuracy against earliness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skrnn.streaming.tradeoff import accuracy_against_earliness
from skrnn.utils.plotting import new_or_given

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from sklearn.base import BaseEstimator

    from skrnn.utils.typing import Array, ArrayLike, SequencesLike


class EarlinessDisplay:
    """Accuracy against the share of the steps that it takes.

    Make it with `from_estimator`, or from the arrays of `accuracy_against_earliness`:
    ``EarlinessDisplay(**accuracy_against_earliness(...))``.

    Read more in the :ref:`User Guide <guide_early_decisions>`.

    Parameters
    ----------
    thresholds : ndarray of shape (n_thresholds,)
        From which probability on a class was sure enough.
    accuracy : ndarray of shape (n_thresholds,)
        Share of the sequences that were decided rightly.
    earliness : ndarray of shape (n_thresholds,)
        Share of its steps that a sequence was read for, on average.
    harmonic_mean : ndarray of shape (n_thresholds,)
        Of accuracy and one minus earliness.

    Attributes
    ----------
    line_ : matplotlib.lines.Line2D
        The curve.
    best_ : matplotlib.lines.Line2D
        The mark of the largest harmonic mean.
    ax_ : matplotlib.axes.Axes
        Where they are.
    figure_ : matplotlib.figure.Figure
        The whole.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.streaming import EarlinessDisplay
    >>> display = EarlinessDisplay(
    ...     thresholds=np.array([0.5, 0.9]),
    ...     accuracy=np.array([0.8, 0.9]),
    ...     earliness=np.array([0.2, 0.5]),
    ...     harmonic_mean=np.array([0.8, 0.64]),
    ... )
    >>> display.best_threshold
    0.5
    """

    ax_: Axes
    figure_: Any
    line_: Any
    best_: Any

    def __init__(
        self,
        *,
        thresholds: Array,
        accuracy: Array,
        earliness: Array,
        harmonic_mean: Array,
    ) -> None:
        self.thresholds = thresholds
        self.accuracy = accuracy
        self.earliness = earliness
        self.harmonic_mean = harmonic_mean

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: SequencesLike,
        y: ArrayLike,
        *,
        thresholds: ArrayLike | None = None,
        patience: int | None = None,
        sample_weight: ArrayLike | None = None,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Measure and draw, with the parameters of `accuracy_against_earliness`.

        Parameters
        ----------
        estimator : estimator
            A fitted `EarlyClassifier`, or a fitted classifier of skrnn.
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n,)
            The label of each sequence.
        thresholds : array-like of shape (n_thresholds,), default=None
            What to try.
        patience : int, default=None
            For how many steps in a row a class has to be sure enough.
        sample_weight : array-like of shape (n,), default=None
            How much each sequence counts.
        name, ax : optional
            As in `plot`.
        **kwargs : dict
            As in `plot`.

        Returns
        -------
        EarlinessDisplay
        """
        result = accuracy_against_earliness(
            estimator,
            X,
            y,
            thresholds=thresholds,
            patience=patience,
            sample_weight=sample_weight,
        )
        return cls(**result).plot(name=name, ax=ax, **kwargs)

    @property
    def best_threshold(self) -> float:
        """The threshold with the largest harmonic mean, a float."""
        return float(self.thresholds[np.argmax(self.harmonic_mean)])

    def plot(
        self, *, name: str | None = None, ax: Axes | None = None, **kwargs: Any
    ) -> Self:
        """Draw the curve, and mark its largest harmonic mean.

        Parameters
        ----------
        name : str, default=None
            What the legend calls the curve.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None is a new figure.
        **kwargs : dict
            For `matplotlib.axes.Axes.plot`.

        Returns
        -------
        EarlinessDisplay
            The same.
        """
        ax = new_or_given(ax, type(self).__name__)
        style = {"marker": ".", "label": name, **kwargs}
        (self.line_,) = ax.plot(self.earliness, self.accuracy, **style)
        best = np.argmax(self.harmonic_mean)
        (self.best_,) = ax.plot(
            self.earliness[best],
            self.accuracy[best],
            marker="o",
            markersize=10,
            fillstyle="none",
            color=self.line_.get_color(),
            linestyle="none",
            label=f"threshold {self.best_threshold:.3g}: best harmonic mean",
        )
        ax.set(xlabel="earliness (share of the steps read)", ylabel="accuracy")
        ax.legend(loc="lower right")
        self.ax_, self.figure_ = ax, ax.figure
        return self
