"""Training: objective, batches, loop, stopping, history. It knows no estimator."""

from skrnn.training.batching import count_batches
from skrnn.training.copies import merge_copies
from skrnn.training.history import History
from skrnn.training.loop import Trainer, Training, TrainingSet, train
from skrnn.training.objective import Objective
from skrnn.training.stopping import Plateau, Reason

__all__ = [
    "History",
    "Objective",
    "Plateau",
    "Reason",
    "Trainer",
    "Training",
    "TrainingSet",
    "count_batches",
    "merge_copies",
    "train",
]
