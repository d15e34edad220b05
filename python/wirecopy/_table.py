"""A table of a result. Any package with the Arrow interface takes it without a copy."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, Iterator, Optional

if TYPE_CHECKING:
    from wirecopy import _core


class Table:
    """An Arrow table: ``polars.DataFrame(table)``, ``pyarrow.table(table)``, ``pandas.DataFrame.from_arrow(table)``.

    It needs none of these packages; without one, iterate over its rows.

    >>> import wirecopy
    >>> table = wirecopy.scan("data/corpus/es.jsonl").stories
    >>> len(table), table.column_names[:3]
    (6, ['story_id', 'size', 'sources'])
    >>> [story["size"] for story in table.head(2)]
    [7, 4]
    """

    def __init__(self, core: _core.Table) -> None:
        self._core = core

    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object:
        return self._core.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._core.__arrow_c_schema__()

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, from left to right."""
        return self._core.column_names

    def __len__(self) -> int:
        return len(self._core)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, each a dictionary."""
        return self._rows(len(self))

    def head(self, rows: int = 5) -> list[dict[str, Any]]:
        """The first rows, each a dictionary."""
        return list(self._rows(rows))

    def _rows(self, count: int) -> Iterator[dict[str, Any]]:
        at_a_time = 1024
        for first in range(0, min(count, len(self)), at_a_time):
            yield from json.loads(self._core.json(first, min(at_a_time, count - first)))

    def to_pyarrow(self) -> Any:
        """The same as a ``pyarrow.Table``."""
        return import_module("pyarrow").table(self)

    def to_polars(self) -> Any:
        """The same as a ``polars.DataFrame``."""
        return import_module("polars").DataFrame(self)

    def to_pandas(self) -> Any:
        """The same as a ``pandas.DataFrame``, which needs pyarrow."""
        return self.to_pyarrow().to_pandas()

    def __repr__(self) -> str:
        rows = len(self)
        return f"<wirecopy.Table: {rows} {'row' if rows == 1 else 'rows'}, {', '.join(self.column_names)}>"
