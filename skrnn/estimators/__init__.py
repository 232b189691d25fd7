"""The classifiers, the regressors and their bases; features, callbacks, n_jobs."""
