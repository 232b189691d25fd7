"""Simple recurrent classifier."""

from typing import ClassVar

from skrnn.estimators.base_classifier import RecurrentClassifier
from skrnn.parameters.rnn_sequences import RNNClassifierSettings


class RNNClassifier(RNNClassifierSettings, RecurrentClassifier):
    """Classifier of sequences with a simple (Elman) recurrent network.

    Quick, and enough where what matters lies a few dozen steps back at most.

    Read more in the :ref:`User Guide <guide_choosing>`.

    Parameters
    ----------
    hidden_size : int or tuple of int, default=32
        Number of hidden units of each layer, in each direction; a tuple has a number
        for each layer, the lowest first.
    n_layers : int, default=1
        Number of layers: each reads the hidden states of the one below it. A tuple in
        `hidden_size` says it too.
    bidirectional : bool, default=False
        Let every layer read the sequences from their end as well. Both directions stand
        side by side; the last state of the reverse one is that after the first step.
    pooling : {"last", "mean", "max", "concat"}, default="concat"
        How the hidden states of all steps become one row of features: the state after
        the last step, the mean or the largest value over the steps, or these three side
        by side.
        See :ref:`choosing a network <guide_choosing>`.
    n_filters : int or "auto", default="auto"
        Number of filters of a convolution in front: each slides over the sequence and
        reads as many steps as two patches have, the layers read its largest value in
        each patch, and the head its mean and largest value over the sequence. "auto" is
        32 where patches have several steps, unless the deviations of sequences differ
        by orders of magnitude, or a step has little to do with its neighbours; else
        none.
        See :ref:`the defaults <guide_defaults>`.
    linear_steps : int or "auto", default="auto"
        How many of the last steps the head reads directly too, beside the pooled
        states: a linear path past the recurrence, whose weights begin with those of a
        ridge regression. What is missing of shorter sequences is the mean of each
        feature. "auto" is none.
        See :ref:`the defaults <guide_defaults>`.
    dropout : float or "auto", default="auto"
        Share of the values that are set to zero at random in training, on their way
        from layer to layer and from the pooling to the head; the others are scaled up.
        "auto" is 0.0, and with "lbfgs" none.
    recurrent_dropout : float or "auto", default="auto"
        The same on the way from step to step: a hidden unit is dropped for a whole
        sequence. "auto" is 0.2, and with "lbfgs" none.
    augmentation : float or "auto", default="auto"
        Part of the steps of a training sequence that is cut off at either end, at most,
        each other time that it is read. What is left is stretched to the old length, so
        that the network sees curves that begin a little later and are a little slower.
        "auto" is 0.2 where sequences have more than 32 steps on average, are smooth,
        and are not aligned, as spectra are; else none, and none with "lbfgs".
        See :ref:`the defaults <guide_defaults>`.
    solver : {"adam", "sgd", "lbfgs"}, default="adam"
        How weights are moved: Adam, gradient descent with Nesterov momentum, or L-BFGS,
        which reads all sequences for each iteration and suits small data. L-BFGS makes
        no use of `batch_size`, `momentum`, `max_grad_norm` and the learning rate,
        allows no dropout, and ends by itself when no entry of the gradient is larger
        than `tol`, or the loss hardly falls.
        See :ref:`solvers <guide_solvers>`.
    alpha : float, default=0.003
        Strength of the L2 penalty: half of it, times the sum of squares of all weights
        but the biases, is added to the mean loss of the sequences.
    batch_size : int or "auto", default="auto"
        Sequences in a minibatch; never more than there are. "auto" is 64. Sequences of
        similar length are gathered, and shuffled anew for every epoch.
    learning_rate : {"cosine", "constant", "invscaling", "adaptive"}, default="cosine"
        How the learning rate changes: along half a cosine wave down to zero at
        `max_iter`; not at all; with one over the square root of the number of updates;
        by a fifth each time that training stagnates for `n_iter_no_change` epochs.
    learning_rate_init : float or "auto", default="auto"
        The first learning rate. "auto" is 0.01 for Adam and 0.1 for gradient descent.
    momentum : float, default=0.9
        Momentum of gradient descent, with ``solver="sgd"``.
    max_grad_norm : float or None, default=1.0
        Gradients longer than this are scaled down to it; None leaves all as they are.
    max_iter : int or "auto", default="auto"
        Largest number of epochs; with "lbfgs", of iterations. "auto" is as many as make
        1000 updates, or as many updates as there are steps if they are fewer, but 200;
        and 10 epochs at least.
    tol : float, default=1e-4
        What counts as an improvement: of the loss, or of the validation score with
        `early_stopping`.
    n_iter_no_change : int, inf or "auto", default="auto"
        Training ends after so many epochs in a row without an improvement. "auto" is a
        fifth of `max_iter` and at least 10; it is inf with "cosine", the schedule that
        plans its end, unless there is `early_stopping`.
    early_stopping : bool, default=False
        Hold sequences out, score them after every epoch, stop when the score no longer
        improves, and keep the weights with the best score, in which sequences count as
        they do in the loss. `fit` takes `groups` that are held out whole, or in `X_val`
        and `y_val` the sequences to score.
        See :ref:`steering training <guide_training>`.
    validation_fraction : float, default=0.1
        Share of the sequences that is held out with `early_stopping`, of each class.
    features_per_step : int, default=1
        For tables: how many neighbouring columns make a step.
        See :ref:`input layouts <guide_input_layouts>`.
    patch_size : int or "auto", default="auto"
        How many consecutive steps the network reads at once, as one long step. What is
        missing of a last patch is the mean of each feature, or zero without
        `standardize`. They are never more than the longest sequence in `fit` has.
        "auto" is 1 for up to 32 steps; half the square root of their mean number where
        neighbouring steps are correlated; else as many as leave 512 patches, or for
        simple cells 64.
        See :ref:`the defaults <guide_defaults>`.
    standardize : bool, default=True
        Bring each feature to a mean of zero and a standard deviation of one over all
        steps of the training set. The scale is part of the model.
    own_scale : bool or "auto", default="auto"
        Let the network read each feature a second time, on the own scale of each
        sequence: less its mean over the sequence, over its deviation in it. "auto" is
        yes for 250 sequences or more whose deviations differ by orders of magnitude.
        Streams and early decisions cannot know the end: they need False.
        See :ref:`the defaults <guide_defaults>`.
    categorical_features : list, slice, "from_dtype" or None, default=None
        Which features of a step are categories, whose vectors are learnt: indices,
        names of columns of data frames, a mask, a slice, or by the type of these
        columns. They are text, whole numbers, booleans or missing, a category too.
        Those that `fit` had at a single step share one vector with all that are
        unknown.
        See :ref:`categories <guide_categories>`.
    embedding_size : int or "auto", default="auto"
        Length of these vectors, which have no penalty. "auto" is, of n categories of a
        feature, 1.6 n**0.56, rounded, and 32 at most.
    missing_values : {"error", "forward_fill"}, default="error"
        What NaN in X is: an error, or a gap. With "forward_fill" a missing feature
        takes the last value that was seen in its sequence, which fades to its mean in
        training as fast as the feature forgets its past; before the first it is the
        mean, or 0 without `standardize`. Beside it the network reads a mark where it is
        missing, and how long ago it was last seen. Infinity stays an error.
        See :ref:`gaps and facts <guide_gaps_and_facts>`.
    static_features : array-like of int, str or bool, or slice, default=None
        Indices, a slice or names of features, or a mask of them, that are constant in
        each sequence, such as an age: the head reads them directly, on their own scale
        over the sequences, instead of the layers at each step. For tables these are
        columns, taken out before a row is cut into steps. None is none.
        See :ref:`gaps and facts <guide_gaps_and_facts>`.
    padding : {"nan"} or None, default=None
        What stands after the end of shorter sequences in an array or a table. With
        "nan" a row ends after its last step with a number, as if X were a ragged list:
        steps at its end in which all features are NaN, static columns aside, are no
        part of it. NaN before is what `missing_values` says. None is no padding. A list
        says how long its sequences are, and is read as it is.
        See :ref:`padding <guide_padding>`.
    dtype : {"auto", "float32", "float64"}, default="auto"
        The type in which `fit` computes, and that of `weights_`, whatever that of X is.
        "auto" is float32, and float64 for "lbfgs", which always computes in it.
        Predictions are computed in the type of X.
    warm_start : bool, default=False
        Let `fit` go on from the weights, and the state of the optimizer, of the last
        fit.
        See :ref:`steering training <guide_training>`.
    n_jobs : int or None, default=None
        How many threads share out large batches in `fit`, and the sequences in
        prediction; -1 is one for each core of the machine, None is one unless joblib is
        told to use threads. Networks that are small are left to one thread, which is
        faster. The numbers are the same for any number of threads, of the BLAS too: it
        has one inside.
        See :ref:`speed <guide_speed>`.
    verbose : bool or int, default=False
        Print a line for each epoch.
    random_state : int, RandomState instance or None, default=None
        Where initial weights, the order of the minibatches, what is dropped and the
        sequences held out come from. Pass an int for the same results every time.
    class_weight : dict, "balanced" or None, default=None
        Weight of each class, times the weight of each sequence; "balanced" gives each
        class the same sum. Not for indicator matrices.
        See :ref:`imbalance <guide_imbalance>`.
    label_smoothing : float or "auto", default="auto"
        Share of each label that is given to all classes alike in the loss of training,
        so that probabilities stay honest. "auto" is 0.05 for up to 250 sequences, and
        less for more of them, with one over the square root of their number; with
        "lbfgs" none.
    activation : {"tanh", "relu"}, default="tanh"
        What a hidden unit does to its weighted inputs.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels; of an indicator matrix, its columns counted from 0.
    multilabel_ : bool
        Whether y was an indicator matrix.
    n_features_in_ : int
        Features of a step, or columns of a table.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, for tables and sequences that are data frames.
    n_iter_ : int
        Epochs of the last fit.
    t_ : int
        Sequences read in training, in all.
    stopping_reason_ : str
        Why the last fit ended.
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
    patch_size_ : int
        How many steps the network reads at once.
    feature_mean_ : ndarray of float64 or None
        Mean of each feature of a step in the training set, of static ones over the
        sequences, which for tables are last; 0 for categories. None without
        `standardize`.
    feature_scale_ : ndarray of float64 or None
        Standard deviation of the same; 1 for categories. None without `standardize`.
    feature_memory_ : ndarray of float64 or None
        With gaps, what is left of what each feature is off its mean after each step.
    own_scale_ : bool
        Whether the network reads each sequence on its own scale too.
    n_filters_ : int
        Number of filters of the convolution; 0 without.
    augmentation_ : float
        Part of the steps of a training sequence that is cut off at either end, at most.
    linear_steps_ : int
        How many of the last steps the head reads directly.
    is_categorical_ : ndarray of bool of shape (n_features,)
        Which features of a step are categories.
    categories_ : list of ndarray
        Those of each such feature, sorted, what is missing last; codes are indices + 1.
    embedding_sizes_ : tuple of int
        Length of the vectors of each such feature.
    input_layout_ : str
        The layout of X: "3-D array", "ragged list" or "table".
    features_per_step_ : int
        Columns of a step; only for tables.
    static_features_ : ndarray of int of shape (n_static,)
        Indices of the static features of a step, or columns of a table.
    optimizer_state_ : dict
        What the optimizer remembers, for going on.

    See Also
    --------
    LSTMClassifier, GRUClassifier : Remember for longer.

    Examples
    --------
    >>> from skrnn import RNNClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=500, random_state=0)
    >>> clf = RNNClassifier(hidden_size=16, max_iter=60, random_state=0).fit(X, y)
    >>> X_new, y_new = make_sign_of_sum(n_samples=500, random_state=1)
    >>> clf.score(X_new, y_new) > 0.9
    True
    """

    _cell: ClassVar = "rnn"
    _default_learning_rates: ClassVar = {"adam": 0.01, "sgd": 0.1}
    # The states are all the memory that there is.
    _default_dropout: ClassVar = (0.0, 0.2)
    _cell_options: ClassVar = ("activation",)
