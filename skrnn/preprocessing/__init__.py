"""From data as they come to sequences that a network reads."""

from skrnn.preprocessing.forecasting import (
    ForecastingPipeline,
    make_skforecast_pipeline,
    make_sktime_pipeline,
)
from skrnn.preprocessing.frame_to_sequences import FrameToSequences
from skrnn.preprocessing.frames import sequences_from_frame
from skrnn.preprocessing.padding import (
    channels_last,
    padded_from_ragged,
    ragged_from_padded,
)
from skrnn.preprocessing.per_step import PerStepTransformer
from skrnn.preprocessing.steps_from_columns import StepsFromColumns
from skrnn.preprocessing.tables import ragged_from_table, table_from_ragged
from skrnn.preprocessing.token_encoder import TokenEncoder
from skrnn.preprocessing.windows import last_windows, sliding_windows, time_splits

__all__ = [
    "ForecastingPipeline",
    "FrameToSequences",
    "PerStepTransformer",
    "StepsFromColumns",
    "TokenEncoder",
    "channels_last",
    "last_windows",
    "make_skforecast_pipeline",
    "make_sktime_pipeline",
    "padded_from_ragged",
    "ragged_from_padded",
    "ragged_from_table",
    "sequences_from_frame",
    "sliding_windows",
    "table_from_ragged",
    "time_splits",
]


def __dir__():
    return __all__
