"""Types of public signatures, for editors and type checkers alone."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike as ArrayLike
from numpy.typing import DTypeLike as DTypeLike

#: An array of any shape and type.
Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
#: Parameters of a cell, by name.
Params: TypeAlias = dict[str, Array]
#: State of a cell: one array or several.
State: TypeAlias = tuple[Array, ...]


class SequenceCollection(Protocol):
    """Sequences that are read one by one, each an array of shape (n_steps, n_features).

    So are data sets of HDF5, arrays of Zarr, and any class that has these two methods.
    """

    def __len__(self) -> int:
        """Return the number of sequences."""
        ...

    def __getitem__(self, i: int, /) -> Any:
        """Return one of them."""
        ...


#: Sequences as users pass them: an array, a table, a list of arrays or data frames, or
#: a collection that is not in memory.
SequencesLike: TypeAlias = ArrayLike | Sequence[ArrayLike] | SequenceCollection
#: Sequences as they are returned: an array, or a list of arrays for a ragged list.
SequenceArrays: TypeAlias = Array | list[Array]
#: What comes with every step: an array, or a list of arrays, one a sequence.
StepsLike: TypeAlias = ArrayLike | Sequence[ArrayLike]
#: Streams: None for all, the number of one, numbers of several, or a mask.
StreamsLike: TypeAlias = int | ArrayLike | None
#: Which columns: indices, names, a mask or a slice.
ColumnsLike: TypeAlias = Sequence[int] | Sequence[str] | Array | slice
RandomStateLike: TypeAlias = int | np.random.RandomState | None

_Method = TypeVar("_Method", bound=Callable[..., Any])

if TYPE_CHECKING:

    def available_if(check: Callable[[Any], bool]) -> Callable[[_Method], _Method]:
        """Return a decorator that keeps the signature of a method.

        That of scikit-learn returns a descriptor, which has none for type checkers.
        """
        ...
