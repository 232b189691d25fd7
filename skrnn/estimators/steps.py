"""Answers for every step, in the layout of the sequences."""

import numpy as np

from skrnn.sequences import lengths_of
from skrnn.sequences.ragged import RaggedList
from skrnn.validation.layouts import RAGGED
from skrnn.validation.steps import check_step_weights


class StepAnswersMixin:
    """Mixin of the estimators that have an answer for every step."""

    _head = "steps"

    def _answers(self, X, answer):
        """Return what a function makes of the raw scores of all steps.

        Parameters
        ----------
        X : array, list or table
            The sequences.
        answer : callable
            From raw scores, (n_steps_in_all, n_outputs), to an answer for each.

        Returns
        -------
        ndarray of shape (n, n_steps, ...) or list of arrays of shape (n_steps_i, ...)
        """
        scores = self._raw_scores(X)
        answers = answer(np.concatenate(scores))
        if self.input_layout_ != RAGGED:
            return answers.reshape(len(scores), -1, *answers.shape[1:])
        ends = np.cumsum(lengths_of(scores))
        return RaggedList(np.split(answers, ends[:-1]))

    def _score_steps(self, X, y, sample_weight, check):
        """Score the predictions for all steps that have an answer in y."""
        predicted = self.predict(X)
        lengths = lengths_of(predicted)
        y, has_answer = check(y, lengths)
        weight = check_step_weights(sample_weight, lengths)
        shape = y.values.shape[1:]
        if self._loss.has_axis:
            shape = (*shape, -1)
        rows = [steps.reshape(len(steps), *shape) for steps in predicted]
        predicted = np.concatenate(rows)
        return self._score(
            predicted[has_answer],
            y.values[has_answer],
            weight[has_answer] if sample_weight is not None else None,
        )

    def _step_tags(self, tags):
        """Return tags that say that y has several answers for each row of a table."""
        tags.target_tags.single_output = False
        tags.target_tags.multi_output = True
        tags.target_tags.two_d_labels = True
        return tags
