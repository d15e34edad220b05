"""A table without its copies."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any, Sequence

from wirecopy import _core
from wirecopy._settings import called
from wirecopy._source import is_a, source
from wirecopy._table import Table

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from wirecopy._settings import Options


def dedup(table: Any, *, drop: Sequence[str] = (), **given: Unpack[Options]) -> Any:
    """The rows of a table that stay when copies go, with all columns.

    One article of each class of identical and near-duplicate texts stays: the one that ``survivors={"keep": [...]}`` chooses.
    ``drop`` names relations that go, too: ``excerpt``, ``version``, ``rewrite``. Rows that are no article, such as those
    without a text, stay.

    A frame of polars or pandas, a table of pyarrow and a data set come back as the same kind; anything else with the Arrow interface, and
    an iterator of batches, comes back as a ``wirecopy.Table``. Other keyword arguments are those of ``scan``.

    >>> import polars, wirecopy
    >>> articles = polars.read_ndjson("data/corpus/es.jsonl")
    >>> survivors = wirecopy.dedup(articles)
    >>> len(articles), len(survivors)
    (33, 27)
    """
    if isinstance(table, (str, os.PathLike)):
        raise TypeError("dedup takes a table: read the file to one, or write it again with `wirecopy clean`")
    if is_a(table, "polars", "LazyFrame"):
        table = table.collect()
    held = _core.Table.of(source(table))
    names = list(drop)
    with called(given) as call:
        mask = _core.scan(held, call, False, names).kept(len(held), names)
    if is_a(table, "polars", "DataFrame"):
        return table.filter(import_module("polars").DataFrame(mask)["keep"])
    if is_a(table, "pyarrow", "Table"):
        return table.filter(import_module("pyarrow").table(mask)["keep"])
    if is_a(table, "pandas", "DataFrame"):
        return table[import_module("pyarrow").table(mask)["keep"].to_numpy()]
    if is_a(table, "datasets", "Dataset"):
        return table.select(import_module("pyarrow").table(mask)["keep"].to_numpy().nonzero()[0])
    return Table(held.filter(mask))
