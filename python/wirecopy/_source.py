"""Tables that have the Arrow interface under another name, or not yet."""

from __future__ import annotations

import sys
from typing import Any

from wirecopy._table import Table

# Rows of a data set at a time.
_ROWS = 1000


def source(given: Any) -> Any:
    """What the binding reads: a path or paths, a table, or an iterator of batches."""
    if isinstance(given, Table):
        return given._core
    if is_a(given, "polars", "LazyFrame"):
        return given.collect()
    if is_a(given, "datasets", "Dataset", "IterableDataset"):
        return given.with_format("arrow").iter(batch_size=_ROWS)
    return given


def is_a(given: Any, package: str, *names: str) -> bool:
    """Whether it is an instance of a class of a package. None is loaded that is not there already."""
    module = sys.modules.get(package)
    return module is not None and isinstance(given, tuple(getattr(module, name, Table) for name in names))
