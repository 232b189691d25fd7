"""What is measured of a model: errors, probabilities and time, over several seeds.

`parts` is a function that returns, for a seed, (X, y, X_test, y_test) once or for each
fold (`splits.py`). Predictions of all folds of a seed are scored together.
"""

import statistics
from dataclasses import astuple, dataclass
from time import process_time

import numpy as np
from sklearn.metrics import accuracy_score, log_loss, root_mean_squared_error


def calibration_error(correct, confidence, n_bins=15):
    """Return the expected calibration error of the predicted classes.

    Predictions are sorted into bins of equal width by the probability of the class
    that was predicted. It is the difference between this probability and the accuracy
    in each bin, both averaged, without its sign and weighted by how many there are.
    """
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, weights=correct - confidence)
    return np.abs(gaps).sum() / len(correct)


@dataclass(frozen=True)
class ClassifierScores:
    """Means over the seeds, the worst accuracy, and the median time of a fit."""

    accuracy: float
    worst: float
    log_loss: float
    calibration: float
    seconds: float

    head = "accuracy   worst  log loss  calibration  seconds"

    def __str__(self):
        return (
            f"{self.accuracy:8.3f}{self.worst:8.3f}{self.log_loss:10.3f}"
            f"{self.calibration:13.3f}{self.seconds:9.1f}"
        )


@dataclass(frozen=True)
class RegressorScores:
    """The mean root of the mean squared error, the worst, and the time of a fit."""

    rmse: float
    worst: float
    seconds: float

    head = "     RMSE      worst  seconds"

    def __str__(self):
        return f"{self.rmse:9.4g}{self.worst:11.4g}{self.seconds:9.1f}"


def mean_of(scores):
    """Return the mean of scores of several sets."""
    return type(scores[0])(*np.mean([astuple(one) for one in scores], axis=0))


def predictions(make, parts, seed, method):
    """Return what is true, what the model says, its classes, and the times of fits."""
    truth, outputs, times = [], [], []
    for X, y, X_test, y_test in parts(seed):
        start = process_time()
        model = make(random_state=seed).fit(X, y)
        times.append(process_time() - start)
        outputs.append(getattr(model, method)(X_test))
        truth.append(y_test)
    return np.concatenate(truth), np.concatenate(outputs), model, times


def measure_classifier(make, parts, n_seeds):
    """Return the scores of a classifier over the seeds."""
    found, seconds = [], []
    for seed in range(n_seeds):
        y, probabilities, model, times = predictions(make, parts, seed, "predict_proba")
        classes = model.classes_
        predicted = classes[probabilities.argmax(axis=1)]
        found.append(
            (
                accuracy_score(y, predicted),
                log_loss(y, probabilities.astype(float), labels=classes),
                calibration_error(y == predicted, probabilities.max(axis=1)),
            )
        )
        seconds += times
    accuracy, loss, calibration = np.mean(found, axis=0)
    worst = min(one[0] for one in found)
    return ClassifierScores(
        accuracy, worst, loss, calibration, statistics.median(seconds)
    )


def measure_regressor(make, parts, n_seeds):
    """Return the scores of a regressor over the seeds."""
    errors, seconds = [], []
    for seed in range(n_seeds):
        y, predicted, _, times = predictions(make, parts, seed, "predict")
        errors.append(root_mean_squared_error(y, predicted))
        seconds += times
    return RegressorScores(
        statistics.fmean(errors), max(errors), statistics.median(seconds)
    )
