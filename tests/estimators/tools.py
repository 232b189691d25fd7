"""Pipelines of sequences, and what the tools of scikit-learn are held to."""


def scaled(X, factor=1.0):
    """Scale a block, a table or a list of sequences."""
    return [factor * x for x in X] if isinstance(X, list) else factor * X


def take(X, rows):
    return [X[i] for i in rows] if isinstance(X, list) else X[rows]
