"""Display of permutation importance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skrnn.inspection.permutation import permutation_importance
from skrnn.utils.plotting import new_or_given

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from sklearn.utils import Bunch

    from skrnn.utils.typing import Array, ArrayLike, SequencesLike

#: The most features that are drawn, unless the user asks for more.
MOST_BARS = 30


class ImportanceDisplay:
    """Draws what `permutation_importance` says of features, or of blocks of steps.

    Features are bars, the most important on top. Blocks of steps stay in the order of
    time. Make it with `from_estimator` or `from_importances`.

    Read more in the :ref:`User Guide <guide_importance>`.

    Parameters
    ----------
    importances : ndarray of shape (n_parts, n_repeats)
        By how much the score fell.
    names : list of str
        Names of the parts.
    edges : ndarray of shape (n_parts + 1,), default=None
        Where blocks of steps begin and end; None for features.
    unit : str, default=None
        What the edges are.
    score_name : str, default="score"
        What fell.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it is drawn.
    figure_ : matplotlib Figure
        Its figure.
    bars_ : matplotlib BarContainer, or None for blocks of steps
        The bars.
    stairs_ : matplotlib StepPatch, or None for features
        The mean of each block.

    Examples
    --------
    >>> from skrnn import GRUClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> from skrnn.inspection import ImportanceDisplay
    >>> X, y = make_sign_of_sum(300, random_state=0)
    >>> clf = GRUClassifier(max_iter=20, random_state=0).fit(X, y)
    >>> display = ImportanceDisplay.from_estimator(
    ...     clf, X, y, by="step", n_blocks=5, random_state=0
    ... )
    >>> display.ax_.get_xlabel()
    'part of the sequence (%)'
    """

    ax_: Axes
    figure_: Any
    bars_: Any
    stairs_: Any

    def __init__(
        self,
        importances: Array,
        *,
        names: Sequence[str],
        edges: Array | None = None,
        unit: str | None = None,
        score_name: str = "score",
    ) -> None:
        self.importances = importances
        self.names = names
        self.edges = edges
        self.unit = unit
        self.score_name = score_name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: SequencesLike,
        y: ArrayLike,
        *,
        scoring: str | Callable[..., Any] | None = None,
        feature_names: Sequence[str] | None = None,
        ax: Axes | None = None,
        n_shown: int = MOST_BARS,
        **options: Any,
    ) -> Self:
        """Measure what a model needs, and draw it.

        Parameters
        ----------
        estimator : estimator
            A fitted model.
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n,) or (n, n_outputs)
            Their labels or targets.
        scoring : str or callable, default=None
            A single score, as in `permutation_importance`.
        feature_names : list of str of length n_features, default=None
            Names of the features of a step. By default those that
            `permutation_importance` gives.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure by default.
        n_shown : int, default=30
            How many features to draw at most: the most important.
        **options
            Further parameters of `permutation_importance`, such as `by`, `n_repeats`
            and `random_state`.

        Returns
        -------
        ImportanceDisplay
        """
        result = permutation_importance(estimator, X, y, scoring=scoring, **options)
        return cls.from_importances(
            result,
            names=feature_names if options.get("by") != "step" else None,
            score_name=scoring if isinstance(scoring, str) else "score",
            ax=ax,
            n_shown=n_shown,
        )

    @classmethod
    def from_importances(
        cls,
        result: Bunch,
        *,
        names: Sequence[str] | None = None,
        score_name: str = "score",
        ax: Axes | None = None,
        n_shown: int = MOST_BARS,
    ) -> Self:
        """Draw what has been measured.

        Parameters
        ----------
        result : Bunch
            From `permutation_importance`, or from that of scikit-learn.
        names : list of str of length n_parts, default=None
            Names of the parts, in place of those of the result.
        score_name : str, default="score"
            What fell.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure by default.
        n_shown : int, default=30
            How many features to draw at most: the most important.

        Returns
        -------
        ImportanceDisplay
        """
        if "importances" not in result:
            raise ValueError(
                f"{cls.__name__} draws one score, but these importances are of "
                f"{len(result)}: {', '.join(map(repr, result))}. Pass that of one, as "
                f"result[{next(iter(result))!r}]."
            )
        n = len(result["importances"])
        names = names if names is not None else result.get("names")
        names = [f"feature {k}" for k in range(n)] if names is None else list(names)
        if len(names) != n:
            raise ValueError(
                f"There are {len(names)} names, but {n} importances: give one for each."
            )
        edges, unit = result.get("edges"), result.get("unit")
        display = cls(
            result["importances"],
            names=names,
            edges=edges,
            unit=unit,
            score_name=score_name,
        )
        return display.plot(ax, n_shown=n_shown)

    def plot(self, ax: Axes | None = None, *, n_shown: int = MOST_BARS) -> Self:
        """Draw the importances.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure by default.
        n_shown : int, default=30
            How many features to draw at most: the most important.

        Returns
        -------
        ImportanceDisplay
        """
        self.bars_ = self.stairs_ = None
        mean, deviation = self.importances.mean(axis=1), self.importances.std(axis=1)
        times = f"{self.importances.shape[1]} exchanges"
        fall = f"decrease in {self.score_name}\n(mean and deviation of {times})"
        if self.edges is None:
            self._plot_bars(ax, mean, deviation, fall, n_shown)
        else:
            self._plot_stairs(ax, mean, deviation, fall)
        self.figure_ = self.ax_.figure
        return self

    def _plot_bars(self, ax, mean, deviation, fall, n_shown):
        shown = np.argsort(-mean, kind="stable")[:n_shown]
        height = 1.2 + 0.25 * max(4, len(shown))
        self.ax_ = ax = new_or_given(ax, type(self).__name__, height)
        self.bars_ = ax.barh(
            [str(self.names[k]) for k in shown],
            mean[shown],
            xerr=deviation[shown],
            color="C0",
            ecolor="0.2",
        )
        ax.axvline(0.0, color="0.2", linewidth=0.8)
        ax.set_ylim(max(3, len(shown)) - 0.4, -0.6)
        ax.set_xlabel(fall)
        if len(shown) < len(mean):
            ax.set_title(f"the {len(shown)} most important of {len(mean)}")

    def _plot_stairs(self, ax, mean, deviation, fall):
        self.ax_ = ax = new_or_given(ax, type(self).__name__)
        ax.stairs(
            mean + deviation,
            self.edges,
            baseline=mean - deviation,
            fill=True,
            color="C0",
            alpha=0.3,
        )
        self.stairs_ = ax.stairs(mean, self.edges, baseline=None, color="C0")
        ax.axhline(0.0, color="0.2", linewidth=0.8)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.set(xlabel=self.unit, ylabel=fall, xlim=(self.edges[0], self.edges[-1]))
