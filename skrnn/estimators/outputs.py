"""Meaning of the raw scores of classifiers and regressors."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sklearn.metrics import accuracy_score, r2_score

from skrnn.losses import classification_loss
from skrnn.sequences.scaling import Scale

if TYPE_CHECKING:
    from skrnn.utils.typing import Array


class ClassifierOutputs:
    """Mixin of the classifiers: scores are labels and probabilities."""

    classes_: Array
    #: Whether there may be several labels at once.
    multilabel_ = False

    _default_dropout: ClassVar = (0.2, 0.3)

    def _labels(self, scores):
        """Return the labels, (n,) or (n, n_labels), that raw scores stand for."""
        decisions = self._loss.decide(scores)
        return decisions if self.multilabel_ else self.classes_[decisions]

    def _outputs(self, scores):
        """Return the probabilities, (n, n_classes), that raw scores stand for."""
        return self._loss.probabilities(scores)

    def _decisions(self, scores):
        """Return raw scores as `decision_function` has them."""
        return scores[:, 0] if scores.shape[1] == 1 else scores

    @property
    def _loss(self):
        return classification_loss(len(self.classes_), self.multilabel_)

    def _score(self, decisions, y, sample_weight):
        return accuracy_score(y, decisions, sample_weight=sample_weight)

    def _check_partial_fit(self, is_announced):
        """Raise ValueError if a part of the labels does not do."""
        if not hasattr(self, "weights_") and not is_announced:
            raise ValueError(
                "classes must be passed on the first call to partial_fit: all labels "
                "that will ever come."
            )
        if self.class_weight == "balanced":
            raise ValueError(
                "class_weight='balanced' needs all labels at once and cannot be used "
                "with partial_fit. Pass a dict, or sample_weight."
            )


class RegressorOutputs:
    """Mixin of the regressors: scores are targets, on a scale of their own."""

    target_mean_: Array
    target_scale_: Array
    target_ndim_: int

    # Numbers suffer from noise before the head.
    _default_dropout: ClassVar = (0.0, 0.1)
    _fewest_held_out: ClassVar[int] = 2
    _target_attributes: ClassVar = ("target_mean_", "target_scale_", "target_ndim_")

    def _outputs(self, scores):
        """Return the targets, (n,) or (n, n_targets), that raw scores stand for."""
        targets = self._target_scale.decode(scores)
        return targets[:, 0] if self.target_ndim_ == 1 else targets

    @property
    def _target_scale(self):
        return Scale(self.target_mean_, self.target_scale_)

    def _score(self, decisions, y, sample_weight):
        return r2_score(y, decisions, sample_weight=sample_weight)


def check_target_shape(name, y, columns, earlier):
    """Raise ValueError if targets differ in shape from those of an earlier fit."""
    n_dimensions, n_targets = earlier["target_ndim_"], len(earlier["target_mean_"])
    if (y.ndim, columns.shape[1]) != (n_dimensions, n_targets):
        raise ValueError(
            f"{name} was fitted on targets of shape "
            f"{'(n,)' if n_dimensions == 1 else f'(n, {n_targets})'}, but y "
            f"has shape {y.shape}. Fit a new model."
        )


def target_scale(columns, weight, earlier):
    """Return the scale of targets: that of an earlier fit, or one measured."""
    if earlier:
        return Scale(earlier["target_mean_"], earlier["target_scale_"])
    return Scale.of(columns, weight)


def target_attributes(scale, n_dimensions):
    """Return the fitted attributes of targets on a scale, a dict."""
    return {
        "target_mean_": scale.mean,
        "target_scale_": scale.scale,
        "target_ndim_": n_dimensions,
    }
