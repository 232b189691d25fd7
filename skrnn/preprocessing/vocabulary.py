"""Choice of the tokens that have codes."""

from numbers import Integral


def choose_tokens(counts, min_frequency, max_features):
    """Return the tokens of a vocabulary, sorted.

    Parameters
    ----------
    counts : Counter
        How often each token comes.
    min_frequency : int or float
        How often a token must come: a number of times, or a share of all.
    max_features : int or None
        How many are kept at most: the most frequent, then the first in sorted order.

    Returns
    -------
    list of tokens
    """
    least = min_frequency
    if not isinstance(least, Integral):
        least = float(least) * counts.total()
    known = _sorted(token for token, count in counts.items() if count >= least)
    if not known:
        raise ValueError(_empty_vocabulary(counts, min_frequency))
    if max_features is None:
        return known
    known.sort(key=lambda token: -counts[token])  # equally frequent ones stay in order
    return _sorted(known[: int(max_features)])


def _sorted(tokens):
    """Return tokens, sorted."""
    tokens = list(tokens)
    try:
        return sorted(tokens)
    except TypeError as error:
        kinds = sorted({type(token).__name__ for token in tokens})
        raise TypeError(
            f"The tokens cannot be sorted: they are of type {', '.join(kinds)}. Pass "
            "tokens of one type, such as [str(token) for token in tokens]."
        ) from error


def _empty_vocabulary(counts, min_frequency):
    """Return the message if no token is left."""
    if not counts:
        return (
            "The vocabulary is empty: no text of X has a token. Single letters and "
            "punctuation are no words with the default token_pattern; analyzer='char' "
            "takes every character."
        )
    token, most = counts.most_common(1)[0]
    return (
        "The vocabulary is empty: no token is as frequent as "
        f"min_frequency={min_frequency!r} asks for. The most frequent, {token!r}, "
        f"comes {most} time(s) among {counts.total()} tokens."
    )
