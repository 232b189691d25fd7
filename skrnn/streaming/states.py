"""States of streams, which are written whole or not at all."""

import numpy as np


class States:
    """Arrays with a row for each stream: what is written is written whole.

    Some rows are written in place, so that they cost the same beside any number of
    others. An exception, such as KeyboardInterrupt, may come between one array and the
    next. So what is to be written is first noted, by one assignment, and struck off
    when it is written; what was left noted is written by whoever needs these rows next.
    To write it twice does no harm.

    Parameters
    ----------
    arrays : dict of str to ndarray of shape (n_streams, ...)
        The states; they are not copied.
    """

    def __init__(self, arrays):
        self._arrays, self._noted = arrays, {}

    def rows(self, chosen, names=None):
        """Return the states of some streams.

        Parameters
        ----------
        chosen : ndarray of int of shape (n_chosen,), or None
            Which streams; None is all.
        names : iterable of str, default=None
            Which arrays; None is all.

        Returns
        -------
        dict of str to ndarray of shape (n_chosen, ...)
            To be read only.
        """
        self._write_noted(chosen)
        names = self._arrays if names is None else names
        if chosen is None:
            return {name: self._arrays[name] for name in names}
        return {name: self._arrays[name][chosen] for name in names}

    def write(self, chosen, rows):
        """Write states of some streams, all or nothing.

        Parameters
        ----------
        chosen : ndarray of int of shape (n_chosen,), or None
            Which streams; None is all.
        rows : dict of str to ndarray of shape (n_chosen, ...)
            Their states, of some arrays or, for all streams, of every array; they are
            not copied.
        """
        self._write_noted(chosen)
        if chosen is None:
            self._arrays = rows
            return
        note = chosen, rows
        self._noted[id(note)] = note
        self._write(*note)
        del self._noted[id(note)]

    def copy(self, name):
        """Return a copy of one of the arrays."""
        values = self._arrays[name].copy()
        for chosen, rows in list(self._noted.values()):
            if name in rows:
                values[chosen] = rows[name]
        return values

    def copies(self):
        """Return copies of all arrays, a dict."""
        return {name: self.copy(name) for name in self._arrays}

    def __getstate__(self):
        return self.copies()

    def __setstate__(self, arrays):
        self.__init__(arrays)

    def _write_noted(self, chosen):
        """Write what was left noted for some streams, or for all."""
        for key, note in list(self._noted.items()):
            if chosen is None or np.isin(chosen, note[0]).any():
                self._write(*note)
                self._noted.pop(key, None)

    def _write(self, chosen, rows):
        for name, values in rows.items():
            self._arrays[name][chosen] = values


def as_own_array(name, values):
    """Return a part of a state as an array of its own."""
    try:
        return np.array(values)
    except ValueError as error:
        raise ValueError(
            f"{name!r} of the state cannot be read as an array: its rows are of "
            "different length."
        ) from error
