"""Training: objective, batches, loop, stopping, history. It knows no estimator."""

from skrnn.training.batching import count_batches
from skrnn.training.copies import merge_copies
from skrnn.training.full_batch import FullBatch, train_full_batch
from skrnn.training.history import History
from skrnn.training.loop import Trainer, train
from skrnn.training.objective import Objective
from skrnn.training.state import NotFinite, Training, TrainingSet
from skrnn.training.stopping import Plateau, Reason
from skrnn.training.watching import Reporter, Watcher, Watchers

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
