"""The parts of the docstrings that all estimators share, written once."""

import inspect

PARAMETERS = """\
Parameters
----------
hidden_size : int, default=32
    Number of hidden units.
pooling : {"last", "mean", "max", "concat"}, default="concat"
    How the hidden states of all steps become one row of features: the state after the
    last step, the mean or the largest value over the steps, or these three side by
    side.
solver : {"adam", "sgd"}, default="adam"
    How weights are moved: Adam, or gradient descent with Nesterov momentum.
alpha : float, default=0.003
    Strength of the L2 penalty: half of it, times the sum of squares of all weights
    but the biases, is added to the mean loss of the sequences.
batch_size : int or "auto", default="auto"
    Sequences in a minibatch; never more than there are. "auto" is 64.
learning_rate : {"cosine", "constant", "invscaling", "adaptive"}, default="cosine"
    How the learning rate changes: along half a cosine wave down to zero at
    `max_iter`; not at all; with one over the square root of the number of updates;
    by a fifth each time that training stagnates for `n_iter_no_change` epochs.
learning_rate_init : float, default=0.005
    The first learning rate.
momentum : float, default=0.9
    Momentum of gradient descent, with ``solver="sgd"``.
max_grad_norm : float or None, default=1.0
    Gradients longer than this are scaled down to it; None leaves all as they are.
max_iter : int, default=100
    Largest number of epochs.
tol : float, default=1e-4
    What counts as an improvement: of the loss, or of the validation score with
    `early_stopping`.
n_iter_no_change : int or inf, default=25
    Training ends after so many epochs in a row without an improvement.
early_stopping : bool, default=False
    Hold sequences out, score them after every epoch, stop when the score no longer
    improves, and keep the weights with the best score.
validation_fraction : float, default=0.1
    Share of the sequences that is held out, in the proportions of the classes, with
    `early_stopping`.
class_weight : dict, "balanced" or None, default=None
    Weight of each class, times the weight of each sequence; "balanced" gives each
    class the same sum.
features_per_step : int, default=1
    For tables: how many neighbouring columns make a step.
warm_start : bool, default=False
    Let `fit` go on from the weights, and the state of the optimizer, of the last fit.
verbose : bool or int, default=False
    Print a line for each epoch.
random_state : int, RandomState instance or None, default=None
    Where initial weights, the order of the minibatches and the sequences held out
    come from. Pass an int for the same results every time."""

ATTRIBUTES = """\
Attributes
----------
classes_ : ndarray of shape (n_classes,)
    The labels.
n_features_in_ : int
    Features of a step, or columns of a table.
feature_names_in_ : ndarray of shape (n_features_in_,)
    Names of the columns, for tables that have them.
n_iter_ : int
    Epochs of the last fit.
t_ : int
    Sequences read in training, in all.
loss_ : float or None
    The last of `loss_curve_`; None if training ended in its first epoch.
best_loss_ : float or None
    The least of `loss_curve_`; None with `early_stopping`.
loss_curve_ : list of float
    Loss of each epoch: the mean over its sequences, with the penalty. It grows with
    every call that goes on, as `validation_scores_` does.
validation_scores_ : list of float or None
    Accuracy on the sequences held out after each epoch, with `early_stopping`.
best_validation_score_ : float or None
    The best score of the last fit, which is that of the weights.
weights_ : ndarray of shape (n_parameters,)
    All parameters, as one flat vector; `skrnn.interop.torch_state` names them.
architecture_ : dict
    What the network is made of.
input_layout_ : str
    The layout of X: "3-D array", "ragged list" or "table".
optimizer_state_ : dict
    What the optimizer remembers, for going on."""


def documented(estimator):
    """Put the shared parts into the docstring of an estimator."""
    estimator.__doc__ = inspect.cleandoc(estimator.__doc__).format(
        parameters=PARAMETERS, attributes=ATTRIBUTES
    )
    return estimator
