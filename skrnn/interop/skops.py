"""What must be trusted to load an estimator that skops saved."""

#: The types of this library that a file of `skops.io` may hold: its estimators, whose
#: state is arrays and plain Python values. Pass it as `trusted` to `skops.io.load`;
#: what else a file holds, `skops.io.get_untrusted_types` says.
SKOPS_TRUSTED = (
    "skrnn.estimators.classifiers.GRUClassifier",
    "skrnn.estimators.classifiers.LSTMClassifier",
    "skrnn.estimators.classifiers.RNNClassifier",
    "skrnn.estimators.features.RecurrentFeatures",
    "skrnn.estimators.regressors.GRURegressor",
    "skrnn.estimators.regressors.LSTMRegressor",
    "skrnn.estimators.regressors.RNNRegressor",
    "skrnn.preprocessing.per_step.PerStepTransformer",
    "skrnn.streaming.early.EarlyClassifier",
)
