"""The Japanese Vowels data: who is speaking, from utterances of unequal length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

import numpy as np
from sklearn.utils import Bunch

from skrnn.datasets.files import data_file, text_of
from skrnn.parameters.constraints import Boolean, check_options

if TYPE_CHECKING:
    from typing import TypeAlias

    from skrnn.utils.typing import Array

    Subset: TypeAlias = Literal["all", "train", "test"]

N_TRAIN = 270
N_FEATURES = 12
N_SPEAKERS = 9
SUBSETS = {"train": slice(0, N_TRAIN), "test": slice(N_TRAIN, None), "all": slice(None)}


@overload
def load_japanese_vowels(
    *, subset: Subset = "all", return_X_y: Literal[False] = False
) -> Bunch: ...


@overload
def load_japanese_vowels(
    *, subset: Subset = "all", return_X_y: Literal[True]
) -> tuple[list[Array], Array]: ...


def load_japanese_vowels(
    *, subset: Subset = "all", return_X_y: bool = False
) -> Bunch | tuple[list[Array], Array]:
    """Load the Japanese Vowels data set (classification, ragged sequences).

    Nine speakers utter two vowels in succession. Each utterance is a sequence of
    7 to 29 steps with 12 cepstrum coefficients a step, and the class is the speaker.
    The data ship with the package, so nothing is downloaded.

    ======================  ==================================
    Classes                 9
    Training utterances     270, 30 per class
    Test utterances         370, 24 to 88 per class
    Steps                   7 to 29
    Features                12, real
    ======================  ==================================

    Parameters
    ----------
    subset : {"all", "train", "test"}, default="all"
        Which part of the official split to load. "all" is the training utterances
        followed by the test utterances.
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object with these attributes:

        data : list of n_sequences ndarrays of shape (n_steps_i, 12)
            The utterances, in float64.
        target : ndarray of shape (n_sequences,)
            The speaker of each utterance, an integer from 0 to 8.
        target_names : ndarray of shape (9,)
            The names of the classes, "speaker 1" to "speaker 9".
        feature_names : list of 12 str
            The names of the features, "cepstrum 1" to "cepstrum 12".
        train_indices : ndarray of shape (n_train,)
            Positions in `data` of the official training utterances.
        test_indices : ndarray of shape (n_test,)
            Positions in `data` of the official test utterances.
        DESCR : str
            What the data are, where they come from and under which licence.

    (data, target) : tuple if `return_X_y` is True
        The list of utterances and the array of their speakers.

    Raises
    ------
    ValueError
        If `subset` is none of the three.

    References
    ----------
    M. Kudo, J. Toyama and M. Shimbo (1999). Multidimensional Curve Classification
    Using Passing-Through Regions. Pattern Recognition Letters, 20(11-13), 1103-1111.

    Examples
    --------
    >>> from skrnn.datasets import load_japanese_vowels
    >>> vowels = load_japanese_vowels()
    >>> len(vowels.data), vowels.data[0].shape, vowels.data[1].shape
    (640, (20, 12), (26, 12))
    >>> str(vowels.target_names[vowels.target[-1]])
    'speaker 9'

    The official split is a list of one fold for scikit-learn's `cv` parameters:

    >>> cv = [(vowels.train_indices, vowels.test_indices)]
    >>> [(len(train), len(test)) for train, test in cv]
    [(270, 370)]

    and its two parts can be loaded apart:

    >>> X_train, y_train = load_japanese_vowels(subset="train", return_X_y=True)
    >>> len(X_train), y_train.shape
    (270, (270,))
    """
    part = _part_of(subset)
    check_options(
        "load_japanese_vowels",
        {"return_X_y": [Boolean()]},
        {"return_X_y": return_X_y},
    )
    data, target = _read_all()
    is_train = np.arange(len(data)) < N_TRAIN
    data, target, is_train = data[part], target[part], is_train[part]
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        target_names=np.array([f"speaker {i + 1}" for i in range(N_SPEAKERS)]),
        feature_names=[f"cepstrum {i + 1}" for i in range(N_FEATURES)],
        train_indices=np.flatnonzero(is_train),
        test_indices=np.flatnonzero(~is_train),
        DESCR=text_of("README.md"),
    )


def _part_of(subset):
    """Return the slice of all utterances that a subset name stands for."""
    if not isinstance(subset, str) or subset not in SUBSETS:
        raise ValueError(
            "load_japanese_vowels: subset must be 'all', 'train' or 'test', but got "
            f"{subset!r}. For a split of your own, load subset='all' and select from "
            "it."
        )
    return SUBSETS[subset]


def _read_all():
    """Read every utterance and its speaker, training utterances first."""
    with (
        data_file("japanese_vowels.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        values, lengths, labels = (arrays[k] for k in ("values", "lengths", "labels"))
    # Stored in millionths: this division gives back the numbers of the text, exactly.
    steps = values / 1e6
    ends = np.cumsum(lengths, dtype=np.int64)
    # Copies, so that keeping one utterance does not keep the memory of all.
    data = [utterance.copy() for utterance in np.split(steps, ends[:-1])]
    return data, labels.astype(np.int64)
