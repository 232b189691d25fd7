"""Messages about the number of features of a step."""

import numpy as np

from skrnn.validation.layouts import SHAPES


def check_same_features(samples, name):
    """Raise ValueError if sequences have none, or differ in their number."""
    n_features = samples[0].shape[1]
    if n_features == 0:
        raise ValueError(
            f"Sequence 0 of X has 0 feature(s) (shape={samples[0].shape}) while a "
            f"minimum of 1 is required by {name}."
        )
    for i, sequence in enumerate(samples):
        if sequence.shape[1] == n_features:
            continue
        message = different_features(n_features, sequence, i)
        if len({len(other) for other in samples}) == 1:
            message += (
                f" All have {len(sequence)} rows: if those are the features, the axes "
                "are swapped; pass [x.T for x in X]."
            )
        raise ValueError(message)


def different_features(n_features, sequence, i):
    """Return the message for a sequence with another number than the first one."""
    return (
        f"All sequences must have the same features, but sequence 0 of X has "
        f"{n_features} and sequence {i} has {sequence.shape[1]}: expected shape "
        f"(steps, {n_features}), got {sequence.shape}."
    )


def features_per_step(estimator):
    """Return the parameter, which what passes sequences on as they are has not."""
    return getattr(estimator, "features_per_step", 1)


def check_features_per_step(estimator, n_features, layout):
    """Raise ValueError if the parameter says what sequences say themselves."""
    if features_per_step(estimator) not in (1, n_features):
        raise ValueError(
            f"features_per_step={estimator.features_per_step} is for tables, but X is "
            f"{SHAPES[layout]} with {n_features} features a step. Leave it at 1."
        )


def wrong_features(name, samples, expected):
    """Return the message for another number than in `fit`."""
    n = samples[0].shape[1]
    message = (
        f"X has {n} features, but {name} is expecting {expected} features as input: "
        f"sequences must have shape (steps, {expected}), got {samples[0].shape}."
    )
    if all(len(sequence) == expected for sequence in samples):
        swap = "X.transpose(0, 2, 1)" if isinstance(samples, np.ndarray) else None
        swap = swap or "[x.T for x in X]"
        message += f" The axes look swapped: pass {swap}."
    return message
