"""Callbacks of scikit-learn, which has them from version 1.9 on."""

from contextlib import contextmanager

import sklearn

from skrnn.training import Monitor

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks

    HAS_CALLBACKS = True
except ImportError:
    HAS_CALLBACKS = False

    class CallbackSupportMixin:
        """Stands in for the mixin of scikit-learn where that has none."""

        def set_callbacks(self, *callbacks):
            """Refuse callbacks: scikit-learn has none before version 1.9.

            Parameters
            ----------
            *callbacks : callback instances
                What was to be set.
            """
            raise NotImplementedError(
                f"{type(self).__name__}.set_callbacks needs scikit-learn 1.9 or newer, "
                f"and this is {sklearn.__version__}. fit works without callbacks; "
                "verbose=True prints a line for each epoch."
            )

    def with_callbacks(method):
        """Leave a method as it is."""
        return method


class CallbackAdapter(Monitor):
    """Calls the callbacks of an estimator while it is trained.

    Parameters
    ----------
    estimator : estimator
        Whose callbacks.
    unit : str
        What a step of its training is called.
    n_units : int
        How many there are at most.
    inputs : dict
        X, y and metadata as the user gave them.
    snapshot : callable
        From the state of training to the attributes of an estimator that is fitted
        so far.
    """

    def __init__(self, estimator, unit, n_units, inputs, snapshot):
        self.estimator = estimator
        self.unit = unit
        self.inputs = inputs
        self.snapshot = snapshot
        self.now = None
        self.root = estimator._init_callback_context(max_subtasks=n_units)
        self.root.call_on_fit_task_begin(estimator=estimator, **inputs)

    def begin(self, state):
        """Begin a task in the tree of the callbacks."""
        self.now = self.root.subcontext(task_name=self.unit)
        self.now.call_on_fit_task_begin(
            estimator=self.estimator,
            **self.inputs,
            reconstruction_attributes=lambda: self.snapshot(state),
        )

    def end(self, state):
        """End the task; return whether a callback asks to stop."""
        ended, self.now = self.now, None
        return ended.call_on_fit_task_end(
            estimator=self.estimator,
            **self.inputs,
            reconstruction_attributes=lambda: self.snapshot(state),
        )

    def close(self, fitted):
        """End all tasks, that of an epoch too that did not come to its end."""
        if self.now is not None:
            self.now.call_on_fit_task_end(estimator=self.estimator)
        self.root.call_on_fit_task_end(
            estimator=self.estimator,
            **self.inputs,
            reconstruction_attributes=lambda: fitted or {},
        )


def training_callbacks(*args):
    """Return the monitors that call the callbacks of an estimator, as a list.

    The parameters are those of `CallbackAdapter`. Before scikit-learn 1.9 there are
    none.
    """
    return [CallbackAdapter(*args)] if HAS_CALLBACKS else []


@contextmanager
def propagate_callbacks(estimator, inner, X, y):
    """Propagate the callbacks of a meta-estimator to the estimator that it fits.

    Parameters
    ----------
    estimator : estimator
        The one whose `fit`, decorated by `with_callbacks`, is at work.
    inner : estimator
        What it is about to fit.
    X, y : object
        What it was given.
    """
    if not HAS_CALLBACKS:
        yield
        return
    inputs = {"estimator": estimator, "X": X, "y": y}
    root = estimator._init_callback_context(max_subtasks=1)
    root.call_on_fit_task_begin(**inputs)
    task = root.subcontext(task_name=f"fit {type(inner).__name__}")
    with task.propagate_callback_context(inner):
        task.call_on_fit_task_begin(**inputs)
        yield
        task.call_on_fit_task_end(**inputs)
    root.call_on_fit_task_end(**inputs)
