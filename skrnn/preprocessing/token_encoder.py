"""Token encoder: texts, and sequences of tokens, as sequences of integer codes."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.utils.validation import check_is_fitted

from skrnn.fitting.fitted_state import publish
from skrnn.parameters.constraints import (
    AnyCallable,
    Boolean,
    Interval,
    Options,
    check_parameters,
)
from skrnn.preprocessing.output import SequenceOutput
from skrnn.preprocessing.tokens import Pattern, Text, read_codes, read_tokens
from skrnn.preprocessing.vocabulary import choose_tokens
from skrnn.utils.documentation import DocumentationLink

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from skrnn.utils.typing import Array, ArrayLike, SequencesLike

#: The code of tokens that are not in the vocabulary.
UNKNOWN = 0


class TokenEncoder(DocumentationLink, SequenceOutput, BaseEstimator):
    r"""Encodes texts, or sequences of tokens, as sequences of integer codes.

    A text is split into words or characters as by
    :class:`~sklearn.feature_extraction.text.CountVectorizer`, whose parameters have the
    same names and meanings here. But the tokens are not counted: each becomes a step,
    and their order is kept. Sequences of tokens, such as the pages of a visit, are
    encoded as they are.

    Code 0 stands for every token that is not in the vocabulary: one that `fit` has not
    seen, or that was too rare. The tokens of the vocabulary have the codes 1, 2, ... in
    sorted order.

    Read more in the :ref:`User Guide <guide_texts>`.

    Parameters
    ----------
    analyzer : {"word", "char"} or callable, default="word"
        Whether a step is a word or a character. A callable makes the tokens of a text:
        str -> list. Sequences of tokens are not analyzed.
    lowercase : bool, default=True
        Whether texts are made lower case first.
    strip_accents : {"ascii", "unicode"}, callable or None, default=None
        How accents are removed from texts first, if they are.
    preprocessor : callable, default=None
        Replaces what `lowercase` and `strip_accents` do: str -> str.
    tokenizer : callable, default=None
        For analyzer="word", replaces what `token_pattern` does: str -> list of str.
    token_pattern : str, default=r"(?u)\b\w\w+\b"
        For analyzer="word", the regular expression of a word. The default is that of
        scikit-learn: two or more letters or digits, so that words of one letter and
        punctuation are left out. If it has a group, the token is what that matches.
    min_frequency : int or float, default=1
        How often a token must come in `fit` to be in the vocabulary: an int says how
        many times, a float which share of all tokens.
    max_features : int, default=None
        How many tokens the vocabulary has at most: the most frequent, and of equally
        frequent ones those that come first in sorted order.
    max_length : int, default=None
        How many tokens of a text are kept at most. The others are cut off, and are not
        counted for the vocabulary either.
    keep : {"first", "last"}, default="first"
        Which tokens of a text are kept if `max_length` cuts it.
    unknown_token : str, default=None
        What `inverse_transform` puts in place of code 0.

    Attributes
    ----------
    vocabulary_ : dict
        The code of each token of the vocabulary.
    tokens_ : ndarray of objects of shape (n_tokens + 1,)
        The token of each code; `unknown_token` for code 0.

    See Also
    --------
    skrnn.preprocessing.PerStepTransformer : Encodes columns of steps that have several.

    Notes
    -----
    A sequence has at least one step. So a text without a token, such as an empty one,
    becomes a single step of code 0.

    Codes are names and no numbers: pass ``categorical_features=[0]`` to the network
    that reads them, and it learns a vector for each.

    Examples
    --------
    >>> from skrnn.preprocessing import TokenEncoder
    >>> encoder = TokenEncoder().fit(["the cat sat", "the dog sat down"])
    >>> encoder.vocabulary_
    {'cat': 1, 'dog': 2, 'down': 3, 'sat': 4, 'the': 5}
    >>> codes = encoder.transform(["The dog barked", ""])
    >>> [x.tolist() for x in codes]
    [[[5], [2], [0]], [[0]]]
    >>> encoder.inverse_transform(codes)
    [['the', 'dog', None], [None]]

    Tokens may come as they are:

    >>> visits = [["home", "shop", "pay"], ["home", "help"]]
    >>> [x.ravel().tolist() for x in TokenEncoder().fit_transform(visits)]
    [[2, 4, 3], [2, 1]]
    """

    _parameter_constraints: ClassVar[dict] = {
        "analyzer": [Options(("word", "char")), AnyCallable()],
        "lowercase": [Boolean()],
        "strip_accents": [Options(("ascii", "unicode", None)), AnyCallable()],
        "preprocessor": [AnyCallable(), Options((None,))],
        "tokenizer": [AnyCallable(), Options((None,))],
        "token_pattern": [Pattern()],
        "min_frequency": [Interval(Integral, 1), Interval(Real, 0, 1, "neither")],
        "max_features": [Interval(Integral, 1), Options((None,))],
        "max_length": [Interval(Integral, 1), Options((None,))],
        "keep": [Options(("first", "last"))],
        "unknown_token": [Text(), Options((None,))],
    }

    def __init__(
        self,
        *,
        analyzer: Literal["word", "char"] | Callable[[str], Iterable[Hashable]] = (
            "word"
        ),
        lowercase: bool = True,
        strip_accents: Literal["ascii", "unicode"] | Callable[[str], str] | None = None,
        preprocessor: Callable[[str], str] | None = None,
        tokenizer: Callable[[str], Iterable[Hashable]] | None = None,
        token_pattern: str = r"(?u)\b\w\w+\b",
        min_frequency: float = 1,
        max_features: int | None = None,
        max_length: int | None = None,
        keep: Literal["first", "last"] = "first",
        unknown_token: str | None = None,
    ) -> None:
        self.analyzer = analyzer
        self.lowercase = lowercase
        self.strip_accents = strip_accents
        self.preprocessor = preprocessor
        self.tokenizer = tokenizer
        self.token_pattern = token_pattern
        self.min_frequency = min_frequency
        self.max_features = max_features
        self.max_length = max_length
        self.keep = keep
        self.unknown_token = unknown_token

    def fit(self, X: Any, y: ArrayLike | None = None) -> Self:
        """Learn the vocabulary.

        Parameters
        ----------
        X : list of n str, or list of n sequences of tokens
            Texts as a list, an array, a series or a data frame with one column; or
            sequences of tokens, each a list, an array of shape (n_steps_i,) or
            (n_steps_i, 1), or a data frame with one column. A token is a str, a number,
            or something else that is hashable and can be sorted.
        y : None
            Not used.

        Returns
        -------
        self : object
            The fitted encoder.
        """
        self._fit(X)
        return self

    def fit_transform(self, X: Any, y: ArrayLike | None = None) -> list[Array]:
        """Learn the vocabulary, and encode.

        Parameters
        ----------
        X : list of n str, or list of n sequences of tokens
            Texts or sequences of tokens, as for `fit`.
        y : None
            Not used.

        Returns
        -------
        list of n ndarrays of int64 of shape (n_steps_i, 1)
            The code of each token.
        """
        return self._encode(self._fit(X))

    def transform(self, X: Any) -> list[Array]:
        """Encode texts, or sequences of tokens.

        Parameters
        ----------
        X : list of n str, or list of n sequences of tokens
            Texts or sequences of tokens, as for `fit`.

        Returns
        -------
        list of n ndarrays of int64 of shape (n_steps_i, 1)
            The code of each token.
        """
        check_is_fitted(self)
        return self._encode(self._read(X))

    def inverse_transform(self, X: SequencesLike) -> list[list[Any]]:
        """Return the tokens of codes.

        Parameters
        ----------
        X : list of n arrays of int of shape (n_steps_i, 1), or array of int of shape \
(n, n_steps, 1)
            Codes, as `transform` gives them.

        Returns
        -------
        list of n lists of tokens
            With `unknown_token` for code 0.
        """
        check_is_fitted(self)
        codes = read_codes(X, len(self.vocabulary_), type(self).__name__)
        return [self.tokens_[sequence].tolist() for sequence in codes]

    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """Name the one feature of a step.

        Parameters
        ----------
        input_features : None
            Not used.

        Returns
        -------
        ndarray of str objects of shape (1,)
            "token".
        """
        check_is_fitted(self)
        return np.array(["token"], dtype=object)

    def _fit(self, X):
        """Publish the vocabulary of X, and return its tokens."""
        check_parameters(self)
        tokens = self._read(X)
        counts = Counter(chain.from_iterable(tokens))
        known = choose_tokens(counts, self.min_frequency, self.max_features)
        names = np.empty(len(known) + 1, dtype=object)
        names[:] = [self.unknown_token, *known]
        vocabulary = {token: code for code, token in enumerate(known, UNKNOWN + 1)}
        publish(self, {"vocabulary_": vocabulary, "tokens_": names})
        return tokens

    def _read(self, X):
        """Return the tokens of each text, cut to their maximal number."""
        tokens = read_tokens(X, self._analyzer(), type(self).__name__)
        if self.max_length is None:
            return tokens
        n = int(self.max_length)
        kept = slice(n) if self.keep == "first" else slice(-n, None)
        return [sequence[kept] for sequence in tokens]

    def _analyzer(self):
        """Return the function that makes tokens of a text."""
        return CountVectorizer(
            analyzer=self.analyzer,
            lowercase=self.lowercase,
            strip_accents=self.strip_accents,
            preprocessor=self.preprocessor,
            tokenizer=self.tokenizer,
            token_pattern=self.token_pattern,
        ).build_analyzer()

    def _encode(self, tokens):
        code_of = self.vocabulary_.get
        codes = (
            [code_of(token, UNKNOWN) for token in sequence] or [UNKNOWN]
            for sequence in tokens
        )
        return [np.array(sequence, np.int64).reshape(-1, 1) for sequence in codes]

    def __sklearn_tags__(self) -> Any:
        """Return the tags of the encoder: it reads texts."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags
