"""From fit(X, y) to fitted attributes."""
