"""A table without its copies."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Sequence

from wirecopy import _core
from wirecopy._settings import options
from wirecopy._table import Table

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from wirecopy._settings import Options


def dedup(table: Any, *, drop: Sequence[str] = (), **given: Unpack[Options]) -> Any:
    """The rows of a table that stay when copies go, with all columns.

    One article of each class of identical and near-duplicate texts stays: the one that ``survivors={"keep": [...]}`` chooses.
    ``drop`` names relations that go, too: ``excerpt``, ``version``, ``rewrite``. Rows that are no article, such as those
    without a text, stay.

    A frame of polars or pandas and a table of pyarrow come back as the same kind; anything else with the Arrow interface, and
    an iterator of batches, comes back as a ``wirecopy.Table``. Other keyword arguments are those of ``scan``.

    >>> import polars, wirecopy
    >>> articles = polars.read_ndjson("data/corpus/es.jsonl")
    >>> survivors = wirecopy.dedup(articles)
    >>> len(articles), len(survivors)
    (33, 27)
    """
    held = _core.Table.of(table._core if isinstance(table, Table) else table)
    names = list(drop)
    mask = _core.scan(held, options(given), False, names).kept(len(held), names)
    kind = _kind(table)
    if kind == "polars":
        return table.filter(import_module("polars").DataFrame(mask)["keep"])
    if kind == "pyarrow":
        return table.filter(import_module("pyarrow").table(mask)["keep"])
    if kind == "pandas":
        return table[import_module("pyarrow").table(mask)["keep"].to_numpy()]
    return Table(held.filter(mask))


def _kind(table: Any) -> str:
    """The package of a table, if rows of that kind can be chosen. None is loaded that is not there already."""
    kinds = (("polars", "DataFrame"), ("pandas", "DataFrame"), ("pyarrow", "Table"))
    for package, name in kinds:
        module = sys.modules.get(package)
        if module is not None and isinstance(table, getattr(module, name, ())):
            return package
    return ""
