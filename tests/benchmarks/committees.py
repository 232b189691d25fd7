"""Votes of several networks, for the table of `COMMITTEES` in `models.py`."""

from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import VotingClassifier

from skrnn import LSTMClassifier

#: Seeds of the members are so far apart that those of one seed of a table are not those
#: of another. The first member has that of the LSTM alone.
APART = 1000


class OtherPatches(ClassifierMixin, BaseEstimator):
    """An LSTM with patches some times as long as "auto" makes them on these data.

    That does not depend on the network: one of a unit, trained for an epoch, tells.
    """

    def __init__(self, factor=1.0, random_state=None):
        self.factor, self.random_state = factor, random_state

    def fit(self, X, y):
        usual = LSTMClassifier(1, max_iter=1, n_filters=0, random_state=0).fit(X, y)
        self.patch_size_ = max(1, round(self.factor * usual.patch_size_))
        self.model_ = LSTMClassifier(
            patch_size=self.patch_size_, random_state=self.random_state
        ).fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X):
        return self.model_.predict(X)

    def predict_proba(self, X):
        return self.model_.predict_proba(X)


def seeded(estimator, seed):
    """Return a copy with a seed, also inside of it."""
    names = [
        name
        for name in estimator.get_params()
        if name == "random_state" or name.endswith("__random_state")
    ]
    return clone(estimator).set_params(**dict.fromkeys(names, seed))


def committee(members, random_state):
    """Return the members, each with a seed of its own, as one classifier."""
    members = [
        (name, seeded(estimator, random_state + APART * k))
        for k, (name, estimator) in enumerate(members)
    ]
    if len(members) == 1:
        return members[0][1]
    return VotingClassifier(members, voting="soft")
