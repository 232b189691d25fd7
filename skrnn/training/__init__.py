"""Training: solvers, objective, stopping, history, monitors. It knows no estimator."""

from skrnn.training.augmentation import Augmentation
from skrnn.training.averaging import AveragingSolver
from skrnn.training.lbfgs import LBFGSSolver
from skrnn.training.minibatch import MinibatchSolver, count_batches
from skrnn.training.monitors import Monitor, Reporter
from skrnn.training.objective import Objective
from skrnn.training.solver import Solver
from skrnn.training.state import (
    History,
    NotFinite,
    Plateau,
    Reason,
    Training,
    TrainingSet,
)
from skrnn.training.step_set import StepTargets, StepTrainingSet

#: The solvers by the name under which estimators ask for them.
SOLVERS: dict[str, type[Solver]] = {
    "adam": MinibatchSolver,
    "sgd": MinibatchSolver,
    "lbfgs": LBFGSSolver,
}

__all__ = [
    "SOLVERS",
    "Augmentation",
    "AveragingSolver",
    "History",
    "LBFGSSolver",
    "MinibatchSolver",
    "Monitor",
    "NotFinite",
    "Objective",
    "Plateau",
    "Reason",
    "Reporter",
    "Solver",
    "StepTargets",
    "StepTrainingSet",
    "Training",
    "TrainingSet",
    "count_batches",
]
