"""The network inside what a user passes: itself, or at the end of a pipeline."""

from sklearn.pipeline import Pipeline

from skrnn.architecture import is_network

#: Where estimators that wrap another keep the one that they fitted.
FITTED_INSIDE = ("best_estimator_", "estimator_", "regressor_")


def final_network(estimator):
    """Find the network that a model ends in.

    Parameters
    ----------
    estimator : estimator
        A network of skrnn, or a pipeline, a search or another estimator that has
        fitted one.

    Returns
    -------
    estimator or None
        None where there is no network.
    """
    while estimator is not None and not is_network(estimator):
        estimator = _inside(estimator)
    return estimator


def check_is_network(estimator, function):
    """Refuse all but a network of skrnn, and say what to pass to the function."""
    if is_network(estimator):
        return
    raise TypeError(
        f"{function} expected a fitted classifier or regressor of skrnn, got "
        f"{type(estimator).__name__}.{_advice(estimator, function)}"
    )


def _inside(estimator):
    if isinstance(estimator, Pipeline):
        return estimator.steps[-1][1]
    fitted = (getattr(estimator, place, None) for place in FITTED_INSIDE)
    return next((inner for inner in fitted if inner is not None), None)


def _advice(estimator, function):
    if isinstance(estimator, Pipeline):
        return (
            " Pass the last step of the pipeline, and X as that step reads it: "
            f"{function}(pipeline[-1], pipeline[:-1].transform(X))."
        )
    for place in FITTED_INSIDE:
        if hasattr(estimator, place):
            return f" Pass its {place}."
    return ""
