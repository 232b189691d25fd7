"""Tables whose rows end in padding, and the sequences in them."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

from skrnn.parameters.constraints import Interval, check_options
from skrnn.preprocessing.padding import read_sequences, steps_for_all
from skrnn.sequences.ragged import padded
from skrnn.utils.wording import some_of
from skrnn.validation.advice import MASKED
from skrnn.validation.arrays import as_array
from skrnn.validation.layouts import SHAPES, TABLE, recognise
from skrnn.validation.padding import without_padding
from skrnn.validation.sequences import check_block
from skrnn.validation.values import as_numbers

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, ArrayLike, SequencesLike

WIDTH = {"features_per_step": [Interval(Integral, 1)]}


def table_from_ragged(X: SequencesLike, *, n_steps: int | None = None) -> Array:
    """Make a table of sequences: a row each, which ends in NaN where it is shorter.

    A network of skrnn reads such a table, with ``padding="nan"`` and the number of
    features of a step as `features_per_step`, as it reads the sequences themselves. So
    tools that take tables only work with sequences of different length.

    Read more in the :ref:`User Guide <guide_padding>`.

    Parameters
    ----------
    X : list of n arrays of shape (n_steps_i, n_features), or array of shape \
(n, n_steps, n_features)
        The sequences.
    n_steps : int, default=None
        How many steps a row has room for, not less than the longest has; that many if
        None. Tables for the same network must have the same number.

    Returns
    -------
    ndarray of shape (n, n_steps * n_features)
        A copy: all features of the first step, then those of the second, and so on.
        float32 stays float32, anything else becomes float64. Columns with facts may be
        appended, for `static_features` of the network.

    See Also
    --------
    ragged_from_table : The way back.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.preprocessing import table_from_ragged
    >>> X = [np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0]])]
    >>> table_from_ragged(X)
    array([[ 1.,  2.,  3.,  4.],
           [ 5.,  6., nan, nan]])
    """
    samples = read_sequences(X, "table_from_ragged")
    n_steps, _ = steps_for_all(samples, n_steps, "table_from_ragged")
    empty = [i for i, x in enumerate(samples) if np.isnan(x[-1]).all()]
    if empty:
        raise ValueError(
            f"The last step has no number in sequence(s) {some_of(empty)} of X: in a "
            "table it would be padding. Leave such steps out."
        )
    return padded(samples, n_steps).reshape(len(samples), -1)


def ragged_from_table(X: ArrayLike, *, features_per_step: int = 1) -> list[Array]:
    """Make sequences of the rows of a table, without the NaN at their end.

    Read more in the :ref:`User Guide <guide_padding>`.

    Parameters
    ----------
    X : array or data frame of shape (n, n_steps * n_features)
        Numbers: all features of the first step, then those of the second, and so on.
    features_per_step : int, default=1
        How many columns a step has.

    Returns
    -------
    list of n arrays of shape (n_steps_i, features_per_step)
        Without the last steps in which all features are NaN. Any NaN before is a
        missing value, and stays. Views of `X`, where that is an array of numbers.

    See Also
    --------
    table_from_ragged : The way back.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.preprocessing import ragged_from_table
    >>> X = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, np.nan, np.nan]])
    >>> [x.tolist() for x in ragged_from_table(X, features_per_step=2)]
    [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]]]
    """
    name = "ragged_from_table"
    check_options(name, WIDTH, {"features_per_step": features_per_step})
    width = int(features_per_step)
    X, layout = recognise(X, name)
    if layout != TABLE:
        raise ValueError(
            f"{name} expected {SHAPES[TABLE]}, got {SHAPES[layout]}. It is for tables "
            "only: ragged_from_padded cuts a 3-D array, and a list is ragged already."
        )
    values = as_numbers(as_array(X, "X", MASKED), "X", name, gaps=True)
    n, n_columns = values.shape
    if n_columns % width:
        raise ValueError(
            f"X has {n_columns} columns, which is not a multiple of "
            f"features_per_step={width}: a row must be made of whole steps."
        )
    steps = values.reshape(n, n_columns // width, width)
    check_block(steps, name, numbers=False)
    return without_padding(steps, width)
