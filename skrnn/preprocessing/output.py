"""Output of a transformer of sequences, as `set_output` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from sklearn.base import TransformerMixin

from skrnn.validation.layouts import TABLE

if TYPE_CHECKING:
    from skrnn.utils.typing import ArrayLike, SequencesLike


class _Container(TransformerMixin):
    """Has the one method that scikit-learn wraps, to put a table into a container."""

    def transform(self, X, out):
        return out


class OutputByLayout(TransformerMixin, auto_wrap_output_keys=None):
    """Gives tables in the container that `set_output` says, and sequences as they are.

    scikit-learn would make a data frame of whatever `transform` gives, and so it wraps
    a method on each class that defines one. It does not here; a subclass, that does not
    define them anew, has `set_output` all the same.
    """

    def transform(self, X: SequencesLike, **params: Any) -> Any:
        """Transform every step.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.
        **params : dict
            Metadata for the transformer.

        Returns
        -------
        ndarray of shape (n, n_steps, n_outputs), list of n arrays of shape \
(n_steps_i, n_outputs), or table of shape (n, n_steps * n_outputs)
            In the layout of X; a table as `set_output` says.
        """
        return self._in_container(X, self._transform(X, params))

    def fit_transform(
        self, X: SequencesLike, y: ArrayLike | None = None, **params: Any
    ) -> Any:
        """Fit to sequences, and transform them.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n,) or (n, n_outputs), default=None
            Their labels or targets, for a transformer that wants some.
        **params : dict
            Metadata for the transformer, such as `sample_weight`.

        Returns
        -------
        ndarray of shape (n, n_steps, n_outputs), list of n arrays of shape \
(n_steps_i, n_outputs), or table of shape (n, n_steps * n_outputs)
            In the layout of X; a table as `set_output` says.
        """
        before = vars(self).copy()
        out = self._fit_transform(X, y, params)
        try:
            return self._in_container(X, out)
        except BaseException:
            self.__dict__ = before
            raise

    def _in_container(self, X, out):
        if self.input_layout_ != TABLE:
            return out
        return _Container.transform(self, X, out)


class SequenceOutput(TransformerMixin):
    """Gives sequences, whatever `set_output` says: they fit into no table."""

    def __init_subclass__(cls, **options):
        # Or scikit-learn would wrap `transform` of each class that defines it.
        super().__init_subclass__(**{**options, "auto_wrap_output_keys": None})

    def set_output(self, *, transform: str | None = None) -> Self:
        """Change nothing: what `transform` gives is no table.

        It is here so that a pipeline has `set_output` for its other steps.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"} or None, default=None
            Has no effect.

        Returns
        -------
        self : object
            The transformer.
        """
        return self
