"""Sources of random numbers for a run of training."""

from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state


class Sources:
    """Sources of random numbers for a run.

    Parameters
    ----------
    random_state : int, RandomState or None
        What the estimator has.
    earlier : sequence of dict
        The `states` of those of an earlier run, which are to be the same.
    """

    def __init__(self, random_state, earlier=()):
        self.random_state, self.earlier = random_state, list(earlier)
        #: The state of each when it was returned.
        self.states = []

    def next(self, n_seen=0):
        """Return a source; a new one if `random_state` is None.

        Training that resumes after `n_seen` sequences must hold out the same sequences
        again, but not repeat its dropout and batches: for those, a seed and `n_seen`
        make another source.
        """
        seed = self.random_state
        if n_seen and isinstance(seed, Integral):
            seed = [int(seed), n_seen % 2**32]
        is_new = seed is None or isinstance(seed, list)
        rng = np.random.RandomState(seed) if is_new else check_random_state(seed)
        if self.earlier:
            rng.set_state(self.earlier.pop(0))
        self.states.append(rng.get_state(legacy=False))
        return rng
