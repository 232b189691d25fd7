"""Values of every kind, each made anew by a function under its name."""

import datetime  # noqa: F401
import warnings
from decimal import Decimal  # noqa: F401
from fractions import Fraction  # noqa: F401
from functools import partial

import numpy as np
import pandas as pd
import polars as pl  # noqa: F401
from scipy import sparse  # noqa: F401

N, T, D = 8, 3, 2


class _Int(int):
    """A number of a type of its own."""


def huge():
    """Make a frame of numbers that no float can hold; old pandas reads no list."""
    return pd.DataFrame({"a": pd.Series([10**400] * N, dtype=object)})


def _by_text(*texts):
    """Make functions of expressions, under these."""
    names = {**globals()}

    def make(text):
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return eval(text, names)

    return {text: partial(make, text) for text in texts}


#: For parameters.
VALUES = _by_text(
    *("0", "1", "-1", "2", "3", "50", "10**400", "-10**400", "2**31", "2**63", "2**64"),
    *("0.5", "1.5", "-0.5", "0.0", "1.0", "-0.0", "1e308", "5e-324", "1e-300"),
    *("float('nan')", "float('inf')", "-float('inf')", "True", "False", "None"),
    *("np.int8(5)", "np.int8(-1)", "np.uint8(200)", "np.int16(2)", "np.uint64(2)"),
    *("np.float16(0.5)", "np.float32(0.5)", "np.float64(0.5)", "np.longdouble(0.5)"),
    *("np.longdouble('1e4000')", "np.float32('nan')", "np.float16('inf')"),
    *("np.bool_(True)", "_Int(2)", "Fraction(1, 2)", "Fraction(2, 1)"),
    *("Fraction(10**400, 3)", "Decimal('0.5')", "Decimal('NaN')", "1j", "2 + 0j"),
    *("np.complex64(1)", "np.datetime64('2020-01-01')", "np.timedelta64(5, 's')", "''"),
    *("'auto'", "'adam'", "'Adam'", "'lbfgs'", "'nan'", "'5'", "'last'"),
    *("np.str_('adam')", "b'adam'", "'\\ud800'", "[]", "[1]", "(2, 3)", "[2, 3]"),
    *("[1, [2]]", "['a']", "(np.int8(2), np.uint64(1))", "(2, None)", "(2, 10**400)"),
    *("(2.0, 1)", "{}", "{0: 1.0}", "{0: 2, 1: 10**400}", "{0: Fraction(1, 3)}"),
    *("{'a': 'b'}", "{0: np.nan}", "{0: 0, 1: 0}", "{0: 1e308, 1: 1e308}", "{None: 1}"),
    *("{0: np.longdouble('1e4000')}", "{1: 5e-324, 0: 5e-324}", "set()", "{1, 2}"),
    *("object()", "int", "len", "np.array(1)", "np.array(0.5)", "range(3)"),
    *("np.array([1, 2])", "np.array([])", "np.array(['adam'])", "np.array(None)"),
    *("np.ma.masked", "pd.NA", "pd.NaT", "pd.Series([1, 2])", "slice(None)", "..."),
    *("lambda *a: 1", "np.random.default_rng(0)", "np.random.RandomState(0)"),
    *("datetime.date(2020, 1, 1)", "iter([1, 2])", "sparse.eye(2)", "np.float32"),
)

_BLOCK = np.random.default_rng(0).normal(size=(N, T, D))
_LABELS = np.arange(N) % 2


def block(dtype=np.float64):
    """Give a 3-D array."""
    return _BLOCK.astype(dtype)


def with_value(value, dtype=np.float64):
    """Give a 3-D array with a value in it."""
    X = _BLOCK.astype(dtype)
    X[1, 2, 1] = value
    return X


def frames():
    """Give a list of data frames."""
    return [pd.DataFrame(x, columns=["a", "b"]) for x in _BLOCK]


#: For sequences: some of them are right.
SEQUENCES = _by_text(
    *("block()", "list(block())", "block().reshape(N, -1)", "tuple(block())"),
    *("block(np.float32)", "block(np.float16)", "block('g')", "block('>f8')"),
    *("block(int)", "block(np.int8)", "block(bool)", "block(complex)", "block(str)"),
    *("block(object)", "block('S3')", "(block() * 1e3).astype('M8[s]')"),
    *("(block() * 1e3).astype('m8[s]')", "block().astype('V8')", "with_value(np.nan)"),
    *("with_value(np.inf)", "with_value(1e308)", "with_value(5e-324)"),
    *("with_value(1e39)", "with_value(np.longdouble('1e4000'), 'g')"),
    *("with_value(10**400, object)", "with_value(None, object)"),
    *("with_value('a', object)", "with_value(1j, object)", "with_value([1], object)"),
    *("with_value(pd.NA, object)", "with_value(3e38, np.float32)"),
    *("with_value(65504, np.float16)", "with_value(Fraction(1, 3), object)"),
    *("with_value(Decimal('1'), object)", "block() * 1e308", "block() * 1e-308"),
    *("block() * 0", "block() * np.nan", "np.full((N, T, D), 1.7e308)"),
    *("np.full((N, T, D), 5e-324)", "np.where(block() > 0, 1.7e308, -1.7e308)"),
    *("np.float32(3.4e38) * block(bool)", "block()[0]", "block()[0, 0]"),
    *("block()[0, 0, 0]", "block()[..., None]", "block()[..., None, None]"),
    *("np.array(1.0)", "np.zeros((0, 3, 2))", "np.zeros((8, 0, 2))"),
    *("np.zeros((8, 3, 0))", "np.zeros((8, 0))", "np.zeros(0)", "np.zeros((0, 0))"),
    *("np.zeros((1, 1, 1))", "np.zeros((8, 1, 1))", "[]", "()", "[[]]", "[[[]]]"),
    *("[[]] * 8", "[[[]]] * 8", "[[[[]]]] * 8", "[None] * 8", "[1] * 8", "['a'] * 8"),
    *("'abcdefgh'", "b'abcdefgh'", "[[1, 2]] * 8", "[['a', 'b']] * 8"),
    *("[[1], [1, 2]] * 4", "[[[1], [1, 2]]] * 8", "[[[1, 2]], [[1, 2], [3, 4]]] * 4"),
    *("[[[1, 2]], [1, 2]] * 4", "[block()[0], block()[0, :, :1]] * 4"),
    *("[block()[0], block()[0].T] * 4", "[block()[0], np.zeros((0, 2))] * 4"),
    *("[block()[0], None] * 4", "[block()[0], 'ab'] * 4"),
    *("[block()[0], block(np.float32)[0]] * 4", "[block()[0], block(int)[0]] * 4"),
    "[block()[0], block(str)[0]] * 4",
    "[block('g')[0], with_value(np.longdouble('1e4000'), 'g')[1]] * 4",
    *("[block()[0], with_value(10**400, object)[1]] * 4", "[block()] * 8"),
    *("[sparse.csr_matrix(x) for x in block()]", "[set([1])] * 8", "[{}] * 8"),
    *("[np.ma.array(x) for x in block()]", "[pd.Series(x[:, 0]) for x in block()]"),
    "[np.ma.masked_array(x, x > 0) for x in block()]",
    *("[memoryview(x) for x in block()]", "np.ma.array(block())"),
    "np.ma.masked_array(block(), block() > 0)",
    "np.ma.masked_array(block().reshape(N, -1), block().reshape(N, -1) > 0)",
    *("np.array(list(block()) + [None], object)", "np.array([None] * 8, object)"),
    *("np.array([x.tolist() for x in block()] + [[]], object)", "block().tolist()"),
    *("block().reshape(N, -1).tolist()", "set(range(8))", "{'a': 1}", "{0: block()}"),
    *("(x for x in block())", "iter(list(block()))", "range(8)", "dict(a=block())"),
    *("object()", "None", "5", "1.5", "np.nan", "pd.NA", "True", "int", "len"),
    *("sparse.csr_matrix(block()[:, 0])", "sparse.coo_array(block()[:, 0])"),
    *("pd.DataFrame(block().reshape(N, -1))", "pd.DataFrame()"),
    "pd.DataFrame({'a': []})",
    *("pd.DataFrame(block().reshape(N, -1)).add_prefix('c')", "pd.Series(range(8))"),
    *("pd.DataFrame({'a': ['x'] * 8, 'b': 1.0})", "pd.DataFrame({'a': [None] * 8})"),
    *("pd.DataFrame({'a': pd.array([1, None] * 4)})", "pd.DataFrame({'a': [1j] * 8})"),
    *("pd.DataFrame({'a': pd.date_range('2020', periods=8)})", "frames()"),
    *("pd.DataFrame({'a': pd.Categorical([1, 2] * 4)})", "frames()[:1]", "frames()[0]"),
    *(
        "pd.DataFrame({'a': [block()[0]] * 8})",
        "huge()",
    ),
    *("pd.DataFrame([[1, 2]] * 8, columns=['a', 2])", "pd.Series(list(block()))"),
    *("pd.DataFrame({1: [1.0] * 8, 'a': 2.0})", "pd.Series(['a'] * 8)"),
    *("pd.DataFrame({'a': [1] * 8}).groupby('a')", "pl.DataFrame({'a': [1.0] * 8})"),
    *("pl.DataFrame({'a': [1, None] * 4})", "pl.Series([1.0] * 8)"),
    *("pl.LazyFrame({'a': [1.0] * 8})", "pl.DataFrame({'a': ['x'] * 8})"),
    *("pl.DataFrame({'a': [[1.0, 2.0]] * 8})", "[pl.DataFrame(x) for x in block()]"),
    "pl.DataFrame({'a': [1.0] * 8}).to_arrow()",
    "np.array([(1, 2.0)] * 8, dtype=[('a', int), ('b', float)])",
    *("memoryview(block())", "block().transpose(0, 2, 1)", "np.matrix(block()[:, 0])"),
    "np.datetime64('2020')",
)

#: For labels, targets, weights, groups, classes: one for each of `N` sequences, or not.
COLUMNS = _by_text(
    *("_LABELS", "_LABELS.tolist()", "_LABELS.astype(float)", "_LABELS.astype('S1')"),
    *("_LABELS.astype(str)", "_LABELS.astype(bool)", "_LABELS.astype(object)"),
    *("_LABELS.astype('g')", "_LABELS.astype(np.float16)", "_LABELS.astype(complex)"),
    *("_LABELS.astype('M8[s]')", "_LABELS.astype('m8[s]')", "_LABELS.astype(np.int8)"),
    *("_LABELS.astype('V8')", "_LABELS + 0.5", "_LABELS * 1e308", "_LABELS * 5e-324"),
    *("_LABELS * np.nan", "_LABELS * np.inf", "_LABELS - 1", "_LABELS * 0"),
    *("_LABELS + 1", "np.full(8, 1.7e308)", "np.full(8, 5e-324)", "np.full(8, 1e-320)"),
    *("[1.7e308, -1.7e308] * 4", "[1e300, 1e-300] * 4", "np.full(8, 2**63)"),
    *("np.full(8, 3.4e38, np.float32)", "np.arange(8)", "np.arange(8) / 7", "range(8)"),
    *("[1] * 8", "[0] * 8", "[-1] * 8", "[None] * 8", "[0, None] * 4", "[0, 'a'] * 4"),
    *("[0, np.nan] * 4", "['a', np.nan] * 4", "['a', ''] * 4", "[b'a', 'a'] * 4"),
    *("[0, 10**400] * 4", "[10**400] * 8", "[0, -10**400] * 4", "[2**63, 2**64] * 4"),
    *("[0, 1j] * 4", "[0, True] * 4", "[(0,), (1,)] * 4", "[[0], [1]] * 4"),
    *("[[0, 1], [1, 0]] * 4", "[[0, 2], [1, 0]] * 4", "[[0], [1, 0]] * 4", "[[]] * 8"),
    *("[[[0]], [[1]]] * 4", "[{0}, {1}] * 4", "[{}, {}] * 4", "[object()] * 8"),
    *("[np.longdouble('1e4000'), 0] * 4", "np.full(8, np.longdouble('1e4000'))"),
    *("[Fraction(1, 3), 0] * 4", "[Decimal('0.5'), 0] * 4", "[pd.NA, 1] * 4"),
    *("[pd.NaT, pd.Timestamp(0)] * 4", "[np.datetime64('NaT')] * 8", "[int, str] * 4"),
    "[datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)] * 4",
    *("[np.array(1)] * 8", "[np.array([1]), np.array([2, 3])] * 4", "'abababab'"),
    *("'ab'", "b'abababab'", "['a', 'b'] * 4", "np.zeros((8, 2))", "np.ones((8, 2))"),
    *("np.zeros((8, 1))", "np.zeros((8, 2, 2))", "np.zeros((8, 0))"),
    *("np.zeros((0, 8))", "np.zeros((1, 8))", "[]", "()", "[0, 1]", "_LABELS[:7]"),
    *("np.zeros(0)", "np.zeros((0, 2))", "np.array(1)", "None", "1", "0", "1.5"),
    *("np.nan", "'a'", "True", "object()", "int", "{}", "pd.NA", "set(range(8))"),
    *("{i: i for i in range(8)}", "(i % 2 for i in range(8))", "iter(_LABELS)"),
    *("np.ma.array(_LABELS)", "np.ma.masked_array(_LABELS, _LABELS > 0)"),
    *("np.ma.masked_all(8)", "sparse.csr_matrix(_LABELS)"),
    *("sparse.csr_matrix([[0, 1]] * 8)", "pd.Series(_LABELS)"),
    *("pd.Series([1, None] * 4)", "pd.Series(['a', 'b'] * 4)"),
    "pd.Series([1, None] * 4, dtype='Int64')",
    *("pd.Series([0, 1] * 4, dtype='Int64')", "pd.Categorical(['a', 'b'] * 4)"),
    *("pd.DataFrame({'a': _LABELS})", "pd.Index(_LABELS)"),
    *("pd.DataFrame({'a': _LABELS, 'b': 1})", "pd.DataFrame({'a': ['x'] * 8})"),
    *("pd.Series(pd.date_range('2020', periods=8))", "pl.Series([0, 1] * 4)"),
    *("pl.Series(['a', 'b'] * 4)", "pl.Series([0, None] * 4)"),
    *("pl.DataFrame({'a': [0, 1] * 4})", "pd.Series(['a', 'b'] * 4, dtype='string')"),
    *("memoryview(_LABELS)", "pd.array([0, 1] * 4)"),
    *("np.array([(0,), (1,)] * 4, dtype=[('a', int)])", "np.matrix(_LABELS)"),
)
