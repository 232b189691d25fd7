"""Sequences that are held out of training, to see when it has gone on long enough."""

from sklearn.model_selection import train_test_split


def hold_out(estimator, problem, rng):
    """Give the rows to learn from, and those held out or None."""
    rows = problem.rows
    if not estimator.early_stopping:
        return rows, None
    in_proportion = estimator._stratify(problem.y[rows])
    fraction = estimator.validation_fraction
    try:
        learn, held_out = train_test_split(
            rows, test_size=fraction, random_state=rng, stratify=in_proportion
        )
        if len(held_out) < estimator._fewest_held_out:
            raise ValueError("R2 needs at least two sequences")
    except ValueError as error:
        reason = str(error).rstrip(".")
        both = " with every class on both sides" * (in_proportion is not None)
        raise ValueError(
            f"early_stopping=True cannot hold out validation_fraction="
            f"{fraction} of {len(rows)} sequences{both}: {reason}. "
            "Give more data, another fraction, or early_stopping=False."
        ) from error
    return learn, held_out


def make_validator(estimator, network, problem, held_out, workers):
    """Make the function that rates weights on the sequences held out, or None."""
    if held_out is None:
        return None
    y, sample_weight = problem.y[held_out], problem.sample_weight[held_out]

    def validate(weights):
        scores = network.scores(weights, problem.X.samples, held_out, workers)
        return float(estimator._rate(problem.loss.decide(scores), y, sample_weight))

    return validate
