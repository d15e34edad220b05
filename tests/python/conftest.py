"""The demonstration corpus, as records and as tables of each package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def in_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples name files from the top of the project."""
    monkeypatch.chdir(PROJECT)


@pytest.fixture(scope="session")
def records() -> list[dict[str, Any]]:
    """Articles of one language, with stories and copies among them."""
    lines = (PROJECT / "data/corpus/en.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    names = sorted({name for record in records for name in record})
    return [{name: record.get(name) for name in names} for record in records]


@pytest.fixture(params=["pyarrow", "polars", "lazy", "pandas", "duckdb", "datasets", "batches", "reader"])
def package(request: pytest.FixtureRequest) -> str:
    """Every kind of table."""
    kind: str = request.param
    pytest.importorskip({"lazy": "polars", "batches": "pyarrow", "reader": "pyarrow"}.get(kind, kind))
    return kind


def table_of(package: str, records: list[dict[str, Any]]) -> Any:
    """The records as a table of a package; each call gives another one."""
    import pyarrow

    table = pyarrow.Table.from_pylist(records)
    if package == "polars":
        import polars

        return polars.from_arrow(table)
    if package == "lazy":
        import polars

        return polars.LazyFrame(table)
    if package == "pandas":
        return table.to_pandas()
    if package == "duckdb":
        import duckdb

        return duckdb.from_arrow(table)
    if package == "datasets":
        import datasets

        return datasets.Dataset(table)
    if package == "batches":
        return iter(table.to_batches(max_chunksize=7))
    if package == "reader":
        return table.to_reader(max_chunksize=7)
    return table
