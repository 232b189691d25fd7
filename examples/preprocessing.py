"""From the log of a factory to a search over how its gaps are filled.

A log has one row for each reading, with those of all runs of all machines mixed as they
came in. Some readings of the temperature are missing, the runs have different lengths,
and the question is which runs were made with a worn tool. The rows are gathered into
one sequence for each run. The gaps are filled at each step, inside the pipeline, with
what was learnt from the training part of each split; how they are filled best is a
parameter like any other.

Run it with ``python examples/preprocessing.py``.
"""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

from skrnn import GRUClassifier
from skrnn.preprocessing import PerStepTransformer, sequences_from_frame


def make_log(n_runs=160, random_state=0):
    """Make a log: a worn tool shakes more the hotter it is, and only while it cuts."""
    rng = np.random.default_rng(random_state)
    runs = []
    for run in range(n_runs):
        n, worn = rng.integers(20, 60), bool(run % 2)
        heat = np.cumsum(rng.normal(scale=8, size=n))
        cutting = rng.random(n) < 0.6
        shaking = rng.normal(scale=0.004, size=n)
        if worn:
            shaking += 0.0002 * heat * cutting
        heat[rng.random(n) < 0.15] = np.nan
        columns = {
            "clock": np.sort(rng.uniform(0, 1000, size=n)),
            "run": f"run {run:03}",
            "temperature": 400 + heat,
            "vibration": 0.02 + shaking,
            "cutting": cutting,
            "worn": worn,
        }
        runs.append(pd.DataFrame(columns))
    return pd.concat(runs).sort_values("clock", ignore_index=True)


def main():
    log = make_log()
    print(log.head(4).to_string())
    features = ["temperature", "vibration", "cutting"]
    data = sequences_from_frame(
        log, id="run", time="clock", features=features, target="worn"
    )
    print(f"{len(log)} rows, {len(data.X)} runs, features {data.feature_names}")

    temperature, others = [0], [1, 2]
    fill = ColumnTransformer(
        [("fill", SimpleImputer(), temperature), ("keep", "passthrough", others)]
    )
    pipe = make_pipeline(
        PerStepTransformer(fill), GRUClassifier(max_iter=30, random_state=0)
    )
    X, X_test, y, y_test = train_test_split(
        data.X, data.y, stratify=data.y, random_state=0
    )
    name = "persteptransformer__transformer"
    neighbours = make_pipeline(RobustScaler(), KNNImputer())
    grid = [
        {f"{name}__fill__add_indicator": [False, True]},
        {name: [neighbours]},
    ]
    search = GridSearchCV(pipe, grid, cv=3).fit(X, y)
    results = zip(
        search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True
    )
    for parameters, score in results:
        for key, value in parameters.items():
            print(f"{score:.3f}  {key.removeprefix('persteptransformer__')}: {value}")
    print(f"accuracy on {len(X_test)} runs for testing: ", end="")
    print(f"{search.score(X_test, y_test):.3f}")
    print(
        f"features of a step: {list(search.best_estimator_[0].get_feature_names_out())}"
    )


if __name__ == "__main__":
    main()
