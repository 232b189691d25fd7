"""From the parameters of an estimator to a run of its solver."""

from skrnn.optimizers import OPTIMIZERS, SCHEDULES
from skrnn.parameters.shared import FULL_BATCH
from skrnn.training import (
    FullBatch,
    Plateau,
    Trainer,
    count_batches,
    train,
    train_full_batch,
)


def descend(estimator, data, weights, plan, *, rng, goes_on, once, **common):
    """Train by the solver of an estimator.

    Parameters
    ----------
    estimator : estimator
        Its parameters say how; if training goes on, what its optimizer remembers too.
    data : TrainingSet
        What to learn from.
    weights : ndarray of shape (n_parameters,)
        Where to start; it is left as it is.
    plan : Plan
        How long, in which portions and with which numbers.
    rng : numpy.random.RandomState
        Where the order of the batches comes from.
    goes_on : bool
        Whether an earlier fit goes on.
    once : bool
        Whether this is one of many passes, as `partial_fit` makes them.
    **common : dict
        What `Trainer` and `FullBatch` both take.

    Returns
    -------
    result : Training
    memory : dict of str to dict
        What the optimizer remembers, by the name of the solver.
    """
    common |= {
        "max_iter": plan.n_epochs,
        "plateau": Plateau(plan.tol, plan.patience),
    }
    if estimator.solver == FULL_BATCH:
        trainer = FullBatch(tol=plan.tol, **common)
        return train_full_batch(trainer, data, weights), {}
    n_updates = plan.n_epochs * count_batches(len(data.rows), plan.batch_size)
    trainer = Trainer(
        rng=rng,
        batch_size=plan.batch_size,
        max_grad_norm=plan.max_grad_norm,
        **_make_steps(estimator, plan, weights, n_updates, goes_on, once),
        **common,
    )
    result = train(trainer, data, weights)
    return result, {estimator.solver: trainer.optimizer.state}


def _make_steps(estimator, plan, weights, n_updates, goes_on, once):
    """Choose optimizer and schedule, the parts that take steps."""
    solver, schedule = estimator.solver, estimator.learning_rate
    state = estimator.optimizer_state_.get(solver) if goes_on else None
    options = {"momentum": plan.momentum} if solver == "sgd" else {}
    optimizer = OPTIMIZERS[solver](weights.size, weights.dtype, state, **options)
    if once and schedule != "invscaling":
        schedule = "constant"
    return {
        "optimizer": optimizer,
        "schedule": SCHEDULES[schedule](plan.learning_rate_init, n_updates),
        "first_update": optimizer.state["n_steps"] if once else 0,
    }
