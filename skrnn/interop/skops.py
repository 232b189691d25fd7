"""What must be trusted to load an estimator that skops saved."""

#: The types of this library that a file of `skops.io` may hold: its estimators, whose
#: state is arrays and plain Python values. Pass it as `trusted` to `skops.io.load`;
#: what else a file holds, `skops.io.get_untrusted_types` says.
SKOPS_TRUSTED = (
    "skrnn.classifiers.GRUClassifier",
    "skrnn.classifiers.LSTMClassifier",
    "skrnn.classifiers.RNNClassifier",
    "skrnn.features.RecurrentFeatures",
    "skrnn.preprocessing.per_step.PerStepTransformer",
    "skrnn.regressors.GRURegressor",
    "skrnn.regressors.LSTMRegressor",
    "skrnn.regressors.RNNRegressor",
    "skrnn.streaming.early.EarlyClassifier",
)
