"""Fitting: from `fit(X, y)` to fitted attributes."""
