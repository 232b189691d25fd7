"""Callbacks of scikit-learn, which has them from version 1.9 on."""

from abc import ABC, abstractmethod
from contextlib import contextmanager
from weakref import WeakKeyDictionary

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
            """Set callbacks that need nothing of scikit-learn; refuse the others.

            Parameters
            ----------
            *callbacks : callback instances
                Those of skrnn.

            Returns
            -------
            self : object
            """
            if not all(isinstance(one, TrainingCallback) for one in callbacks):
                raise NotImplementedError(
                    f"{type(self).__name__}.set_callbacks takes callbacks of skrnn "
                    f"alone: others need scikit-learn 1.9 or newer, and this is "
                    f"{sklearn.__version__}. fit works without callbacks; verbose=True "
                    "prints a line for each epoch."
                )
            self._callbacks = list(callbacks)
            return self

        def __sklearn_clone__(self):
            """Return a clone with the same callbacks, as newer versions make it."""
            copy = super().__sklearn_clone__()
            if hasattr(self, "_callbacks"):
                copy._callbacks = self._callbacks
            return copy

    def with_callbacks(method):
        """Leave a method as it is."""
        return method


#: The fits at work, by their estimators.
_FITS = WeakKeyDictionary()


@contextmanager
def in_progress(estimator, fit):
    """Show a `FitInProgress` to the callbacks of its estimator."""
    _FITS[estimator] = fit
    try:
        yield fit
    finally:
        _FITS.pop(estimator, None)


class TrainingCallback(ABC):
    """Callback of a network that looks at the fit itself.

    It works with any version of scikit-learn, and is set on the network.
    """

    @abstractmethod
    def begin(self, fit):
        """Do what is to be done before training, with a `FitInProgress`."""

    @abstractmethod
    def after_epoch(self, fit):
        """Do what is to be done after an epoch; return whether to stop."""

    def setup(self, estimator, context):
        """Raise TypeError if it is set on something else than a network.

        Parameters
        ----------
        estimator : estimator
            The estimator that it is set on.
        context : CallbackContext or None
            Its task.
        """
        if estimator not in _FITS:
            raise TypeError(
                f"{self!r} is set on {type(estimator).__name__}, which trains no "
                "network itself: set it on the network inside, which keeps it when it "
                "is cloned."
            )

    def on_fit_task_begin(self, estimator, context):
        """Call `begin` where a network begins to learn.

        Parameters
        ----------
        estimator : estimator
            The estimator whose task begins.
        context : CallbackContext or None
            The task.
        """
        fit = _FITS.get(estimator)
        if fit is not None and fit.solver is None:
            self.begin(fit)

    def on_fit_task_end(self, estimator, context):
        """Call `after_epoch` where a network has come so far.

        Parameters
        ----------
        estimator : estimator
            The estimator whose task ends.
        context : CallbackContext or None
            The task.

        Returns
        -------
        bool
            Whether training is to stop.
        """
        fit = _FITS.get(estimator)
        if fit is None or fit.state is None:
            return False
        return self.after_epoch(fit)

    def teardown(self, estimator, context):
        """Do nothing: nothing outlasts a fit.

        Parameters
        ----------
        estimator : estimator
            The estimator that it is set on.
        context : CallbackContext
            Its task.
        """
        return


class TrainingCallbackAdapter(Monitor):
    """Calls those callbacks that need nothing of scikit-learn.

    Parameters
    ----------
    estimator : estimator
        Whose callbacks.
    fit : FitInProgress
        Its fit.
    """

    def __init__(self, estimator, fit):
        self.estimator, self.fit = estimator, fit
        self.callbacks = getattr(estimator, "_callbacks", [])
        for callback in self.callbacks:
            callback.setup(estimator, None)
            callback.on_fit_task_begin(estimator, None)

    @property
    def keeps_progress(self):
        """Whether a callback writes down how far training has come."""
        return self.fit.keeps_progress

    def begin(self, state):
        """Do nothing before an epoch."""

    def end(self, state):
        """End an epoch; return whether a callback asks to stop."""
        self.fit.state = state
        stops = [one.on_fit_task_end(self.estimator, None) for one in self.callbacks]
        self.fit.state = None
        return any(stops)

    def close(self, fitted):
        """Do nothing after training."""


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
    fit : FitInProgress
        Its fit.
    """

    def __init__(self, estimator, unit, n_units, inputs, fit):
        self.estimator = estimator
        self.unit = unit
        self.inputs = inputs
        self.fit = fit
        self.now = None
        self.root = estimator._init_callback_context(max_subtasks=n_units)
        self.root.call_on_fit_task_begin(estimator=estimator, **inputs)

    @property
    def keeps_progress(self):
        """Whether a callback writes down how far training has come."""
        return self.fit.keeps_progress

    def begin(self, state):
        """Begin a task in the tree of the callbacks."""
        self.now = self.root.subcontext(task_name=self.unit)
        self.now.call_on_fit_task_begin(
            estimator=self.estimator,
            **self.inputs,
            reconstruction_attributes=lambda: self.fit.run.snapshot(state),
        )

    def end(self, state):
        """End the task; return whether a callback asks to stop."""
        ended, self.now = self.now, None
        self.fit.state = state
        stop = ended.call_on_fit_task_end(
            estimator=self.estimator,
            **self.inputs,
            reconstruction_attributes=lambda: self.fit.run.snapshot(state),
        )
        self.fit.state = None
        return stop

    def close(self, fitted):
        """End all tasks, that of an epoch too that did not come to its end."""
        if self.now is not None:
            self.now.call_on_fit_task_end(estimator=self.estimator)
        self.root.call_on_fit_task_end(
            estimator=self.estimator,
            **self.inputs,
            reconstruction_attributes=lambda: fitted or {},
        )


def training_callbacks(estimator, unit, n_units, inputs, fit):
    """Return the monitor that calls the callbacks of an estimator.

    The parameters are those of `CallbackAdapter`.
    """
    if HAS_CALLBACKS:
        return CallbackAdapter(estimator, unit, n_units, inputs, fit)
    return TrainingCallbackAdapter(estimator, fit)


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
        for callback in getattr(estimator, "_callbacks", []):
            callback.setup(estimator, None)
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
