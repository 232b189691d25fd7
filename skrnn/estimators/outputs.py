"""Meaning of the raw scores of classifiers and regressors."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from sklearn.metrics import accuracy_score

from skrnn.estimators.scores import name_of_score, score_targets
from skrnn.fitting.architecture import loss_of, loss_options
from skrnn.losses import classification_loss, regression_loss
from skrnn.sequences.scaling import Scale

if TYPE_CHECKING:
    from skrnn.utils.typing import Array


class ClassifierOutputs:
    """Mixin of the classifiers: scores are labels and probabilities."""

    classes_: Array
    #: Whether there may be several labels at once.
    multilabel_ = False
    #: What the score is called.
    _score_name: ClassVar[str] = "accuracy"

    _default_dropout: ClassVar = (0.2, 0.3)
    _default_augmentation: ClassVar = 0.2

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

    def _score(self, decisions, y, sample_weight, loss=None):
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
    _default_augmentation: ClassVar = 0.0
    _fewest_held_out: ClassVar[int] = 2
    _target_attributes: ClassVar = ("target_mean_", "target_scale_", "target_ndim_")

    def _outputs(self, scores):
        """Return the targets, (n,) or (n, n_targets), that raw scores stand for.

        Of several quantiles there is a last axis more.
        """
        loss = self._loss
        targets = loss.decode(loss.decide(scores), self._target_scale)
        return targets[:, 0] if self.target_ndim_ == 1 else targets

    @property
    def _asked_loss(self):
        """The loss that the parameters name."""
        return regression_loss(**loss_options(self))

    @property
    def _loss(self):
        """The loss of the last fit."""
        return loss_of(self.architecture_).on_scale(self._target_scale)

    @property
    def _score_name(self):
        return name_of_score(self._loss)

    @property
    def _target_scale(self):
        return Scale(self.target_mean_, self.target_scale_)

    def _score(self, decisions, y, sample_weight, loss=None):
        return score_targets(loss or self._loss, decisions, y, sample_weight)


def check_target_shape(name, y, columns, earlier):
    """Raise ValueError if targets differ in shape from those of an earlier fit."""
    n_dimensions, n_targets = earlier["target_ndim_"], len(earlier["target_mean_"])
    if (y.ndim, columns.shape[1]) != (n_dimensions, n_targets):
        raise ValueError(
            f"{name} was fitted on targets of shape "
            f"{'(n,)' if n_dimensions == 1 else f'(n, {n_targets})'}, but y "
            f"has shape {y.shape}. Fit a new model."
        )


def on_scale(problem, earlier):
    """Return a problem with its targets on their scale, as the loss has it.

    Parameters
    ----------
    problem : Problem
        The problem, with `target_ndim_` in `fitted`.
    earlier : dict or None
        Fitted attributes of the targets of an earlier fit, whose scale remains.
    """
    if earlier:
        scale = Scale(earlier["target_mean_"], earlier["target_scale_"])
    else:
        scale = problem.loss.measure(*problem.scored(problem.rows))
    fitted = {"target_mean_": scale.mean, "target_scale_": scale.scale}
    return replace(
        problem.with_targets(partial(problem.loss.encode, scale=scale)),
        loss=problem.loss.on_scale(scale),
        fitted={**fitted, **problem.fitted},
    )
