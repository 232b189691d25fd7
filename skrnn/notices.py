"""What is said when training did not go to plan, and what to try."""

import warnings

from sklearn.exceptions import ConvergenceWarning

from skrnn.settings import FULL_BATCH
from skrnn.training import Reason

DIVERGED = (
    "The loss or its gradient was not finite after {n_updates} updates. Training was "
    "stopped there, and the model has the last weights for which all was finite. Try "
    "{remedy}, or scale the features."
)
DIVERGED_AT_ONCE = (
    "The loss or its gradient was not finite at the weights that training began with; "
    "the model has those. Try to scale the features."
)
INTERRUPTED = "Training was interrupted in {unit} {next}; the model {outcome}."
MAX_ITER = (
    "Training stopped at max_iter={max_iter} epochs while the loss was still moving. "
    "Try a larger max_iter or learning_rate_init, or learning_rate='cosine'."
)
MAX_ITER_FULL_BATCH = (
    "L-BFGS stopped at max_iter={max_iter} iterations while the loss was still "
    "falling. Try a larger max_iter, or scale the features."
)
STALLED = (
    "L-BFGS found no better weights along its direction after {n_updates} iterations. "
    "The model has the best so far, which may well do; if not, scale the features, or "
    "try a larger alpha, another random_state or solver='adam'."
)


def warn_about(estimator, result, *, keep_earlier, once, stacklevel):
    """Warn if training ended otherwise than it should have.

    Parameters
    ----------
    estimator : estimator
        Whose training it was.
    result : Training
        How it ended.
    keep_earlier : bool
        Whether the estimator kept the weights of an earlier fit.
    once : bool
        Whether it was a call of `partial_fit`, which always ends at its first epoch.
    stacklevel : int
        How far up the call stands that the user made.
    """
    full_batch = estimator.solver == FULL_BATCH
    templates = {
        Reason.DIVERGED: DIVERGED,
        Reason.INTERRUPTED: INTERRUPTED,
        Reason.STALLED: STALLED,
    }
    if result.update == 0:
        templates[Reason.DIVERGED] = DIVERGED_AT_ONCE
    if not once:
        templates[Reason.MAX_ITER] = MAX_ITER_FULL_BATCH if full_batch else MAX_ITER
    if result.reason not in templates:
        return
    message = templates[result.reason].format(
        n_updates=result.update,
        max_iter=estimator.max_iter,
        next=result.history.n_epochs + 1,
        unit="iteration" if full_batch else "epoch",
        outcome="is as it was" if keep_earlier else "has the weights so far",
        remedy="solver='adam'"
        if full_batch
        else "a smaller learning_rate_init or max_grad_norm",
    )
    interrupted = result.reason is Reason.INTERRUPTED
    category = UserWarning if interrupted else ConvergenceWarning
    warnings.warn(message, category, stacklevel=stacklevel + 1)
