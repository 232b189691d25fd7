"""Training: objective, batches, loop, stopping, history. It knows no estimator."""

from skrnn.training.batching import count_batches
from skrnn.training.duplicates import merge_copies
from skrnn.training.history import History
from skrnn.training.lbfgs import FullBatch, train_full_batch
from skrnn.training.minibatch import Trainer, train
from skrnn.training.monitors import Reporter, Watcher, Watchers
from skrnn.training.objective import Objective
from skrnn.training.state import NotFinite, Training, TrainingSet
from skrnn.training.stopping import Plateau, Reason

__all__ = [
    "FullBatch",
    "History",
    "NotFinite",
    "Objective",
    "Plateau",
    "Reason",
    "Reporter",
    "Trainer",
    "Training",
    "TrainingSet",
    "Watcher",
    "Watchers",
    "count_batches",
    "merge_copies",
    "train",
    "train_full_batch",
]
