"""Labelled articles as a pandas table, each column with its type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from stance.labels import DETAILS, MENTIONS, NONE, ROLES, STANCES
from stance.output.rows import BOOLEANS, FLAT_COLUMNS, FLOATS, INTEGERS, flatten, rows
from stance.records import LabelledArticle

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["to_frame"]

_CATEGORIES = {"role": ROLES, "stance": STANCES, "mention": MENTIONS, "detail": DETAILS}


def to_frame(results: Iterable[LabelledArticle]) -> pd.DataFrame:
    """The contract's flat rows, one per attribution and one per sentence without any.

    The columns are those of CSV, Parquet and SQLite, always all of them and in their order
    (`stance.output.rows.FLAT_COLUMNS`):

    - `role`, `speaker`, `stance`, `mention`, `detail`: categorical. The categories are all that
      there can be, in the order of the label space (of `speaker`: the labels of the articles'
      topics), so that a count shows what does not occur, and frames of one topic fit together.
    - `schema`, `sentence`, `paragraph`, `start`, `end`, and the offsets of `source` and `cue`:
      `Int64`, missing where there is no such span.
    - `on_topic`, `furniture`, `review`: `boolean`.
    - The confidences and `stance_probability_*`: `float64`, NaN where there is none.
    - All others: `string`. Dates too: a date may be as short as `2023-04`.
    """
    import pandas as pd

    columns: dict[str, list[Any]] = {column: [] for column in FLAT_COLUMNS}
    speakers: dict[str, None] = {}
    for result in results:
        speakers |= dict.fromkeys(result.speakers)
        for row in rows(result):
            for column, value in flatten(row).items():
                columns[column].append(value)
    # A hand-made result may not say who its topic's speakers are.
    speakers |= dict.fromkeys(columns["speaker"])
    labels = [*(label for label in speakers if label != NONE), NONE]
    categories = _CATEGORIES | {"speaker": tuple(labels)}

    def dtype(column: str) -> Any:
        if column in categories:
            return pd.CategoricalDtype(categories[column])
        kinds = ((INTEGERS, "Int64"), (BOOLEANS, "boolean"), (FLOATS, "float64"))
        return next((kind for names, kind in kinds if column in names), "string")

    return pd.DataFrame({name: pd.Series(values, dtype=dtype(name)) for name, values in columns.items()})
