"""Export of a fitted estimator as an ONNX model."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING

from sklearn.utils.validation import check_is_fitted

import skrnn
from skrnn.estimators.introspection import check_is_network
from skrnn.fitting.fitted_state import fitted_network
from skrnn.interop.onnx.graph import GraphWriter
from skrnn.interop.onnx.io import metadata, write_inputs, write_outputs
from skrnn.interop.onnx.network import OPERATORS, POOLED, write_network
from skrnn.parameters.constraints import Interval
from skrnn.utils.files import whole_file
from skrnn.utils.optional import require

if TYPE_CHECKING:
    from os import PathLike

    from onnx import ModelProto

    from skrnn.estimators.base import BaseRecurrent

#: The first version of the operators that has all of them as they are used here.
OLDEST_OPSET = 18

#: Advice for objects that contain an estimator, by an attribute that tells them.
ADVICE = {
    "steps": "pass its last step, pipeline[-1], and do before it what the others do",
    "best_estimator_": "pass its best_estimator_",
}


def export_onnx(
    estimator: BaseRecurrent,
    path: str | PathLike[str] | None = None,
    *,
    opset: int = OLDEST_OPSET,
) -> ModelProto:
    """Return an ONNX model that predicts what a fitted estimator predicts.

    Any ONNX runtime can then predict with it, without skrnn, scikit-learn or Python.
    The export needs onnx: ``pip install 'skrnn[onnx]'``.

    Read more in the :ref:`User Guide <guide_onnx>`.

    Parameters
    ----------
    estimator : estimator
        A fitted skrnn classifier or regressor.
    path : str or path-like, default=None
        Where to save the model, if anywhere. The file is replaced when the new one is
        complete: after a failure it is what it was.
    opset : int, default=18
        Version of ONNX's operators, from 18 to the newest that the installed onnx
        knows. Older runtimes know only older ones.

    Returns
    -------
    onnx.ModelProto
        The model. Its inputs are those of the layout of `fit`,

        - ``X`` of float32 and of shape (n, n_steps, n_features), or (n, n_columns) if
          `fit` had a table; n and n_steps may differ from run to run;
        - ``lengths`` of int64 and of shape (n,), only if `fit` had a ragged list: the
          number of steps of each sequence, from 1 to n_steps. In ``X`` each then has
          anything at all after its end. With ``padding="nan"`` an array or a table has
          NaN there, and no ``lengths``.

        In ``X`` categories are codes: their index in ``categories_`` plus one, and 0
        for those that are not there.

        Its outputs have the names that sklearn-onnx uses. Of a classifier,

        - ``label`` of shape (n,) or (n, n_labels), as from `predict`;
        - ``probabilities`` of float32 and of shape (n, n_classes), as from
          `predict_proba`.

        Of a regressor,

        - ``variable`` of float64 and of shape (n, n_targets), as from `predict`.

        With an answer for every step, each has an axis of n_steps after the first. What
        follows the end of a sequence in it has no meaning.

        The metadata are ``estimator``, ``skrnn_version``, ``input_layout`` and, in
        JSON, ``classes``, ``feature_names``, and ``is_categorical`` with
        ``categories``, null for what is missing, where there are any.

    Notes
    -----
    Recurrent operators compute in float32. What the model predicts is, to rounding,
    what the estimator predicts for sequences of float32. The model checks nothing that
    it is given: where the estimator refuses NaN, its predictions have no meaning.

    Examples
    --------
    >>> from skrnn import LSTMClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=50, random_state=0)
    >>> clf = LSTMClassifier(hidden_size=8, max_iter=20, random_state=0).fit(X, y)
    >>> model = export_onnx(clf)
    >>> [value.name for value in model.graph.input]
    ['X']
    >>> [value.name for value in model.graph.output]
    ['label', 'probabilities']
    """
    onnx = require("onnx", "export_onnx", "onnx")
    network = _network_of(estimator)
    _check_opset(opset, onnx.defs.onnx_opset_version())
    graph = GraphWriter()
    inputs, x, lengths = write_inputs(graph, estimator)
    scores = write_network(graph, network, estimator.weights_, x, lengths)
    outputs = write_outputs(graph, estimator, scores)
    model = onnx.helper.make_model(
        onnx.helper.make_graph(
            graph.nodes, type(estimator).__name__, inputs, outputs, graph.constants
        ),
        opset_imports=[onnx.helper.make_opsetid("", int(opset))],
        producer_name="skrnn",
        producer_version=skrnn.__version__,
    )
    # Not the newest, which older runtimes refuse.
    model.ir_version = onnx.helper.find_min_ir_version_for(model.opset_import)
    onnx.helper.set_model_props(model, metadata(estimator))
    if path is not None:
        with whole_file(path) as file:
            onnx.save(model, file)
    return model


def _network_of(estimator):
    """Return the network of a fitted estimator; raise if ONNX cannot represent it."""
    advice = [f": {text}" for name, text in ADVICE.items() if hasattr(estimator, name)]
    check_is_network(estimator, "export_onnx", advice=f"{''.join(advice)}.")
    check_is_fitted(estimator)
    network = fitted_network(estimator)
    for cell in network.cells.values():
        if type(cell) not in OPERATORS:
            raise ValueError(
                f"ONNX has no operator for {type(cell).__name__}, only for "
                f"{', '.join(kind.__name__ for kind in OPERATORS)}."
            )
    for name in network.pooling.names if network.pooling else ():
        if name not in POOLED:
            raise ValueError(
                f"export_onnx cannot write pooling={name!r}, only what is made of "
                f"{', '.join(POOLED)}."
            )
    return network


def _check_opset(opset, newest):
    allowed = Interval(Integral, OLDEST_OPSET, newest, closed="both")
    if not allowed.is_satisfied_by(opset):
        raise ValueError(
            f"opset must be an int from {OLDEST_OPSET} to {newest}, the newest that "
            f"the installed onnx knows; got {opset!r}."
        )
