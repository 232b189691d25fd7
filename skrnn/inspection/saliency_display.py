"""Display of saliency."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from skrnn.inspection.names import names_of_features
from skrnn.inspection.saliency import GRADIENT, explain
from skrnn.utils.plotting import import_pyplot
from skrnn.validation import SequenceFormat, check_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

    from skrnn.estimators.base import BaseRecurrent
    from skrnn.utils.typing import Array, ArrayLike, SequencesLike

#: The most panels that can be told apart in a figure.
MOST_PANELS = 12
#: The most features of which each has its name on an axis.
MOST_NAMES = 40
#: The scale of colours goes up to this quantile of the absolute values.
SHOWN = 0.99


class SaliencyDisplay:
    """Draws, for some sequences, what `saliency` says of each feature of each step.

    A sequence is a panel, a feature a row of it. Colour says how much and in which
    direction, on one scale in all panels; a line in each row is the course of the
    feature. Make it with `from_estimator`.

    Read more in the :ref:`User Guide <guide_inspection>`.

    Parameters
    ----------
    attributions : list of n ndarray of shape (n_steps_i, n_features)
        What `saliency` gives.
    sequences : list of n ndarray of shape (n_steps_i, n_features)
        The sequences themselves.
    titles : list of n str
        What each panel shows.
    feature_names : list of str
        Names of the features.
    label : str
        What the colours mean.

    Attributes
    ----------
    axes_ : ndarray of shape (n,) of matplotlib Axes
        The panels.
    figure_ : matplotlib Figure
        Their figure.
    images_ : list of matplotlib AxesImage
        The colours of each panel.
    colorbar_ : matplotlib Colorbar
        What the colours mean.

    Examples
    --------
    >>> from skrnn import GRUClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> from skrnn.inspection import SaliencyDisplay
    >>> X, y = make_sign_of_sum(300, random_state=0)
    >>> clf = GRUClassifier(max_iter=20, random_state=0).fit(X, y)
    >>> display = SaliencyDisplay.from_estimator(clf, X[:3], feature_names=["noise"])
    >>> len(display.axes_)
    3
    """

    axes_: Array
    figure_: Any
    images_: list[Any]
    colorbar_: Any

    def __init__(
        self,
        attributions: Sequence[Array],
        *,
        sequences: Sequence[Array],
        titles: Sequence[str],
        feature_names: Sequence[str],
        label: str,
    ) -> None:
        self.attributions = attributions
        self.sequences = sequences
        self.titles = titles
        self.feature_names = feature_names
        self.label = label

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseRecurrent,
        X: SequencesLike,
        *,
        method: Literal[
            "gradient", "gradient_x_input", "integrated_gradients"
        ] = "integrated_gradients",
        target: Any = None,
        output: Literal["score", "probability"] = "score",
        step: int | ArrayLike | None = None,
        baseline: ArrayLike | Sequence[ArrayLike] | None = None,
        n_steps: int = 16,
        tol: float = 1e-3,
        feature_names: Sequence[str] | None = None,
        course: bool = True,
        ax: Axes | Sequence[Axes] | Array | None = None,
    ) -> Self:
        """Explain some predictions, and draw what comes of it.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier or regressor of skrnn.
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, 12 at most: ``X[:1]`` is the first.
        method : {"gradient", "gradient_x_input", "integrated_gradients"}, \
default="integrated_gradients"
            As in `saliency`. Not the gradient by default: that is per unit of each
            feature, and units differ.
        target, output, step, baseline, n_steps, tol : optional
            As in `saliency`.
        feature_names : list of str of length n_features, default=None
            Names of the features of a step. By default their columns, as for
            `permutation_importance`.
        course : bool, default=True
            Draw the course of each feature in its row.
        ax : matplotlib Axes, or array-like of n of them, default=None
            Where to draw; a new figure by default.

        Returns
        -------
        SaliencyDisplay
        """
        found, outputs, _ = explain(
            estimator,
            X,
            method=method,
            target=target,
            output=output,
            step=step,
            baseline=baseline,
            n_steps=n_steps,
            tol=tol,
        )
        samples = list(
            check_whole(estimator, X, expected=SequenceFormat.of(estimator)).samples
        )
        shapes = [np.shape(x) for x in samples]
        found = [
            np.reshape(one, shape) for one, shape in zip(found, shapes, strict=True)
        ]
        display = cls(
            found,
            sequences=samples,
            titles=_titles(outputs),
            feature_names=_names(feature_names, estimator, X, shapes[0][1]),
            label=_label(outputs, method),
        )
        return display.plot(ax, course=course)

    def plot(
        self,
        ax: Axes | Sequence[Axes] | Array | None = None,
        *,
        course: bool = True,
        cmap: str | Colormap = "RdBu_r",
        vmax: float | None = None,
    ) -> Self:
        """Draw the panels.

        Parameters
        ----------
        ax : matplotlib Axes, or array-like of n of them, default=None
            Where to draw; a new figure by default.
        course : bool, default=True
            Draw the course of each feature in its row, from its smallest value in
            these sequences to its largest.
        cmap : str or matplotlib Colormap, default="RdBu_r"
            Colours, with that of zero in the middle.
        vmax : float, default=None
            The absolute value of the ends of the scale. By default that which one in a
            hundred exceeds: of a long sequence, one peak should not be all one sees.

        Returns
        -------
        SaliencyDisplay
        """
        self.axes_ = self._panels(ax)
        self.figure_ = self.axes_[0].figure
        size = np.abs(np.concatenate([one.ravel() for one in self.attributions]))
        if vmax is None:
            vmax = np.quantile(size, SHOWN, method="higher") or size.max() or 1.0
        self.images_ = [
            panel.imshow(one.T, aspect="auto", cmap=cmap, vmin=-vmax, vmax=vmax)
            for panel, one in zip(self.axes_, self.attributions, strict=True)
        ]
        for panel, title in zip(self.axes_, self.titles, strict=True):
            self._label_panel(panel, title)
        self.axes_[-1].set_xlabel("step")
        if course:
            self._plot_courses()
        self.colorbar_ = self.figure_.colorbar(
            self.images_[0],
            ax=list(self.axes_),
            label=self.label,
            extend="both" if size.max() > vmax else "neither",
            aspect=30,
        )
        return self

    def _panels(self, ax):
        """Return an axes for each sequence, ndarray of shape (n,)."""
        pyplot, n = import_pyplot(type(self).__name__), len(self.attributions)
        if ax is not None:
            panels = np.array(ax, dtype=object).reshape(-1)
            if len(panels) != n:
                raise ValueError(
                    f"ax has {len(panels)} axes, but there are {n} sequences: give one "
                    "for each."
                )
            return panels
        if n > MOST_PANELS:
            raise ValueError(
                f"{type(self).__name__} draws each sequence in a panel of its own, "
                f"{MOST_PANELS} at most: X has {n}. Pass some of them, such as X[:4]."
            )
        rows = min(max(len(self.feature_names), 3), MOST_NAMES)
        size = (7.2, n * (0.6 + 0.2 * rows) + 1.2)
        figure = pyplot.figure(figsize=size, layout="constrained")
        return figure.subplots(n, squeeze=False)[:, 0]

    def _label_panel(self, panel, title):
        n = len(self.feature_names)
        shown = range(0, n, math.ceil(n / MOST_NAMES))
        panel.set_title(title, fontsize="medium", loc="left")
        panel.set_yticks(shown, [self.feature_names[k] for k in shown])
        panel.tick_params(axis="y", labelsize="small")
        panel.hlines(np.arange(n - 1) + 0.5, *panel.get_xlim(), color="0.8", lw=0.5)
        panel.xaxis.get_major_locator().set_params(integer=True)

    def _plot_courses(self):
        from matplotlib.patheffects import withStroke

        on_dark = [withStroke(linewidth=1.8, foreground="w")]
        steps = np.concatenate(self.sequences).astype(np.float64)
        low, high = steps.min(axis=0), steps.max(axis=0)
        spread = np.where(high > low, high - low, 1.0)
        for panel, x in zip(self.axes_, self.sequences, strict=True):
            # Half a row above the middle is the highest, for rows count downwards.
            height = np.where(high > low, 0.4 - 0.8 * (x - low) / spread, 0.0)
            marker = "." if len(x) == 1 else ""
            panel.plot(
                height + np.arange(x.shape[1]),
                color="k",
                linewidth=0.7,
                marker=marker,
                path_effects=on_dark,
            )
        self.axes_[-1].set_xlabel("step (black: the course of each feature)")


def _names(feature_names, estimator, X, d):
    if feature_names is None:
        return names_of_features(estimator, X, d)
    if len(feature_names) != d:
        raise ValueError(
            f"feature_names has {len(feature_names)} names, but a step of X has {d} "
            "features: give one for each."
        )
    return list(feature_names)


def _titles(outputs):
    titles = [f"sequence {i}" for i in range(len(outputs.codes))]
    if len(outputs.names) == 1:
        return titles
    return [
        f"{title}, {outputs.what} {outputs.names[code]!r}"
        for title, code in zip(titles, outputs.codes, strict=True)
    ]


def _label(outputs, method):
    kind = "prediction" if outputs.units is not None else outputs.kind
    if method == GRADIENT:
        return f"change of the {kind}\nper unit of the feature"
    return f"contribution to the {kind}"
