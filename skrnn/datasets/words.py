"""Words of six languages: which language a word is from, letter by letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

import numpy as np
from sklearn.utils import Bunch

from skrnn.datasets.files import text_of
from skrnn.parameters.constraints import Boolean, Options, check_options

if TYPE_CHECKING:
    from typing import TypeAlias

    from skrnn.utils.typing import Array

    Subset: TypeAlias = Literal["all", "train", "test"]

N_TRAIN = 1440
SUBSETS = {"train": slice(0, N_TRAIN), "test": slice(N_TRAIN, None), "all": slice(None)}
OPTIONS = {"subset": [Options(SUBSETS)], "return_X_y": [Boolean()]}


@overload
def load_words(
    *, subset: Subset = "all", return_X_y: Literal[False] = False
) -> Bunch: ...


@overload
def load_words(
    *, subset: Subset = "all", return_X_y: Literal[True]
) -> tuple[list[str], Array]: ...


def load_words(
    *, subset: Subset = "all", return_X_y: bool = False
) -> Bunch | tuple[list[str], Array]:
    """Load words of six languages (classification, texts).

    Common words of English, Finnish, French, German, Italian and Spanish, in small
    letters. The class is the language. They were written down for this library and
    ship with it, so nothing is downloaded.

    ======================  ==================================
    Classes                 6
    Training words          1440, 240 per class
    Test words              480, 80 per class
    Letters                 3 to 16
    ======================  ==================================

    Parameters
    ----------
    subset : {"all", "train", "test"}, default="all"
        Which part of the split to load. "all" is the training words followed by the
        test words.
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object with these attributes:

        data : list of n_words str
            The words.
        target : ndarray of shape (n_words,)
            The language of each word, an integer from 0 to 5.
        target_names : ndarray of shape (6,)
            The names of the languages.
        train_indices : ndarray of shape (n_train,)
            Positions in `data` of the training words.
        test_indices : ndarray of shape (n_test,)
            Positions in `data` of the test words.
        DESCR : str
            What the words are, and how they were chosen and split.

    (data, target) : tuple if `return_X_y` is True
        The list of words and the array of their languages.

    Raises
    ------
    ValueError
        If `subset` is none of the three.

    See Also
    --------
    skrnn.preprocessing.TokenEncoder : Makes sequences of letters of them.

    Examples
    --------
    >>> from skrnn.datasets import load_words
    >>> words = load_words()
    >>> len(words.data), words.target_names.tolist()
    (1920, ['English', 'Finnish', 'French', 'German', 'Italian', 'Spanish'])
    >>> words.data[0], str(words.target_names[words.target[0]])
    ('aamiainen', 'Finnish')

    With :class:`~skrnn.preprocessing.TokenEncoder` each letter is a step:

    >>> from skrnn.preprocessing import TokenEncoder
    >>> X, y = load_words(subset="train", return_X_y=True)
    >>> X = TokenEncoder(analyzer="char").fit_transform(X)
    >>> len(X), X[0].shape
    (1440, (9, 1))
    """
    given = {"subset": subset, "return_X_y": return_X_y}
    check_options("load_words", OPTIONS, given)
    part = SUBSETS[str(subset)]
    words, languages = _read_all()
    names, target = np.unique(languages, return_inverse=True)
    is_train = np.arange(len(words)) < N_TRAIN
    data, target, is_train = words[part], target[part].astype(np.int64), is_train[part]
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        target_names=names,
        train_indices=np.flatnonzero(is_train),
        test_indices=np.flatnonzero(~is_train),
        DESCR=text_of("words.md"),
    )


def _read_all():
    """Read every word and its language, training words first."""
    pairs = [line.split("\t") for line in text_of("words.txt").splitlines()]
    words, languages = zip(*pairs, strict=True)
    return list(words), np.array(languages)
