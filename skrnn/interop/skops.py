"""Types to trust when skops loads an estimator."""

#: The types of this library that a file of `skops.io` may hold: its estimators, whose
#: state is arrays and plain Python values. Pass it as `trusted` to `skops.io.load`.
#: `skops.io.get_untrusted_types` lists the other types in a file.
SKOPS_TRUSTED = (
    "skrnn.ensemble.bagging_classifier.SequenceBaggingClassifier",
    "skrnn.ensemble.bagging_regressor.SequenceBaggingRegressor",
    "skrnn.estimators.features.RecurrentFeatures",
    "skrnn.estimators.gru_classifier.GRUClassifier",
    "skrnn.estimators.gru_regressor.GRURegressor",
    "skrnn.estimators.gru_step_classifier.GRUStepClassifier",
    "skrnn.estimators.gru_step_regressor.GRUStepRegressor",
    "skrnn.estimators.lstm_classifier.LSTMClassifier",
    "skrnn.estimators.lstm_regressor.LSTMRegressor",
    "skrnn.estimators.lstm_step_classifier.LSTMStepClassifier",
    "skrnn.estimators.lstm_step_regressor.LSTMStepRegressor",
    "skrnn.estimators.rnn_classifier.RNNClassifier",
    "skrnn.estimators.rnn_regressor.RNNRegressor",
    "skrnn.estimators.rnn_step_classifier.RNNStepClassifier",
    "skrnn.estimators.rnn_step_regressor.RNNStepRegressor",
    "skrnn.preprocessing.forecasting.ForecastingPipeline",
    "skrnn.preprocessing.frame_to_sequences.FrameToSequences",
    "skrnn.preprocessing.padding.channels_last",
    "skrnn.preprocessing.per_step.PerStepTransformer",
    "skrnn.preprocessing.steps_from_columns.StepsFromColumns",
    "skrnn.preprocessing.token_encoder.TokenEncoder",
    "skrnn.streaming.early.EarlyClassifier",
)
